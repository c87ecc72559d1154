// The till: one sale or refund at a time at the card terminal.
//
// A sale goes: hello if there is no session, Purchase, wait for the result. Whatever leaves it open whether money came
// in is cleared up by `recovery.mjs`. A command that moves money is sent again only when the terminal said that it did
// not take it; silence is never such an answer.

import { ofResult, theirId, verdict } from "./answers.mjs";
import { SECOND } from "./clock.mjs";
import { told } from "./money.mjs";
import { Recovery } from "./recovery.mjs";
import { Session, TRIES, newId } from "./session.mjs";

// How long a caller waits, after Antom's documentation.
const PURCHASE_WAIT = 95 * SECOND;
const SIGNED_PURCHASE_WAIT = 115 * SECOND;
const REFUND_WAIT = 85 * SECOND;
const CANCEL_WAIT = 5 * SECOND;
const SIGNATURE_ABOVE = 50_000n;
const CARD_SECONDS = 30;
const SIGNATURE_SECONDS = 20;
const LARGEST = 999_999_999n;
const NO_TIP = { currency: "KRW", value: "0" };
/** Once a card was there, CommandCancel is not for us to send any more. */
const CARD_SEEN = new Set([
  "CARD_DETECTED",
  "CARD_READ_COMPLETED",
  "CARD_MISSING",
  "CARD_TRY_AGAIN",
  "PENDING_SIGNATURE",
  "START_TRANSACTION",
]);

export class Till {
  #clock;
  #store;
  #session;
  #recovery;
  #jobs = [];
  #cancels = new Set();
  /** What the cashier's screen says about an order. */
  screen = new Map();

  constructor(clock, store, config) {
    [this.#clock, this.#store] = [clock, store];
    this.#session = new Session(clock, config, (result) => this.#recovery.overhear(result));
    this.#recovery = new Recovery(clock, store, this.#session);
    this.#run();
  }

  sell(name) {
    this.#jobs.push([(order) => this.#sell(order), name]);
    this.#session.ring();
  }

  refund(name) {
    this.#jobs.push([(order) => this.#giveBack(order), name]);
    this.#session.ring();
  }

  cancel(name) {
    if (this.#store.callOffUnsent(name)) return;
    this.#cancels.add(name);
    this.#session.ring();
  }

  /** Why the terminal cannot take such an amount, or null. */
  static refuses({ currency, value }) {
    if (currency !== "KRW") return "the terminal takes won only";
    return value > 0n && value <= LARGEST ? null : "the terminal takes 1 to 999,999,999 won";
  }

  /** Never ends: what an earlier process left open is cleared up, then the till sells. */
  async #run() {
    for (const { name, method } of this.#store.unfinished()) {
      if (method !== "terminal") continue;
      await (this.#store.going(name, "refund") ? this.#recovery.refund(name) : this.#recovery.sale(name));
    }
    for (;;) {
      const [work, name] = this.#jobs.shift() ?? [];
      if (!work) {
        this.#session.aside(await this.#session.wait(null));
        continue;
      }
      await work(name);
      this.#cancels.delete(name);
      this.screen.delete(name);
    }
  }

  async #sell(name) {
    const sale = this.#store.last(name, "sale");
    const ended = await this.#untilTaken(() => this.#purchase(sale));
    if (!ended) return;
    if (ended.says === "succeeded") {
      this.#store.book(sale, ended.evidence, theirId(ended.evidence));
    } else if (ended.says === "unclear") {
      console.error(`order ${name}: ${ended.reason}`);
      await this.#recovery.sale(name);
    } else {
      this.#store.close(name, "failed", ended.reason);
    }
  }

  async #giveBack(name) {
    const refund = this.#store.going(name, "refund");
    const ended = await this.#untilTaken(() => this.#purchaseCancel(refund));
    if (ended.says === "unclear") {
      console.error(`order ${name}: refund: ${ended.reason}`);
      await this.#recovery.refund(name);
    } else {
      this.#recovery.endRefund(refund, ended);
    }
  }

