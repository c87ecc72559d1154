// The order book: a file of JSON lines that only grows, replayed at start. What is not in it was not done.
//
// A line is on the disk before what it says takes effect elsewhere: an intent before its request leaves, a booking
// before a notification is acknowledged. Each attempt is booked once, however often it is told that it succeeded.

import { EventEmitter } from "node:events";
import { fdatasyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { read, sum, told } from "./money.mjs";

const LONGEST_REASON = 500;

/**
 * An order: `{name, method, amount, state, reason, attempts}`. An attempt is one try to take money for an order
 * (purpose "sale" or "capture") or to give it back ("refund"), made before anything is sent: `{requestId, name,
 * purpose, amount, madeAt, details, state, theirId, evidence, commands, isBooked}`; its state is intended, sent, held,
 * extra, done, refused or parked. Orders that are paid together share a requestId. Emits "changed" with a name.
 */
export class Store extends EventEmitter {
  #file;
  #orders = new Map();

  constructor(folder) {
    super();
    mkdirSync(folder, { recursive: true });
    this.#file = openSync(join(folder, "book.jsonl"), "a+");
    const text = readFileSync(this.#file);
    // A line that was being written when the process was killed: what it said was not done yet.
    const whole = text.lastIndexOf("\n") + 1;
    if (whole < text.length) ftruncateSync(this.#file, whole);
    for (const line of text.subarray(0, whole).toString().split("\n").slice(0, -1)) this.#apply(JSON.parse(line));
  }

  // Reading.

  order(name) {
    return this.#orders.get(name) ?? null;
  }

  isOpen(name) {
    return this.order(name)?.state === "open";
  }

  booked(name) {
    return sum(this.#attempts((attempt) => attempt.name === name && attempt.isBooked).map(signed));
  }

  /** Orders that are being sold, or given back. */
  unfinished() {
    return [...this.#orders.values()].filter(({ name, state }) => state === "open" || this.going(name, "refund"));
  }

  all(name, purpose) {
    return this.order(name)?.attempts.filter((attempt) => attempt.purpose === purpose) ?? [];
  }

  last(name, purpose) {
    return this.all(name, purpose).at(-1) ?? null;
  }

  /** The one that is going on, or null. */
  going(name, purpose) {
    return this.all(name, purpose).find(isGoing) ?? null;
  }

  byRequest(requestId) {
    return this.#attempts((attempt) => attempt.requestId === requestId);
  }

  byTheirId(theirId) {
    return this.#attempts((attempt) => attempt.theirId === theirId && attempt.purpose === "sale");
  }

  byCommand(command) {
    return this.#attempts((attempt) => attempt.commands.includes(command))[0] ?? null;
  }

  /** Other attempts at the terminal with this amount. */
  rivals(attempt, since) {
    const isThere = ({ name, madeAt }) => this.order(name).method === "terminal" && madeAt >= since;
    return this.#attempts((one) => one.amount.value === attempt.amount.value && one !== attempt && isThere(one));
  }

  isBookedElsewhere(theirId, attempt) {
    return this.#attempts((other) => other.isBooked && other.theirId === theirId && other !== attempt).length > 0;
  }

  // Writing.

  /**
   * An order shall be paid. An order that came to nothing may be begun again. Order and attempt are one line: a process that
   * is killed here leaves both or neither.
   */
  begin(name, method, amount, requestId, madeAt, details = {}) {
    this.#write({ begun: { name, method, amount: told(amount), sale: { requestId, madeAt, details } } });
  }

  intend(name, purpose, amount, requestId, madeAt, details = {}) {
    this.#write({ intended: { name, purpose, amount: told(amount), requestId, madeAt, details } });
    return this.last(name, purpose);
  }

  /** A message for an attempt is about to leave. No when the order was decided meanwhile. */
  sending(attempt, command) {
    const isOver = attempt.state === "cancelled" || (attempt.purpose === "sale" && !this.isOpen(attempt.name));
    if (isOver) return false;
    this.#write({ sent: { ...key(attempt), command } });
    return true;
  }

  /** Calls an order off for which nothing has left yet. */
  callOffUnsent(name) {
    if (this.last(name, "sale")?.state !== "intended") return false;
    return this.close(name, "cancelled", "called off before its turn");
  }

  /** "held": the money waits for its capture. "extra": the order is paid otherwise. No when it was so before. */
  mark(attempt, state) {
    if (["done", state].includes(attempt.state)) return false;
    this.#write({ marked: { ...key(attempt), state } });
    return true;
  }

  learn(attempt, theirId) {
    if (attempt.theirId === null) this.#write({ learnt: { ...key(attempt), theirId } });
  }

  /** Money came in for an attempt, or went back. No when that was booked before. */
  book(attempt, evidence, theirId) {
    // No more goes back than came in, even when an earlier refund that seemed lost is told of after all.
    if (attempt.isBooked || this.booked(attempt.name) + signed(attempt).value < 0n) return false;
    this.#write({ booked: { ...key(attempt), evidence, theirId } });
    return true;
  }

  /** Ends an order that is not paid. What a person must look at may still be cleared up by itself. */
  close(name, state, reason) {
    const order = this.order(name);
    if (!order || !["open", "parked"].includes(order.state) || this.booked(name) > 0n) return false;
    this.#write({ closed: { name, state, reason: reason.slice(0, LONGEST_REASON) } });
    return true;
  }

  /** Something happened to an order that is over, and a person must look at it. */
  alarm(name, reason) {
    this.#write({ closed: { name, state: "parked", reason } });
  }

  /** A refund or capture came to nothing ("refused"), or nobody knows ("parked"). */
  end(attempt, state, reason) {
    if (attempt.state === "done") return;
    this.#write({ ended: { ...key(attempt), state, reason: reason.slice(0, LONGEST_REASON) } });
  }

  // How.

  #attempts(isWanted) {
    return [...this.#orders.values()].flatMap(({ attempts }) => attempts.filter(isWanted));
  }

  #write(entry) {
    writeSync(this.#file, JSON.stringify(entry) + "\n");
    fdatasyncSync(this.#file);
    this.emit("changed", this.#apply(entry));
  }

  #apply(entry) {
    const [[what, content]] = Object.entries(entry);
    const { name } = content;
    if (what === "begun") {
      const { method, amount, sale } = content;
      const attempts = this.order(name)?.attempts ?? [];
      this.#orders.set(name, { name, method, amount: read(amount), state: "open", reason: null, attempts });
      return this.#apply({ intended: { name, purpose: "sale", amount, ...sale } });
    }
    const order = this.order(name);
    if (what === "intended") {
      const blank = { state: "intended", theirId: null, evidence: {}, commands: [], isBooked: false };
      order.attempts.push({ ...content, ...blank, amount: read(content.amount) });
      return name;
    }
    if (what === "closed") {
      Object.assign(order, { state: content.state, reason: content.reason });
      return name;
    }
    const attempt = order.attempts.find(({ requestId }) => requestId === content.requestId);
    if (what === "sent") {
      attempt.state = "sent";
      if (content.command) attempt.commands.push(content.command);
    } else if (what === "learnt") {
      attempt.theirId = content.theirId;
    } else if (what === "booked") {
      const { evidence, theirId } = content;
      Object.assign(attempt, { state: "done", isBooked: true, evidence, theirId: attempt.theirId ?? theirId });
      Object.assign(order, { state: this.booked(name) > 0n ? "paid" : "refunded", reason: null });
    } else if (what === "ended") {
      attempt.state = content.state;
      const otherwise = this.booked(name) > 0n ? "paid" : order.state;
      Object.assign(order, { state: content.state === "parked" ? "parked" : otherwise, reason: content.reason });
    } else if (what === "marked") {
      attempt.state = content.state;
    }
    return name;
  }
}

export const isGoing = ({ state }) => state === "intended" || state === "sent";

const key = ({ name, requestId }) => ({ name, requestId });

const signed = ({ purpose, amount }) => ({ value: purpose === "refund" ? -amount.value : amount.value });
