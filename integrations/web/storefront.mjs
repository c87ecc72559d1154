#!/usr/bin/env node
// A backend of the page's own, for `conformance client --page URL`: it serves the page, sells by an integration behind the driver
// protocol, and passes on what the harness says on stdin (docs/client.md, "A page with its own backend").
//
//   node storefront.mjs PORT SDK.js COMMAND [ARGUMENT …]
//
// In a shop of your own this is your web server; the integration would be a part of it, and so would the driver.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';

const [port, sdk, ...command] = process.argv.slice(2);
const folder = import.meta.dirname;
const PRICE = { currency: 'USD', value: '5997' };   // the shop's, and nobody else's
const KINDS = { '.html': 'text/html', '.mjs': 'text/javascript', '.js': 'text/javascript', '.css': 'text/css' };

// ---- the integration, which is asked by the harness and by the page

const seller = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
let asked = 0;
createInterface({ input: seller.stdout }).on('line', (line) => {
  const told = JSON.parse(line);
  const own = waiting.get(told.id);
  if (!own) return process.stdout.write(`${line}\n`);
  waiting.delete(told.id);
  return told.error ? own.reject(new Error(told.error.message)) : own.resolve(told.result);
});
createInterface({ input: process.stdin })
  .on('line', (line) => seller.stdin.write(`${line}\n`))
  .on('close', () => seller.stdin.end());
seller.on('exit', (code) => process.exit(code ?? 1));

function ask(method, params) {
  asked += 1;
  const id = `page-${asked}`;
  seller.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

// ---- the page

async function body(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > 65536) throw new Error('the body is too long');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString() || '{}');
}

async function checkout(request) {
  const { order, product, method } = await body(request);
  const returnUrl = `http://127.0.0.1:${port}/return.html?order=${encodeURIComponent(order)}`;
  const sale = { order, by: 'session', amount: PRICE, description: 'two cups of tea', product, returnUrl };
  const told = await ask('checkout', method ? { ...sale, method } : sale);
  return { ...told, order, amount: PRICE, environment: 'sandbox' };
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://shop');
  const of = pathname.match(/^\/api\/orders\/([^/]+)(\/receipt)?$/);
  const json = (told) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  if (pathname === '/api/checkout') return json(await checkout(request));
  if (of?.[2]) return json({});
  if (of) return json({ order: of[1], state: (await ask('orderStatus', { order: decodeURIComponent(of[1]) })).state });
  const path = pathname === '/sdk/ams-checkout.min.js' ? sdk : join(folder, normalize(pathname));
  const kind = KINDS[extname(path)] ?? 'application/octet-stream';
  const content = await readFile(path);
  return response.writeHead(200, { 'content-type': kind, 'cache-control': 'no-store' }).end(content);
}

createServer((request, response) => {
  answer(request, response).catch((error) => {
    const status = error.code === 'ENOENT' ? 404 : 500;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error.message }));
  });
}).listen(Number(port), '127.0.0.1');
