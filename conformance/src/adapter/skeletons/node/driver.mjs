// An adapter between the conformance harness and an integration: one JSON-RPC message a line on stdin and stdout.
// Put your own code where it says TODO; `conformance driver-check` tells what comes next.
import { createInterface } from "node:readline";

const orders = new Map();
let config = {};

const methods = {
  async initialize(params) {
    // TODO: configure your integration: params.terminal (port, profile, ids) and params.gateway (url, clientId, keys).
    config = params;
    return {
      name: "my integration",
      version: "0",
      // TODO: add "edc" once checkout sells at the terminal, "antom" once it pays at the gateway.
      roles: [],
      // TODO: add "cancel", "refund", "restart", "clock" and ways to sell ("order-code", "session", …) as they work.
      capabilities: [],
    };
  },
  async checkout({ order }) {
    // TODO: sell the order: `by` is "terminal", "entry-code" or another way that you offer, `amount` is in minor units.
    orders.set(order, { state: "failed", reason: "checkout is not connected yet" });
    return { state: orders.get(order).state };
  },
  async orderStatus({ order }) {
    // TODO: ask your integration: open, paid, failed, cancelled, refunded or parked; booked is the sum of all bookings.
    return { order, ...(orders.get(order) ?? { state: "failed", reason: "no such order" }) };
  },
  async shutdown() {
    return {};
  },
};

async function answer({ id, method, params }) {
  if (!Object.hasOwn(methods, method)) return { jsonrpc: "2.0", id, error: { code: -32601, message: `there is no method ${method}` } };
  try {
    return { jsonrpc: "2.0", id, result: await methods[method](params ?? {}) };
  } catch (problem) {
    // One request that fails must not end the adapter.
    return { jsonrpc: "2.0", id, error: { code: -32000, message: String(problem) } };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  // stdout carries answers and nothing else; log with console.error. Answers may come in any order.
  const written = answer(request).then((message) => new Promise((done) => process.stdout.write(JSON.stringify(message) + "\n", done)));
  if (request.method === "shutdown") {
    await written;
    process.exit(0);
  }
}
