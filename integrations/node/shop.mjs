// The shop: payments through the gateway, from the stored intent to an end that is backed by evidence (`payments.mjs`).
//
// An S of pay never books, but for a payment code: it means that there is a page to send the buyer to. Whatever is
// unknown is asked again, with the same id and the same body, a bounded number of times; a payment that stays undecided
// is cancelled before its order is closed.

import { Captures } from "./captures.mjs";
import { SECOND } from "./clock.mjs";
import { Counter, PAUSES, spawn } from "./counter.mjs";
import { Gateway } from "./gateway.mjs";
import { CARD, SELLING } from "./messages.mjs";
import { serve } from "./notify.mjs";
import { BETWEEN_INQUIRIES, INQUIRIES, Payments } from "./payments.mjs";
import { step } from "./prices.mjs";
import { Refunds } from "./refunds.mjs";
import { newId } from "./session.mjs";

// How long a notification may take before the shop asks.
const PATIENCE = 5 * SECOND;
// A buyer whose code was scanned stands at the counter.
const COUNTER_PATIENCE = 3 * SECOND;
// A bank transfer takes days.
const BETWEEN_PENDING = 3600 * SECOND;
const PENDING_INQUIRIES = 7 * 24;
// A card's money is held for a week.
const BETWEEN_HELD = 6 * 3600 * SECOND;
const HELD_INQUIRIES = 4 * 9;
const EXPIRY = 5 * 60 * SECOND;
const LARGEST_BATCH = 10;
// The least that wallets take, in the smallest unit of the currency; in any other, one.
const LEAST = {
  "TRUEMONEY THB": 100n,
  "TNG MYR": 5n,
  "GCASH PHP": 100n,
  "DANA IDR": 30_000n,
  "KAKAOPAY KRW": 50n,
  "JKOPAY TWD": 100n,
};
// Paid on a page of the gateway, to which U leads.
const ONLINE = ["cashier", "batch"];

export class Shop {
  #clock;
  #store;
  #counter;
  #payments;
  #cancels = new Set();

