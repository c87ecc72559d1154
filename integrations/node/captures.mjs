// Taking money that was only held: a card whose payment said `"capture":"manual"`.

import { SECOND } from "./clock.mjs";
import { spawn } from "./counter.mjs";
import * as messages from "./messages.mjs";
import { read, same } from "./money.mjs";
import { step } from "./prices.mjs";
import { newId } from "./session.mjs";
import { isGoing } from "./store.mjs";

const PAUSES = Array(15).fill(4 * SECOND);

export class Captures {
  #counter;
  #store;

  constructor(counter) {
    [this.#counter, this.#store] = [counter, counter.store];
  }

  /** Goes on with what an earlier process left open. */
  resume() {
    for (const { name } of this.#store.unfinished()) {
      const capture = this.#store.going(name, "capture");
      if (capture) spawn(this.#take(capture));
    }
  }

  /** Takes what is held, or a part of it, if there is something. */
  capture(name, wanted) {
    const sale = this.#store.last(name, "sale");
    if (sale?.state !== "held" || !this.#store.isOpen(name) || this.#store.going(name, "capture")) return;
    const amount = wanted ?? sale.amount;
    if (amount.value % step(amount.currency) !== 0n) return;
    if (amount.currency !== sale.amount.currency || amount.value <= 0n || amount.value > sale.amount.value) return;
    spawn(this.#take(this.#store.intend(name, "capture", amount, newId(), this.#counter.clock.now())));
  }

  /** Takes in a genuine notifyCapture. Whether it is dealt with. */
  notified({ captureRequestId, paymentId, captureAmount, result, ...rest }) {
    const ours = this.#store.byRequest(captureRequestId);
    // A capture that the gateway made by itself is known by its payment.
    for (const attempt of ours.length > 0 ? ours : this.#store.byTheirId(paymentId)) {
      if (!same(read(captureAmount), attempt.amount)) return false;
      const { resultStatus, resultCode } = result ?? {};
      if (resultStatus === "S") this.#store.book(attempt, { captureRequestId, captureAmount, result, ...rest }, null);
      else spawn(this.#letGo(attempt, String(resultCode)));
    }
    return true;
  }

  async #take(capture) {
    const sale = this.#store.last(capture.name, "sale");
    if (!sale.theirId) return this.#store.end(capture, "parked", "the payment's id was never told");
    this.#store.sending(capture);
    const message = messages.capture(capture, sale.theirId);
    const answer = await this.#counter.insist("capture", message, () => isGoing(capture));
    const { resultStatus, resultCode } = answer?.result ?? {};
    if (resultStatus === "S") this.#store.book(capture, answer, null);
    else if (resultStatus === "F") await this.#letGo(capture, String(resultCode));
    else await this.#follow(sale, capture);
  }

  async #follow(sale, capture) {
    const { clock, gateway } = this.#counter;
    for (const pause of PAUSES) {
      if (!(await this.#counter.waitWhile(capture.name, clock.now() + pause, () => isGoing(capture)))) return;
      const answer = await gateway.call("inquiryPayment", messages.inquiry(sale.requestId));
      const state = captured(answer ?? {}, capture.requestId);
      if (state === "SUCCESS") this.#store.book(capture, answer, null);
      else if (state === "FAIL") await this.#letGo(capture, "the capture failed");
    }
    if (isGoing(capture)) this.#store.end(capture, "parked", "nobody tells what became of the capture");
  }

  /** The money cannot be taken: no goods go out, and what is held is released. */
  async #letGo(attempt, reason) {
    if (attempt.purpose === "capture") this.#store.end(attempt, "refused", reason);
    const { name, requestId } = this.#store.last(attempt.name, "sale");
    const isOpen = () => this.#store.isOpen(name);
    if (!isOpen()) return;
    const answer = await this.#counter.insist("cancel", messages.cancel(requestId), isOpen);
    const state = answer?.result.resultStatus === "S" ? "cancelled" : "parked";
    this.#store.close(name, state, `not captured: ${reason}`);
  }
}

/** How a capture of a payment stands, after an inquiry: any, or the one with this id. */
export function captured({ transactions }, requestId) {
  const isWanted = (one) => one.transactionType === "CAPTURE" && (!requestId || one.transactionRequestId === requestId);
  return Array.isArray(transactions) ? transactions.find(isWanted)?.transactionStatus : undefined;
}