  /** Sends a command until the terminal takes it, within bounds. */
  async #untilTaken(command) {
    for (let busy = 0, unheard = 0; ; ) {
      const problem = await this.#session.greet();
      if (problem) return verdict("failed", problem);
      const ended = await command();
      if (ended?.says === "busy" && busy++ < TRIES) await this.#session.pause(SECOND);
      else if (ended?.says === "wants-hello" && unheard++ < TRIES) this.#session.forget();
      else return ended;
    }
  }

  /** One Purchase, and CommandCancel beside it. Null when the order has been decided otherwise. */
  async #purchase(sale) {
    const command = newId();
    // Written down before it leaves: after a crash it is known that a card may have been charged.
    if (!this.#store.sending(sale, command)) return null;
    const token = this.#session.send(command, "Purchase", this.#purchaseRequest(sale));
    const wait = sale.amount.value > SIGNATURE_ABOVE ? SIGNED_PURCHASE_WAIT : PURCHASE_WAIT;
    let deadline = this.#clock.now() + wait;
    let ended = null;
    let cancel = null;
    let [isHeard, isCardSeen, isCancelled] = [false, false, false];
    for (;;) {
      const now = this.#clock.now();
      // No answer to CommandCancel: the payment's own result tells.
      if (cancel && now >= cancel.until) cancel = null;
      if (now >= deadline) ended ??= verdict("unclear", "no answer within the time");
      // Of the two halves of a sale that was called off, the failure, whichever came first.
      if (ended && !cancel) return isCancelled && ended.says !== "succeeded" ? null : ended;
      if (this.#cancels.delete(sale.name) && !(isCardSeen || cancel || isCancelled || ended)) {
        cancel = { id: newId(), until: now + CANCEL_WAIT };
        this.#session.send(cancel.id, "CommandCancel", {});
      }
      const happening = await this.#session.wait(cancel ? Math.min(cancel.until, deadline) : deadline);
      const { heard, message } = happening ?? {};
      if (heard === "R" && cancel && message?.id === cancel.id) {
        cancel = null;
        if (message.outcome !== "success") continue;
        isCancelled = true;
        this.#store.close(sale.name, "cancelled", "called off at the terminal");
        deadline = this.#clock.now() + CANCEL_WAIT;
        continue;
      }
      if (heard === "E" && message?.id === command) {
        isHeard = true;
        isCardSeen ||= CARD_SEEN.has(message.eventCode);
        this.#show(sale.name, message.eventCode);
        continue;
      }
      const outcome = this.#session.outcome(happening, command, token);
      if (!outcome) this.#session.aside(happening);
      else if (outcome.result) ended = ofResult(outcome.result, "Purchase", sale, this.#session.terminalId);
      // A terminal of whose work was heard has taken the command, whatever is refused now.
      else if (outcome.verdict.says !== "failed" || !isHeard) ended = outcome.verdict;
    }
  }

  /** The countdown on the screen: it tells the cashier how long, and ends nothing. */
  #show(name, event) {
    const seconds = { READY: CARD_SECONDS, PENDING_SIGNATURE: SIGNATURE_SECONDS }[event];
    if (seconds) this.screen.set(name, `${event} until ${this.#clock.now() + seconds * SECOND}`);
    else if (event === "START_TRANSACTION") this.screen.set(name, "the bank is asked");
  }

  async #purchaseCancel(refund) {
    const command = newId();
    this.#store.sending(refund, command);
    const request = this.#cancelRequest(refund);
    const outcome = await this.#session.exchange(command, "PurchaseCancel", request, REFUND_WAIT);
    return outcome.verdict ?? ofResult(outcome.result, "PurchaseCancel", refund, this.#session.terminalId);
  }

  #purchaseRequest({ requestId, amount }) {
    return {
      requestId,
      paymentAmount: told(amount),
      // No taxAmount: the terminal computes it, and its answer is what counts.
      tipAmount: NO_TIP,
      creditPayPlan: { installmentNum: "0" },
      paymentExpiryTime: String(CARD_SECONDS),
      acquirerInfo: this.#session.acquirer,
    };
  }

  #cancelRequest({ name, requestId, amount }) {
    const { acquirerInfo, tipAmount } = this.#store.last(name, "sale").evidence;
    // Exactly as the Purchase returned it.
    const { acquirerMetaData } = acquirerInfo ?? {};
    return {
      requestId,
      paymentAmount: told(amount),
      tipAmount: tipAmount ?? NO_TIP,
      acquirerInfo: { acquirerMetaData, ...this.#session.acquirer },
    };
  }
}