  static async open(clock, store, config, folder) {
    const shop = new Shop(clock, store, new Counter(clock, store, new Gateway(clock, config)));
    const notified = (notice) => shop.#payments.notified(notice);
    shop.#counter.baseUrl = await serve(shop.#counter.gateway, notified, folder);
    const left = store.unfinished().filter(({ method }) => method !== "terminal");
    const sales = left.map(({ name }) => store.last(name, "sale"));
    for (const sale of new Map(sales.map((one) => [one.requestId, one])).values()) {
      spawn(sale.state === "held" ? shop.#watch(sale.requestId) : shop.#resume(sale));
    }
    shop.refunds.resume();
    shop.captures.resume();
    return shop;
  }

  constructor(clock, store, counter) {
    [this.#clock, this.#store, this.#counter] = [clock, store, counter];
    [this.refunds, this.captures] = [new Refunds(counter), new Captures(counter)];
    this.#payments = new Payments(counter, this.refunds, this.captures);
  }

  get notifyUrl() {
    return `${this.#counter.baseUrl}/notify`;
  }

  /**
   * Sells an order, or several at once (`{name, amount, params}`); what the buyer is told comes as soon as there is
   * something to say. A buyer who tries again while the old attempt is open gets a new one when that is cleared up.
   */
  async sell(orders, by) {
    const open = orders.filter(({ name }) => this.#store.isOpen(name));
    const olds = open.map(({ name }) => this.#store.last(name, "sale").requestId);
    for (const old of new Set(olds)) await this.#payments.callOff(old);
    const isUnpaid = ({ name }) => ["failed", "cancelled"].includes(this.#store.order(name)?.state ?? "failed");
    if (!orders.every(isUnpaid)) return {};
    const requestId = this.#begin(orders, by);
    const said = await this.#pay(requestId);
    spawn(this.#follow(requestId, by === "payment-code" ? COUNTER_PATIENCE : PATIENCE));
    return said;
  }

  /** Why such an amount cannot be paid, or null. */
  static refuses({ currency, value }, method) {
    if (value < (LEAST[`${method} ${currency}`] ?? 1n)) return "less than can be paid";
    if (value % step(currency) !== 0n) return "rupiah are paid without sen";
    return null;
  }

  /** Why orders cannot be sold together, or null. */
  static refusesBatch(orders) {
    const problem = orders.map(({ amount }) => Shop.refuses(amount)).find(Boolean);
    if (problem) return problem;
    if (orders.length > LARGEST_BATCH) return `at most ${LARGEST_BATCH} orders are paid together`;
    if (new Set(orders.map(({ amount }) => amount.currency)).size > 1) return "a batch has one currency";
    const merchants = new Set(orders.map(({ params }) => params.merchant));
    return merchants.size < orders.length ? "each order of a batch is of another merchant" : null;
  }

  /** Calls an open order off, and those that are paid with it. A payment that was held is let go. */
  cancel(name) {
    const sale = this.#store.last(name, "sale");
    if (!sale || !this.#store.isOpen(name)) return;
    if (sale.state === "held") return spawn(this.#payments.callOff(sale.requestId));
    this.#cancels.add(sale.requestId);
    for (const other of this.#store.byRequest(sale.requestId)) this.#counter.wake(other.name);
  }

  /** Goes on with what an earlier process left open, with the same id: asks, and sends what never arrived. */
  async #resume({ requestId, state }) {
    const ask = () => this.#payments.inquire(this.#store.byRequest(requestId));
    if (state === "intended" || (await ask()) === "ORDER_NOT_EXIST") await this.#pay(requestId);
    await this.#follow(requestId, BETWEEN_INQUIRIES);
  }

  /** Writes down that orders shall be paid by a new id, and all that the message needs. */
  #begin(orders, by) {
    const [requestId, now] = [newId(), this.#clock.now()];
    const times = { asked: iso(now), expiry: iso(now + EXPIRY) };
    for (const { name, amount, params } of orders) {
      const { description, userAgent, paymentCode, capture, merchant } = params;
      const method = params.method ?? (capture === "manual" ? CARD : undefined);
      const details = { by, description, userAgent, paymentCode, capture, merchant, method, ...times };
      this.#store.begin(name, by, amount, requestId, now, details);
    }
    return requestId;
  }

  /** Asks for a payment until there is an answer that decides, within bounds. What the buyer needs next. */
  async #pay(requestId) {
    const sales = this.#store.byRequest(requestId);
    const { by } = sales[0].details;
    // It may have been called off meanwhile.
    if (!sales.map((sale) => this.#store.sending(sale)).every(Boolean)) return {};
    const answer = await this.#ask(sales, by);
    // No answer says nothing: the payment may stand.
    if (!answer) return {};
    this.#payments.learn(sales, answer);
    const { resultStatus, resultCode } = answer.result;
    const said = saidBy(by, answer);
    if (resultStatus === "F") {
      this.#payments.close(sales, "failed", String(resultCode));
    } else if (resultStatus === "S" && (by === "payment-code" || (ONLINE.includes(by) && !said))) {
      if (this.#payments.isOurs(sales, answer)) this.#payments.paid(sales, answer);
    } else if (ONLINE.includes(by) && !said) {
      // Nothing to send the buyer to: it came to nothing.
      await this.#payments.callOff(requestId, "failed");
    }
    return said ?? {};
  }

  /** In store, U wants the same message again. A payment code and a cashier's page are asked about instead. */
  #ask(sales, by) {
    const { operation, message } = SELLING[by];
    const isWanted = async () => {
      // The payment may stand, and be decided by now.
      await this.#payments.inquire(sales);
      return this.#payments.isGoing(sales[0].requestId);
    };
    const isEnough = ({ result }) => result.resultStatus !== "U" || ONLINE.includes(by) || by === "payment-code";
    const how = { pauses: by === "payment-code" ? [] : PAUSES, isEnough };
    return this.#counter.insist(operation, message(sales, this.#counter.baseUrl), isWanted, how);
  }

  /** Waits for the notification, then asks, within bounds, then calls the payment off. */
  async #follow(requestId, patience) {
    const sales = this.#store.byRequest(requestId);
    const isWaiting = () => this.#payments.isGoing(requestId) && !this.#cancels.has(requestId);
    let until = this.#clock.now() + patience;
    let between = sales[0].details.by === "payment-code" ? COUNTER_PATIENCE : BETWEEN_INQUIRIES;
    for (let left = INQUIRIES; left > 0; left--) {
      if (!(await this.#counter.waitWhile(sales[0].name, until, isWaiting))) break;
      // Days are given once: a bank that never decides is not waited for for ever.
      if ((await this.#payments.inquire(sales)) === "PENDING" && between !== BETWEEN_PENDING) {
        [left, between] = [PENDING_INQUIRIES, BETWEEN_PENDING];
      }
      until = this.#clock.now() + between;
    }
    this.#cancels.delete(requestId);
    if (this.#payments.isGoing(requestId)) await this.#payments.callOff(requestId);
    await this.#watch(requestId);
  }

  /** Money that is held and that nobody takes is let go after days, and nothing tells of that: it is asked about. */
  async #watch(requestId) {
    const sales = this.#store.byRequest(requestId);
    const isHeld = () => sales.every(({ name, state }) => state === "held" && this.#store.isOpen(name));
    for (let left = HELD_INQUIRIES; left > 0; left--) {
      const until = this.#clock.now() + BETWEEN_HELD;
      if (!(await this.#counter.waitWhile(sales[0].name, until, isHeld))) return;
      await this.#payments.inquire(sales);
    }
  }
}

/** What the buyer needs next, out of an answer that has it, or null. */
function saidBy(by, answer) {
  const { redirectActionForm: form, orderCodeForm, paymentSessionData } = answer;
  if (by === "session") return paymentSessionData ? { session: { paymentSessionData } } : null;
  const [code] = orderCodeForm?.codeDetails ?? [];
  if (by === "order-code") return code ? { code: code.codeValue } : null;
  if (form) return { redirect: { method: form.method, url: form.redirectUrl, parameters: form.parameters } };
  const url = answer.normalUrl ?? answer.applinkUrl ?? answer.schemeUrl;
  return ONLINE.includes(by) && url ? { redirect: { method: "GET", url } } : null;
}

const iso = (now) => new Date(now).toISOString();
