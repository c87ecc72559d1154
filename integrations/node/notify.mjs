// The address to which the gateway sends notifications: public, by POST, without login.
//
// What cannot be verified is not believed and not acknowledged, so that a genuine one comes again. What is verified is
// acknowledged once it is in the book.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { collect } from "./gateway.mjs";
import { object } from "./line.mjs";

const LARGEST_BODY = 64 * 1024;
const PATIENCE = 10_000;
const TAKEN = { result: { resultCode: "SUCCESS", resultStatus: "S", resultMessage: "success" } };
const NOT_TAKEN = { result: { resultCode: "UNKNOWN_EXCEPTION", resultStatus: "U", resultMessage: "not taken" } };

/**
 * Listens on loopback, after a restart where it did before; the URL before the path. `notified` says whether a genuine
 * notification is dealt with.
 */
export async function serve(gateway, notified, folder) {
  const server = createServer({ requestTimeout: PATIENCE }, async (request, response) => {
    let isTaken = false;
    try {
      const body = await collect(request, LARGEST_BODY);
      if (request.method !== "POST") {
        // Where the wallet sends the buyer. What it says proves nothing, so nothing is read from it.
        return response.end("Thank you. Your payment is being processed.\n");
      }
      // The signature is checked over what came, before anything in it is read.
      const notice = gateway.vouches(request.url, request.headers, "request-time", body) && object(body.toString());
      isTaken = Boolean(notice) && notified(notice);
      if (!notice) console.error("a notification that cannot be believed, or read");
    } catch (problem) {
      // One notification must not stop those behind it.
      console.error(problem);
    }
    response.setHeader("content-type", "application/json; charset=UTF-8");
    response.end(JSON.stringify(isTaken ? TAKEN : NOT_TAKEN));
  });
  const known = join(folder, "notify-port");
  const before = existsSync(known) ? Number(readFileSync(known)) : 0;
  await listen(server, before).catch(() => listen(server, 0));
  const { port } = server.address();
  if (port !== before) writeFileSync(known, String(port));
  return `http://127.0.0.1:${port}`;
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
