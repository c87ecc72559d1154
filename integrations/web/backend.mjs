// What the page asks of its own backend. Only the backend knows whether an order is paid.

const query = new URLSearchParams(location.search);

/** The order of this page, and the mistake that it is told to make, if any. */
export const order = query.get('order') || '';
export const product = query.get('product') || 'cashier';
const fault = query.get('fault') || '';
export const has = (name) => fault === name;

async function ask(path, options) {
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || `the shop answered ${answer.status}`);
  return told;
}

/** A session for the order, or its state when there is nothing to pay any more. */
export const checkout = () =>
  ask('/api/checkout', { method: 'POST', body: JSON.stringify({ order, product, method: query.get('method') || undefined }) });

/** How the order stands: open, paid, failed, cancelled, refunded, parked. */
export const state = async () => (await ask(`/api/orders/${encodeURIComponent(order)}`)).state;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until the order has ended: every two seconds, not for ever. */
export async function ended(times = 15) {
  for (let asked = 0; asked < times; asked += 1) {
    const now = await state().catch(() => 'open');
    if (now !== 'open') return now;
    await sleep(has('asks-too-often') ? 50 : 2000);
  }
  return 'open';
}
