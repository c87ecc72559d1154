// Time, and how this program waits for it.
//
// The clock can be told the time (the driver's capability `clock`): between tellings it goes on with real time. All
// times are whole milliseconds since 1970. Whoever waits for a moment is in a table, so that the driver can say when
// this program would act by itself. In a shop of your own this file is `Date.now` and `setTimeout`.

export const SECOND = 1000;
// The longest that a timer of Node can sleep.
const LONGEST = 2 ** 31 - 1;
// Turns of the event loop in which what was woken acts.
const TURNS = 32;

export class Clock {
  #base = Date.now();
  #since = performance.now();
  #waiting = new Set();
  #timer = null;

  now() {
    return this.#base + Math.floor(performance.now() - this.#since);
  }

  startAt(now) {
    this.#base = now;
    this.#since = performance.now();
    this.#arm();
  }

  /** Calls back at a moment, unless what is returned is called before. */
  at(moment, callback) {
    const entry = { moment, callback };
    this.#waiting.add(entry);
    this.#arm();
    return () => this.#waiting.delete(entry);
  }

  pause(milliseconds) {
    return new Promise((resolve) => this.at(this.now() + milliseconds, resolve));
  }

  /** Sets the time, lets what is due act, and returns when this program will act by itself next. */
  async tell(now) {
    this.startAt(now);
    let turns = 0;
    while (turns < TURNS) {
      turns = this.#fire() ? 0 : turns + 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#next();
  }

  #next() {
    let next = null;
    for (const { moment } of this.#waiting) if (next === null || moment < next) next = moment;
    return next;
  }

  #fire() {
    const now = this.now();
    const due = [...this.#waiting].filter(({ moment }) => moment <= now).sort((a, b) => a.moment - b.moment);
    for (const entry of due) if (this.#waiting.delete(entry)) entry.callback();
    return due.length > 0;
  }

  #arm() {
    clearTimeout(this.#timer);
    const next = this.#next();
    if (next === null) return;
    const left = Math.min(Math.max(next - this.now(), 0), LONGEST);
    this.#timer = setTimeout(() => {
      this.#fire();
      this.#arm();
    }, left);
  }
}

/** A bell: who waits for it goes on when it is rung, or at a moment. A ring that nobody waited for is not lost. */
export class Bell {
  #clock;
  #isRung = false;
  #awaken = () => {};

  constructor(clock) {
    this.#clock = clock;
  }

  ring() {
    this.#isRung = true;
    this.#awaken();
  }

  async wait(until) {
    if (!this.#isRung && (until === null || this.#clock.now() < until)) {
      await new Promise((resolve) => {
        const cancel = until === null ? () => {} : this.#clock.at(until, resolve);
        this.#awaken = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#isRung = false;
    this.#awaken = () => {};
  }
}
