// The signed way to Antom's gateway: one request, one verified answer, or no knowledge at all.
//
// Whatever is no verified answer (no connection, a time-out, a status other than 200, a signature that does not fit) is
// *unknown*: it says nothing about the payment.

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { SECOND } from "./clock.mjs";
import { object } from "./line.mjs";

const LIMIT = 15 * SECOND;
const LARGEST_BODY = 1024 * 1024;

export class Gateway {
  #clock;
  #url;
  #clientId;
  #key;
  #theirKey;

  constructor(clock, { url, clientId, privateKey, gatewayPublicKey }) {
    this.#clock = clock;
    this.#url = new URL(url);
    this.#clientId = clientId;
    this.#key = createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" });
    this.#theirKey = createPublicKey({ key: Buffer.from(gatewayPublicKey, "base64"), format: "der", type: "spki" });
  }

  /** Sends a message to an operation; the verified answer, or null. */
  async call(operation, message) {
    const area = this.#clientId.startsWith("SANDBOX_") ? "/ams/sandbox/api" : "/ams/api";
    const path = `${this.#url.pathname.replace(/\/$/, "")}${area}/v1/payments/${operation}`;
    try {
      const { status, headers, body } = await this.#post(path, Buffer.from(JSON.stringify(message)));
      if (status !== 200) throw new Error(`status ${status}`);
      if (!this.vouches(path, headers, "response-time", body)) throw new Error("the signature does not fit");
      const answer = object(body.toString());
      return answer && object(JSON.stringify(answer.result ?? null)) ? answer : null;
    } catch (problem) {
      console.error(`${operation}: ${problem.message}`);
      return null;
    }
  }

  /** Whether a message comes from Antom and is for us, over its exact bytes. */
  vouches(path, headers, timeHeader, body) {
    const [client, time] = [headers["client-id"], headers[timeHeader]];
    const parts = String(headers.signature ?? "").split(",").map((part) => part.trim());
    const signature = parts.find((part) => part.startsWith("signature="))?.slice("signature=".length);
    if (client !== this.#clientId || !time || !signature) return false;
    try {
      const bytes = Buffer.from(decodeURIComponent(signature), "base64");
      return verify("sha256", content(path, client, time, body), this.#theirKey, bytes);
    } catch {
      return false;
    }
  }

  #post(path, body) {
    const time = new Date(this.#clock.now()).toISOString();
    const signature = sign("sha256", content(path, this.#clientId, time, body), this.#key).toString("base64");
    const headers = {
      "content-type": "application/json; charset=UTF-8",
      "content-length": body.length,
      "client-id": this.#clientId,
      "request-time": time,
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature)}`,
    };
    const { request } = this.#url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.#url;
      const sent = request({ hostname, port, path, method: "POST", headers, agent: false });
      const giveUp = () => sent.destroy(new Error("no answer within the time"));
      const cancel = this.#clock.at(this.#clock.now() + LIMIT, giveUp);
      sent.on("error", reject);
      sent.on("close", cancel);
      sent.on("response", (answer) => collect(answer, LARGEST_BODY).then((read) => {
        resolve({ status: answer.statusCode, headers: answer.headers, body: read });
      }, reject));
      sent.end(body);
    });
  }
}

/** A whole body, if it is not larger than allowed. */
export async function collect(stream, largest) {
  const pieces = [];
  let size = 0;
  for await (const piece of stream) {
    size += piece.length;
    if (size > largest) throw new Error("the body is too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What is signed. */
function content(path, client, time, body) {
  return Buffer.concat([Buffer.from(`POST ${path}\n${client}.${time}.`), body]);
}
