// Giving back what was paid through the gateway, whole or in part: one refund of an order at a time.
//
// A refund is repeated under its own id while its end is unknown. S is given back; REFUND_IN_PROCESS is neither that
// nor refused: a notification, or inquiryRefund's refundStatus, tells.

import { SECOND } from "./clock.mjs";
import { spawn } from "./counter.mjs";
import * as messages from "./messages.mjs";
import { read, same } from "./money.mjs";
import { step } from "./prices.mjs";
import { newId } from "./session.mjs";
import { isGoing } from "./store.mjs";

// A refund through a bank takes days: asked soon at first, then each hour.
const FIRST_PAUSES = Array(12).fill(5 * SECOND);
const LATER_PAUSES = Array(24 * 7).fill(3600 * SECOND);

export class Refunds {
  #counter;
  #store;

  constructor(counter) {
    [this.#counter, this.#store] = [counter, counter.store];
  }

  /** Goes on with what an earlier process left open. */
  resume() {
    for (const { name, method } of this.#store.unfinished()) {
      const refund = this.#store.going(name, "refund");
      if (method !== "terminal" && refund) spawn(this.#giveBack(refund));
    }
  }

  /** Gives an amount back, if that can be. A person may try again what was parked. */
  refund(name, amount) {
    const order = this.#store.order(name);
    if (!["paid", "parked"].includes(order?.state) || this.#store.going(name, "refund")) return;
    const isWhole = amount.value % step(amount.currency) === 0n;
    const isWithin = isWhole && amount.value > 0n && amount.value <= this.#store.booked(name);
    if (amount.currency !== order.amount.currency || !isWithin) return;
    spawn(this.#giveBack(this.#store.intend(name, "refund", amount, newId(), this.#counter.clock.now())));
  }

  /** Takes in a genuine notifyRefund. Whether it is dealt with. */
  notified(notice) {
    const refund = this.#store.byRequest(notice.refundRequestId).find(({ purpose }) => purpose === "refund");
    // Of another amount it is not believed: an inquiry will tell.
    if (refund && same(read(notice.refundAmount), refund.amount)) this.#ended(refund, notice);
    return true;
  }

  async #giveBack(refund) {
    const paymentId = this.#store.last(refund.name, "sale").theirId;
    if (!paymentId) return this.#store.end(refund, "parked", "the payment's id was never told");
    this.#store.sending(refund);
    const message = messages.refund(refund, paymentId, this.#counter.baseUrl);
    const answer = await this.#counter.insist("refund", message, () => isGoing(refund));
    const { resultStatus, resultCode } = answer?.result ?? {};
    if (resultStatus === "S") return this.#store.book(refund, answer, null);
    if (resultStatus === "F") return this.#store.end(refund, "refused", String(resultCode));
    // A refund that is in process may take days; one of which nothing is known is not waited for so long.
    await this.#follow(refund, FIRST_PAUSES.concat(resultCode === "REFUND_IN_PROCESS" ? LATER_PAUSES : []));
  }

  async #follow(refund, pauses) {
    const { clock, gateway } = this.#counter;
    for (const pause of pauses) {
      if (!(await this.#counter.waitWhile(refund.name, clock.now() + pause, () => isGoing(refund)))) return;
      const answer = await gateway.call("inquiryRefund", messages.inquiryRefund(refund));
      const isOurs = answer?.result.resultCode === "SUCCESS" && same(read(answer.refundAmount), refund.amount);
      if (isOurs) this.#ended(refund, answer);
    }
    if (isGoing(refund)) this.#store.end(refund, "parked", "nobody tells what became of the refund");
  }

  #ended(refund, told) {
    if (told.refundStatus === "SUCCESS") this.#store.book(refund, told, null);
    else if (told.refundStatus === "FAIL") this.#store.end(refund, "refused", String(told.result?.resultCode));
  }
}
