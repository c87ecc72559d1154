// What becomes of a payment: asked, told by a notification, or called off. Only evidence books.
//
// Orders that are paid together are one payment: `sales` are its attempts, with one request id.

import { captured } from "./captures.mjs";
import { SECOND } from "./clock.mjs";
import { spawn } from "./counter.mjs";
import * as messages from "./messages.mjs";
import { read, same } from "./money.mjs";
import { isGoing } from "./store.mjs";

// How an undecided payment is asked about, and how often at most.
export const BETWEEN_INQUIRIES = 4 * SECOND;
export const INQUIRIES = 20;
const CANCEL_PAUSES = [2, 3, 3, 5, 5];

export class Payments {
  #counter;
  #store;
  #refunds;
  #captures;
  #callingOff = new Set();

  constructor(counter, refunds, captures) {
    [this.#counter, this.#store, this.#refunds, this.#captures] = [counter, counter.store, refunds, captures];
  }

  /** Whether an order still waits for this payment. */
  isGoing(requestId) {
    const waits = (sale) => isGoing(sale) && this.#store.isOpen(sale.name) && this.#isLast(sale);
    return this.#store.byRequest(requestId).some(waits);
  }

  /** Asks once how a payment stands. Its paymentStatus decides; that the call went well says nothing. */
  async inquire(sales) {
    const answer = await this.#counter.gateway.call("inquiryPayment", messages.inquiry(sales[0].requestId));
    if (answer?.result.resultCode !== "SUCCESS") return answer?.result.resultCode ?? null;
    const { paymentStatus, paymentResultCode } = answer;
    if (paymentStatus === "SUCCESS") {
      if (this.isOurs(sales, answer)) this.paid(sales, answer);
      else this.close(sales, "parked", "paid, but the amount or the ids are not the order's");
    } else if (paymentStatus === "FAIL") {
      this.close(sales, "failed", String(paymentResultCode));
    } else if (paymentStatus === "CANCELLED") {
      this.close(sales, "cancelled", "the payment was cancelled");
    }
    return paymentStatus;
  }

  /** Cancels a payment, so that it cannot be paid behind our back; its orders end so. Or looks into it. */
  async callOff(requestId, end = "cancelled") {
    const sales = this.#store.byRequest(requestId);
    const isOpen = () => sales.some(({ name }) => this.#store.isOpen(name));
    this.#callingOff.add(requestId);
    const answer = await this.#counter.insist("cancel", messages.cancel(requestId), isOpen, { pauses: CANCEL_PAUSES });
    this.#callingOff.delete(requestId);
    const { resultStatus, resultCode = "no answer" } = answer?.result ?? {};
    // An answer of before may come after this, when the order has a new attempt: it books nothing.
    if (resultStatus === "S") for (const sale of sales) this.#store.mark(sale, "cancelled");
    if (resultStatus === "S" || resultCode === "ORDER_NOT_EXIST") return this.close(sales, end, "called off");
    // It may have been paid in this moment.
    for (let left = INQUIRIES; left > 0; left--) {
      await this.inquire(sales);
      if (!isOpen()) break;
      await this.#counter.clock.pause(BETWEEN_INQUIRIES);
    }
    if (resultCode === "CANCEL_WINDOW_EXCEED") {
      for (const { name, amount } of sales) this.#refunds.refund(name, amount);
    }
    this.close(sales, "parked", `not decided, and not called off: ${resultCode}`);
  }

  /** Takes in a genuine notification. Whether it is dealt with and may be acknowledged. */
  notified(notice) {
    const { notifyType, result } = notice;
    if (notifyType === "REFUND_RESULT") return this.#refunds.notified(notice);
    if (notifyType === "CAPTURE_RESULT") return this.#captures.notified(notice);
    const sales = this.#named(notice);
    if (sales.length === 0) {
      // Genuine, but none of ours: nothing to do, and nothing gained by getting it again.
      console.error(`a notification of a payment that is not ours: ${notice.paymentRequestId}`);
    } else if (notifyType === "PAYMENT_REVERSAL") {
      const reason = "money came after the end, and the gateway could not give it back";
      for (const { name } of sales) this.#store.alarm(name, reason);
    } else if (notifyType === "PAYMENT_RESULT" && !this.isOurs(sales, notice)) {
      this.close(sales, "parked", "notified of another amount or another payment");
      return false;
    } else if (notifyType === "PAYMENT_RESULT" && result?.resultStatus === "S") {
      this.paid(sales, notice);
    } else if (notifyType === "PAYMENT_RESULT" && result?.resultStatus === "F") {
      this.close(sales, "failed", String(result.resultCode));
    }
    return true;
  }

  /** The gateway's ids: of a payment, or of each order of a batch. */
  learn(sales, answer) {
    const { paymentId, orderSummaries } = answer;
    const isOne = isSingle(sales) && isNamed(sales, answer);
    if (isOne && typeof paymentId === "string") this.#store.learn(sales[0], paymentId);
    for (const { referenceOrderId, transactionId } of Array.isArray(orderSummaries) ? orderSummaries : []) {
      const sale = sales.find(({ name }) => name === referenceOrderId);
      if (sale && typeof transactionId === "string") this.#store.learn(sale, transactionId);
    }
  }

  /** Whether amount and ids are the payment's; what is not there is not another's, but the amount always is. */
  isOurs(sales, told) {
    const known = isSingle(sales) ? sales[0].theirId : null;
    const isSamePayment = known === null || fits(told.paymentId, known);
    return same(read(told.paymentAmount), messages.total(sales)) && isSamePayment && isNamed(sales, told);
  }

  /** A payment succeeded. A card is only authorised by that: its money is taken by the capture. */
  paid(sales, evidence) {
    const theirId = isSingle(sales) && typeof evidence.paymentId === "string" ? evidence.paymentId : null;
    for (const sale of sales) {
      // Called off is called off: the gateway gives back what came in after all. While that is going on, its end
      // decides: a cancel without an answer may have given the money back already.
      const isCancelled = sale.state === "cancelled" || this.#store.order(sale.name).state === "cancelled";
      if (isCancelled || this.#callingOff.has(sale.requestId)) continue;
      if (theirId) this.#store.learn(sale, theirId);
      const isPaid = this.#store.all(sale.name, "sale").some((other) => other.isBooked && other !== sale);
      if (isPaid) this.#giveBackExtra(sale);
      else if (sale.details.capture === "manual") this.#store.mark(sale, "held");
      else if (!messages.isCard(sale) || captured(evidence) === "SUCCESS") this.#store.book(sale, evidence, theirId);
    }
  }

  close(sales, state, reason) {
    // What becomes of an old attempt decides nothing for its order.
    for (const sale of sales) if (this.#isLast(sale)) this.#store.close(sale.name, state, reason);
  }

  /** An order is paid once: a second payment of it goes back whole. */
  #giveBackExtra(sale) {
    if (!this.#store.mark(sale, "extra")) return;
    console.error(`order ${sale.name}: paid twice, ${sale.requestId} goes back`);
    const how = { pauses: CANCEL_PAUSES };
    spawn(this.#counter.insist("cancel", messages.cancel(sale.requestId), () => true, how));
  }

  #named({ paymentRequestId, paymentId }) {
    const found = this.#store.byRequest(paymentRequestId);
    if (found.length === 1) return found;
    // One order of a batch is known by the gateway's id.
    const one = this.#store.byTheirId(paymentId).filter(({ details }) => details.by === "batch");
    return one.length > 0 ? one : found;
  }

  #isLast(sale) {
    return this.#store.last(sale.name, "sale") === sale;
  }
}

const isNamed = ([{ requestId, theirId, details }], told) =>
  fits(told.paymentRequestId, requestId) || (details.by === "batch" && told.paymentId === theirId);

const fits = (told, ours) => told === undefined || told === null || told === ours;

// A batch has an id of its own at the gateway, if it is of one order too.
const isSingle = (sales) => sales.length === 1 && sales[0].details.by !== "batch";
