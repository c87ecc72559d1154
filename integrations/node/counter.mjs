// What everybody at the gateway's side of the shop works with: clock, order book, gateway, and bells by order.

import { Bell, SECOND } from "./clock.mjs";

// Pauses between sends of one request, in seconds: without any answer, and with the answer U.
export const PAUSES = [1, 2, 3];

/** S and F are; and what is in process is not asked for again, but asked about. */
export const isFinal = ({ result }) => result.resultStatus !== "U" || String(result.resultCode).endsWith("_IN_PROCESS");

export class Counter {
  baseUrl = "";
  #bells = new Map();

  constructor(clock, store, gateway) {
    [this.clock, this.store, this.gateway] = [clock, store, gateway];
    store.on("changed", (name) => this.wake(name));
  }

  /**
   * Sends a message until its answer is enough, or nobody wants that any more, within bounds; the last answer, or null.
   * It is the same message each time, with the same id, so nothing happens twice.
   */
  async insist(operation, message, isWanted, { pauses = PAUSES, isEnough = isFinal } = {}) {
    let answer = await this.gateway.call(operation, message);
    for (const pause of pauses) {
      if (answer && isEnough(answer)) break;
      await this.clock.pause(pause * SECOND);
      if (!(await isWanted())) break;
      answer = await this.gateway.call(operation, message);
    }
    return answer;
  }

  /** Waits until a moment, as long as something about an order still waits for it. Whether it does. */
  async waitWhile(name, until, isWaiting) {
    const bell = new Bell(this.clock);
    const bells = this.#bells.get(name) ?? new Set();
    this.#bells.set(name, bells.add(bell));
    while (isWaiting() && this.clock.now() < until) await bell.wait(until);
    bells.delete(bell);
    return isWaiting();
  }

  wake(name) {
    for (const bell of this.#bells.get(name) ?? []) bell.ring();
  }
}

/** Lets a worker run; what it could not foresee is told, and ends it alone. */
export function spawn(work) {
  work.catch((problem) => console.error(problem));
}
