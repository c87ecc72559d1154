// Recovery: what became of a sale or refund whose result did not come, cannot be read, or does not decide.
//
// No answer does not mean not charged. So the terminal is asked for its last transaction, and only a record that is
// this attempt's decides. What cannot be decided is parked for a person. Nothing that moves money is sent from here.

import { NOT_TAKEN, ofLastTransaction, ofResult, recordIn, theirId } from "./answers.mjs";
import { SECOND } from "./clock.mjs";
import { newId } from "./session.mjs";

const ANSWER_WAIT = 5 * SECOND;
// A terminal that is busy may be busy with the very sale that is asked about, which takes two minutes at most.
const BUSY_PAUSE = 2 * SECOND;
const BUSY_LIMIT = 130 * SECOND;
const PAUSES = [1, 2, 3, 5, 5];
const DAY = 24 * 3600 * SECOND;

export class Recovery {
  #clock;
  #store;
  #session;

  constructor(clock, store, session) {
    [this.#clock, this.#store, this.#session] = [clock, store, session];
  }

  /** Asks until an order is decided, or parks it. */
  async sale(name) {
    const sale = this.#store.last(name, "sale");
    if (sale.state === "intended") {
      return this.#store.close(name, "failed", "the till stopped before anything was sent");
    }
    const { record, problem } = await this.#lastTransaction(() => this.#store.isOpen(name));
    if (problem) return this.#store.close(name, "parked", problem);
    if (!record) return;
    // Without its requestId a record is told by amount and terminal, if no other sale of the day could be meant.
    const isOnlyOne = this.#store.rivals(sale, sale.madeAt - (sale.madeAt % DAY)).length === 0;
    const { says, reason, evidence } = ofLastTransaction(record, "Purchase", sale, this.#session.terminalId, isOnlyOne);
    const id = theirId(evidence);
    if (says === "succeeded" && !(id && this.#store.isBookedElsewhere(id, sale))) this.#store.book(sale, evidence, id);
    else if (says === "failed") this.#store.close(name, "failed", reason);
    else this.#store.close(name, "parked", reason || "the last transaction is booked for another order");
  }

  async refund(name) {
    const refund = this.#store.going(name, "refund");
    if (refund.state === "intended") {
      return this.#store.end(refund, "refused", "the till stopped before anything was sent");
    }
    const { record, problem } = await this.#lastTransaction(() => this.#store.going(name, "refund") !== null);
    if (problem) return this.#store.end(refund, "parked", problem);
    // Without its requestId, a record may be of any refund.
    const { terminalId } = this.#session;
    if (record) this.endRefund(refund, ofLastTransaction(record, "PurchaseCancel", refund, terminalId, false));
  }

  endRefund(refund, { says, reason, evidence }) {
    // What was cancelled before has been given back.
    const isGiven = says === "succeeded" || reason === "ORDER_IS_CANCELED";
    if (isGiven) this.#store.book(refund, evidence, theirId(evidence));
    else this.#store.end(refund, says === "unclear" ? "parked" : "refused", reason);
  }

  /** A result that comes late still tells how its order ended. */
  overhear(result) {
    const attempt = this.#store.byCommand(result.id);
    if (!attempt) return;
    const command = attempt.purpose === "sale" ? "Purchase" : "PurchaseCancel";
    const verdict = ofResult(result, command, attempt, this.#session.terminalId);
    if (!["succeeded", "failed"].includes(verdict.says)) return;
    if (attempt.purpose === "refund") this.endRefund(attempt, verdict);
    else if (verdict.says === "succeeded") this.#store.book(attempt, verdict.evidence, theirId(verdict.evidence));
    else this.#store.close(attempt.name, "failed", verdict.reason);
  }

  /** The terminal's `record`, or the `problem` why it cannot be had; neither when a late result decided meanwhile. */
  async #lastTransaction(isWanted) {
    const busyUntil = this.#clock.now() + BUSY_LIMIT;
    const pauses = [...PAUSES];
    while (isWanted()) {
      if (this.#session.isReady || (await this.#session.hello()) === "INIT_SUCCESS") {
        const { result } = await this.#session.exchange(newId(), "GetLastTransaction", {}, ANSWER_WAIT);
        const code = result?.errorCode;
        if (code === "CommandDeviceBusy" && this.#clock.now() < busyUntil) {
          await this.#session.pause(BUSY_PAUSE);
          continue;
        }
        if (code === "CommandInvalid") this.#session.forget();
        else if (NOT_TAKEN.has(code)) return { problem: "the terminal cannot tell its last transaction" };
        else if (["success", "businessFailed"].includes(result?.outcome)) {
          const record = recordIn(result);
          return record ? { record } : { problem: "the terminal knows of no last transaction" };
        }
      }
      if (pauses.length === 0) return { problem: "no answer to the command, nor to what became of it" };
      await this.#session.pause(pauses.shift() * SECOND);
    }
    return {};
  }
}
