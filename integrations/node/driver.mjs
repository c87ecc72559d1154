#!/usr/bin/env node
// The driver: business orders from the conformance harness, one JSON-RPC message a line (docs/driver.md).
//
// In a shop of your own this file is your web shop and your cash desk; everything beside it is what they would use.

import { createInterface } from "node:readline";
import { Clock } from "./clock.mjs";
import { read, same, told } from "./money.mjs";
import { total } from "./prices.mjs";
import { newId } from "./session.mjs";
import { Shop } from "./shop.mjs";
import { Store } from "./store.mjs";
import { Till } from "./till.mjs";

const LONGEST_ORDER = 64;
const WAYS = ["entry-code", "order-code", "payment-code", "cashier", "session"];
const EXTRAS = ["card", "batch", "capture", "cart", "retry"];
const clock = new Clock();
let store;
let till;
let shop;

const methods = {
  async initialize(params) {
    if (params.clock) clock.startAt(params.clock.now);
    store = new Store(params.state);
    if (params.terminal) till = new Till(clock, store, params.terminal);
    if (params.gateway) shop = await Shop.open(clock, store, params.gateway, params.state);
    return {
      name: "node",
      version: "1.0.0",
      roles: ["edc", "antom"],
      capabilities: ["cancel", "clock", "refund", "restart", ...WAYS.slice(1), ...EXTRAS],
      notifyUrl: shop?.notifyUrl,
    };
  },

  async checkout(params) {
    const { order: name, by, cart, currency } = params;
    const amount = cart ? total(currency, cart) : read(params.amount);
    if (!amount || name.length < 1 || name.length > LONGEST_ORDER) throw new Error("the order cannot be read");
    // An order that is paid, or that a person must look at, is not sold again; nor one that the till sells now.
    const state = opened().order(name)?.state ?? "failed";
    const mayBeSold = ["failed", "cancelled"].includes(state) || (state === "open" && by !== "terminal");
    if (!mayBeSold) return { state: stateOf(name) };
    if (by === "terminal" && till) {
      store.begin(name, by, amount, newId(), clock.now());
      const problem = Till.refuses(amount);
      if (problem) store.close(name, "failed", problem);
      else till.sell(name);
      return { state: stateOf(name) };
    }
    if (!WAYS.includes(by) || !shop) throw new Error(`there is nothing to pay by ${by} with`);
    const problem = Shop.refuses(amount, params.method);
    if (problem) {
      store.begin(name, by, amount, newId(), clock.now());
      store.close(name, "failed", problem);
      return { state: stateOf(name) };
    }
    return answered(name, await shop.sell([{ name, amount, params }], by));
  },

  async checkoutBatch({ orders: asked }) {
    const orders = asked.map((params) => ({ name: params.order, amount: read(params.amount), params }));
    const isReadable = orders.length > 0 && orders.every(({ amount }) => amount);
    if (!shop || !isReadable) throw new Error("there is no gateway, or the batch cannot be read");
    const problem = Shop.refusesBatch(orders);
    for (const { name, amount } of problem ? orders : []) {
      if (store.order(name)) continue;
      store.begin(name, "batch", amount, newId(), clock.now());
      store.close(name, "failed", problem);
    }
    const said = problem ? {} : await shop.sell(orders, "batch");
    return answered(orders[0].name, said);
  },

  orderStatus({ order: name }) {
    const order = opened().order(name);
    // Nothing is sold before it is in the book: an order that is not there was not sold.
    if (!order) return { order: name, state: "failed", reason: "not in the book" };
    const { currency } = order.amount;
    const tax = store.last(name, "sale").evidence.taxAmount;
    const refund = store.going(name, "refund");
    return {
      order: name,
      state: stateOf(name),
      booked: told({ currency, value: store.booked(name) }),
      refunding: refund ? told(refund.amount) : undefined,
      reason: (order.state === "open" ? till?.screen.get(name) : order.reason) ?? undefined,
      tax: read(tax) ? tax : undefined,
    };
  },

  cancel({ order: name }) {
    const { method, state } = known(name);
    // Answered as it stands; how it ends is seen by asking.
    if (method !== "terminal") shop?.cancel(name);
    else if (state === "open") till?.cancel(name);
    return { state: stateOf(name) };
  },

  refund({ order: name, amount: asked }) {
    const { method, state, amount } = known(name);
    const wanted = asked ? read(asked) : amount;
    // At the terminal an order is given back whole, or not at all. A person may try again what was parked.
    const canBe = ["paid", "parked"].includes(state) && store.booked(name) > 0n && !store.going(name, "refund");
    if (method !== "terminal") {
      if (wanted) shop?.refunds.refund(name, wanted);
    } else if (canBe && same(wanted, amount)) {
      store.intend(name, "refund", amount, newId(), clock.now());
      till?.refund(name);
    }
    return { state: stateOf(name) };
  },

  capture({ order: name, amount }) {
    known(name);
    shop?.captures.capture(name, amount ? read(amount) : null);
    return { state: stateOf(name) };
  },

  async clock({ now }) {
    return { wakeAt: await clock.tell(now) };
  },

  shutdown() {
    return {};
  },
};

function opened() {
  if (!store) throw new Error("initialize comes first");
  return store;
}

function known(name) {
  const order = opened().order(name);
  if (!order) throw new Error(`there is no order ${name}`);
  return order;
}

function stateOf(name) {
  if (store.going(name, "refund")) return "open";
  return store.order(name)?.state ?? "failed";
}

// A notification may have been quicker than the answer: what has come to nothing is handed to no buyer.
function answered(name, said) {
  const state = stateOf(name);
  return ["failed", "cancelled"].includes(state) ? { state } : { state, ...said };
}

async function answer({ id, method, params }) {
  const head = { jsonrpc: "2.0", id };
  if (!Object.hasOwn(methods, method)) {
    return { ...head, error: { code: -32601, message: `there is no method ${method}` } };
  }
  try {
    return { ...head, result: await methods[method](params ?? {}) };
  } catch (problem) {
    // One request that fails must not end the adapter.
    console.error(problem);
    return { ...head, error: { code: -32000, message: String(problem.message ?? problem) } };
  }
}

// stdout carries answers and nothing else. They may come in any order: who waits long keeps nobody else waiting.
const say = (message) => new Promise((done) => process.stdout.write(JSON.stringify(message) + "\n", done));

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const said = answer(request).then(say);
  if (request.method === "shutdown") await said.then(() => process.exit(0));
}
process.exit(0);
