// The serial line to the terminal: opens it, again when it breaks, and keeps the rules of docs/line.md.
//
// It acknowledges every valid hello and result, repeats too, and delivers them once. It refuses a bad frame once, sends
// a refused frame again unchanged, and never repeats a command because of silence: only a hello may be.

import { Bell, SECOND } from "./clock.mjs";
import { ACK, Decoder, NAK, encode } from "./frames.mjs";
import { Port } from "./port.mjs";

const ACK_WAIT = 3 * SECOND;
const GAP = 200;
const WHOLE_FRAME = 3 * SECOND;
const NAK_PAUSE = 100;
const SENDS = 3;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5 * SECOND;
const LONGEST_LINE = 33_024;
const WORDS = { H: "hello", C: "command", R: "result", E: "event", P: "ping" };
const KINDS = Object.fromEntries(Object.entries(WORDS).map(([kind, word]) => [word, kind]));

/**
 * Happenings: `{heard, message}` (the kind of a message and its object, null when it is none), `{refused: token}` (the
 * terminal refused every sending: it never took it), `{notSent: token}` (the line was closed before it left).
 */
export class Line {
  #clock;
  #path;
  #isFramed;
  #port = null;
  #pause = FIRST_PAUSE;
  #happenings = [];
  #bell;
  #queue = [];
  #tokens = 0;
  #seq = Math.floor(Math.random() * 255);
  #decoder = new Decoder();
  #text = "";
  #utf8 = new TextDecoder();
  #sent = null;
  #accepted = null;
  #timers = { ack: () => {}, gap: () => {}, whole: () => {} };
  #isWatched = false;
  #lastNak = -NAK_PAUSE;

  constructor(clock, path, profile) {
    [this.#clock, this.#path, this.#isFramed] = [clock, path, profile === "stx"];
    this.#bell = new Bell(clock);
    this.#open();
  }

  get isOpen() {
    return this.#port !== null;
  }

  /** Ends the wait of whoever waits for the line. */
  ring() {
    this.#bell.ring();
  }

  /** Queues a message; what becomes of it is told under the token that is returned. */
  send(kind, message) {
    this.#tokens += 1;
    if (this.isOpen) {
      this.#queue.push({ token: this.#tokens, kind, message });
      this.#sendNext();
    } else {
      this.#tell({ notSent: this.#tokens });
    }
    return this.#tokens;
  }

  /** What happens next, or nothing when the moment came, somebody rang, or the line opened or closed. */
  async wait(until) {
    if (this.#happenings.length === 0) await this.#bell.wait(until);
    return this.#happenings.shift() ?? null;
  }

  #tell(happening) {
    this.#happenings.push(happening);
    this.#bell.ring();
  }

  // Opening and closing.

  #open() {
    try {
      const closed = (why) => this.#closed(why);
      this.#port = new Port(this.#path, (data) => (this.#isFramed ? this.#read(data) : this.#readLines(data)), closed);
      this.#pause = FIRST_PAUSE;
      this.#bell.ring();
    } catch {
      this.#clock.at(this.#clock.now() + this.#pause, () => this.#open());
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
  }

  #closed(why) {
    console.error(`the line closed: ${why}`);
    this.#port = null;
    for (const { token } of this.#queue) this.#tell({ notSent: token });
    // Halves of frames mean nothing any more.
    this.#queue = [];
    this.#decoder.reset();
    this.#text = "";
    this.#utf8 = new TextDecoder();
    this.#accepted = null;
    this.#delivered();
    this.#unwatch();
    this.#clock.at(this.#clock.now() + FIRST_PAUSE, () => this.#open());
    this.#bell.ring();
  }

  // Writing.

  #sendNext() {
    if (this.#sent || this.#queue.length === 0 || !this.isOpen) return;
    const { token, kind, message } = this.#queue.shift();
    if (!this.#isFramed) {
      this.#port.write(Buffer.from(JSON.stringify({ type: WORDS[kind], ...message }) + "\n"));
      return this.#sendNext();
    }
    this.#seq = (this.#seq % 255) + 1;
    // A terminal that lost its power counts from the start again: its answer is no repeat, however alike.
    if (kind === "H") this.#accepted = null;
    const frame = encode(kind, this.#seq, Buffer.from(JSON.stringify(message)));
    this.#sent = { token, kind, id: message.id, frame, sends: 0 };
    this.#sendAgain();
  }

  #sendAgain() {
    this.#sent.sends += 1;
    this.#timers.ack();
    this.#timers.ack = this.#clock.at(this.#clock.now() + ACK_WAIT, () => {
      if (this.#sent?.kind === "H" && this.#sent.sends < SENDS) this.#sendAgain();
      // No ACK is no news: the result may come all the same.
      else this.#delivered();
    });
    this.#port?.write(this.#sent.frame);
  }

  #delivered() {
    this.#timers.ack();
    this.#sent = null;
    this.#sendNext();
  }

  // Reading.

  #read(data) {
    for (const found of this.#decoder.feed(data)) this.#found(found);
    if (this.#decoder.isInside) this.#watch();
    else this.#unwatch();
  }

  /** Watches over a frame that began, so that a lost byte does not hold up what follows. */
  #watch() {
    const now = this.#clock.now();
    const giveUp = () => {
      this.#unwatch();
      for (const found of this.#decoder.abandon()) this.#found(found);
    };
    this.#timers.gap();
    this.#timers.gap = this.#clock.at(now + GAP, giveUp);
    if (!this.#isWatched) this.#timers.whole = this.#clock.at(now + WHOLE_FRAME, giveUp);
    this.#isWatched = true;
  }

  #unwatch() {
    this.#timers.gap();
    this.#timers.whole();
    this.#isWatched = false;
  }

  #found({ frame, sign }) {
    if (frame) return this.#frame(frame);
    if (sign === "bad") {
      const now = this.#clock.now();
      if (now - this.#lastNak < NAK_PAUSE) return;
      this.#lastNak = now;
      this.#port?.write(Buffer.from([NAK]));
    } else if (sign === ACK) {
      this.#delivered();
    } else if (this.#sent && this.#sent.sends < SENDS) {
      this.#sendAgain();
    } else if (this.#sent) {
      this.#tell({ refused: this.#sent.token });
      this.#delivered();
    }
  }

  #frame({ kind, seq, data, check }) {
    // What began inside this frame, or before it, is over.
    this.#unwatch();
    if (kind === "H" || kind === "R") {
      this.#port?.write(Buffer.from([ACK]));
      const mark = `${seq} ${check}`;
      if (mark === this.#accepted) return;
      this.#accepted = mark;
    }
    this.#hear(kind, object(data.toString()));
  }

  #readLines(data) {
    const lines = (this.#text + this.#utf8.decode(data, { stream: true })).split("\n");
    this.#text = lines.pop().slice(-LONGEST_LINE - 1);
    for (const line of lines) {
      // Nobody can say what an unreadable line was; a result that is missed is asked for when its time is over.
      const { type, ...message } = object(line) ?? {};
      if (type in KINDS) this.#hear(KINDS[type], message);
    }
  }

  #hear(kind, message) {
    // An answer says that the question arrived, whatever became of its ACK.
    const isAnswer = this.#sent?.kind === "H" ? kind === "H" : kind === "R" && message && message.id === this.#sent?.id;
    if (this.#sent && isAnswer) this.#delivered();
    this.#tell({ heard: kind, message });
  }
}

/** The JSON object in a text, or null. */
export function object(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
