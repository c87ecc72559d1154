'use strict';
// The page that the client SDK frames. It speaks the SDK's messages with the merchant's page, asks its own gateway what
// shall happen, and does that: by a script, or as a person says here.

const query = new URLSearchParams(location.search);
const instanceId = query.get('instanceId');
const isElement = location.pathname.startsWith('/elements/');
const $ = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

let id = '';            // the session
let session = null;     // what the gateway says of it
let isShown = false;
let isBusy = false;     // an attempt is under way
let height = 0;
const owed = [];        // submit and submitPayment that wait for an answer
const waiting = { submitted: [], validated: [] };
const seen = { submitted: 0, validated: 0 };
let beforeSubmitDone = null;

// ---- messages

function raw(text) {
  if (parent !== window) parent.postMessage(text, '*');
}

function message(event, data, eventCallbackId, instance = instanceId) {
  raw(JSON.stringify({ name: 'APP_TO_SDK', instanceId: instance, context: { event, data, eventCallbackId } }));
}

/** Tells the merchant's page something, and writes it down first. */
async function post(event, data, eventCallbackId) {
  await said('page', event, data);
  message(event, data, eventCallbackId);
}

const emit = (code, more = {}) => post('onEventCallback', { code, ...more });

async function ask(path, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`/x-sim/sessions/${encodeURIComponent(id)}${path}`, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || answer.statusText);
  return told;
}

/** For the trace; a page whose session nobody knows has none. */
const said = (side, event, data) => (id ? ask('/said', { side, event, data }).catch(() => {}) : Promise.resolve());

addEventListener('message', (e) => {
  if (e.source !== parent) return;
  let told;
  try { told = JSON.parse(e.data); } catch { return; }
  if (!told || told.name !== 'SDK_TO_APP' || !told.context) return;
  const { event, data, eventCallbackId } = told.context;
  const does = {
    renderComponent: () => render(data || {}),
    submitPay: () => asked('submit', data, eventCallbackId),
    onSubmitPay: () => asked('submit', data, eventCallbackId),
    validateFields: () => validated('validateFieldsResult', eventCallbackId),
    onValidate: () => validated(eventCallbackId, eventCallbackId),
    updatePayment: () => post('updated', { success: true }),
    beforeSubmitDone: () => beforeSubmitDone && beforeSubmitDone(data || {}),
  }[event];
  if (does) does();
});

function asked(what, data, eventCallbackId) {
  owed.push(eventCallbackId);
  said('sdk', what, data);
  submitted();
}

async function validated(event, eventCallbackId) {
  said('sdk', 'validate', {});
  const isValid = check();
  wake('validated');
  if (!isValid) await emit('SDK_FORM_VERIFICATION_FAILED');
  message(event, { isValid, success: isValid, data: { isValid, success: isValid } }, eventCallbackId);
}

// ---- the session

async function render(told) {
  const own = told.sessionResult && told.sessionResult.x_sim;
  id = (own && own.session) || '';
  try {
    session = await ask('');
  } catch {
    session = null;
  }
  said('sdk', 'render', { scene: told.sessionResult && told.sessionResult.paymentSessionConfig });
  const failed = told.queryResult && told.queryResult.success === false;
  if (!session || failed) return broken((told.queryResult && told.queryResult.errorMessage) || 'This session cannot be used.');
  if (session.purpose === 'vaulting') keeping(); else paying();
  const byCard = isElement || !session.method || session.method === 'CARD';
  $('card').hidden = !byCard;
  $('wallet').hidden = byCard;
  $('wallet').textContent = `You pay with ${session.method}.`;
  // The Element has no buttons of its own: the merchant's page has them.
  $('form').querySelector('.buttons').hidden = isElement;
  $('ending').replaceChildren(...session.endings.map((ending) => new Option(`${ending.code} (${ending.status})`, ending.code)));
  $('ending').value = 'SUCCESS';
  if (session.page === 'shown') await show();
  if (session.notes) {
    $('what-if').hidden = true;
    await goOn(session.notes, session.done).catch((error) => console.error(`the script stopped: ${error.message}`));
  }
}

/** The words of a payment. */
function paying() {
  $('amount').textContent = session.amount;
  $('description').textContent = session.description;
  $('pay').textContent = `Pay ${session.amount}`;
}

/** The words of a card that is kept, for which nothing is paid. */
function keeping() {
  $('amount').textContent = 'Save your card';
  $('description').textContent = 'It is kept for later payments. Nothing is paid now.';
  $('pay').textContent = 'Save card';
  $('ends-with').textContent = 'It ends with';
  $('bank-asks').textContent = 'Your bank asks you to confirm that this card is yours.';
  $('away').hidden = true;
  $('challenge').checked = session.is3ds;
  const words = { pays: 'keeps the card', fails: 'does not keep it' };
  for (const [value, text] of Object.entries(words)) $('server').querySelector(`[value=${value}]`).textContent = text;
}

async function show() {
  isShown = true;
  $('main').hidden = false;
  resized();
  await post('dismissLoading', {});
  message('webAppReady', { source: 'payment' });
}

function broken(text) {
  $('form').hidden = true;
  $('amount').textContent = 'Not possible';
  $('description').textContent = text;
  show();
}

function resized() {
  const now = $('main').offsetHeight;
  if (!isShown || now === height) return;
  height = now;
  message('onSizeChanged', { height, width: document.documentElement.clientWidth, source: 'payment' });
}
new ResizeObserver(resized).observe($('main'));

// ---- a script

/** A page that is opened again goes on where the last one was. */
async function goOn(notes, from) {
  for (let at = from; at < notes.length; at += 1) {
    const waits = notes[at].do === 'sleep' || notes[at].do === 'wait';
    // What is done may end this page; what is waited for is not done before it has come.
    if (!waits) await ask('/done', at + 1);
    await perform(notes[at]);
    if (waits) await ask('/done', at + 1);
  }
}

async function play(notes) {
  for (const note of notes) await perform(note);
}

async function perform(note) {
  switch (note.do) {
    case 'sleep': return sleep(note.ms);
    case 'wait': return until(note.until);
    case 'form': return show();
    case 'post': return post(note.event, note.data);
    case 'end': return ended(note);
    case 'answer': return answered(note.data);
    case 'server': return ask('/act', note.effect).catch((error) => console.warn(`the server did not: ${error.message}`));
    case 'garble': await said('page', 'garble', note.text); return raw(note.text);
    case 'forge':
      await said('page', 'forge', note.data);
      // Once as the checkout page takes it, once as another window's page would send it.
      raw(JSON.stringify(note.data));
      return message('onEventCallback', note.data, undefined, `not-${instanceId}`);
  }
}

/** Waits for what the buyer or the merchant's page does, or for the server. */
async function until(cue) {
  if (cue in waiting) {
    if (seen[cue] > 0) { seen[cue] -= 1; return; }
    return new Promise((done) => waiting[cue].push(done));
  }
  for (;;) {
    session = await ask('');
    if (cue === 'paid' ? session.status === 'SUCCESS' : cue === 'notified' ? session.isNotified : !session.isOpen) return;
    await sleep(60);
  }
}

function wake(cue) {
  const next = waiting[cue].shift();
  if (next) next(); else seen[cue] += 1;
}

/** Tells how it ended: the Element by the answer to submitPayment, all others by an event. */
async function ended({ event, answer }) {
  if (isElement && owed.length > 0) return answered(answer);
  await post('onEventCallback', event);
  if (owed.length > 0) await answered(answer);
}

async function answered(data) {
  const eventCallbackId = owed.shift();
  await said('page', 'onSubmitPayCallback', data);
  message('onSubmitPayCallback', data, eventCallbackId);
}

// ---- a person

function check() {
  if ($('card').hidden) return true;
  const digits = (name) => $(name).value.replace(/[^0-9]/g, '').length;
  const right = {
    number: digits('number') >= 14 && digits('number') <= 19,
    expiry: /^(0?[1-9]|1[0-2])\s*\/\s*[0-9]{2}$/.test($('expiry').value.trim()),
    cvc: digits('cvc') === 3 || digits('cvc') === 4,
  };
  for (const [name, is] of Object.entries(right)) {
    $(name).setAttribute('aria-invalid', String(!is));
    $(`${name}-wrong`).hidden = is;
  }
  return Object.values(right).every(Boolean);
}

/** Pay was pressed, here or by the merchant's page. */
async function submitted() {
  if (session && session.notes) return wake('submitted');
  if (isBusy) return emit('SDK_DUPLICATE_SUBMISSION_BEHAVIOR');
  if (!check()) {
    await emit('SDK_FORM_VERIFICATION_FAILED');
    if (owed.length > 0) await answered({ status: 'FAIL', error: { code: 'FORM_INVALID', message: 'Check the form.', needChangeSessionForRetry: false } });
    return;
  }
  isBusy = true;
  busy(true);
  try {
    await attempt();
  } catch (error) {
    note(error.message);
    await emit('SDK_SUBMIT_NETWORK_ERROR', { message: error.message });
  } finally {
    isBusy = false;
    busy(false);
  }
}

async function attempt() {
  const allowed = await hook();
  if (allowed === 'CANCEL' || allowed === 'ERROR') return note('The shop does not want that now.');
  const wish = { ending: $('ending').value, server: $('server').value, twice: $('twice').checked };
  if ($('redirect').checked) return perform({ do: 'post', event: 'onRedirect', data: { normalUrl: session.wallet } });
  if ($('challenge').checked && !(await challenge())) {
    await ask('/act', { declines: { code: 'USER_PAYMENT_VERIFICATION_FAILED' } });
    if (isElement && owed.length > 0) return answered({ status: 'FAIL', userCanceled3D: true, error: { code: 'USER_CANCELED', message: 'Not confirmed.', needChangeSessionForRetry: true } });
    return tell('USER_PAYMENT_VERIFICATION_FAILED');
  }
  const effect = effectOf(wish);
  if (wish.server === 'first') {
    if (effect) await ask('/act', effect);
    await Promise.race([until('notified'), sleep(3000)]);
  } else if (effect) {
    await ask('/act', effect);
  }
  await tell(wish.ending);
  if (wish.twice) await tell(wish.ending);
}

/** What the server does, for what the buyer is told. */
function effectOf({ ending, server }) {
  const status = (session.endings.find((one) => one.code === ending) || {}).status;
  if (server === 'nothing') return null;
  if (server === 'pays') return 'pays';
  if (server === 'fails') return { fails: {} };
  if (status === 'S') return 'pays';
  return status === 'F' ? { declines: { code: ending } } : null;
}

async function tell(code) {
  await play(await ask('/end', { code }));
  const done = session.purpose === 'vaulting' ? 'Saved.' : 'Paid.';
  note(code === 'SUCCESS' ? done : `Told the shop: ${code}.`);
  session = await ask('');
  if (!session.isOpen) $('pay').disabled = true;
}

/** The merchant's onBeforeSubmit; the SDK answers for a page without one. */
async function hook() {
  const answer = new Promise((done) => { beforeSubmitDone = (data) => done(data.result); });
  message('beforeSubmit', { processType: 'PAY', submitRequestData: {} });
  return Promise.race([answer, sleep(2000).then(() => 'TIMEOUT')]);
}

async function challenge() {
  await emit('SDK_PAYMENT_CHALLENGE');
  $('form').hidden = true;
  $('bank').hidden = false;
  const isBuyer = await new Promise((done) => {
    $('confirm').onclick = () => done(true);
    $('deny').onclick = () => done(false);
  });
  $('bank').hidden = true;
  $('form').hidden = false;
  return isBuyer;
}

function busy(is) {
  $('pay').classList.toggle('busy', is);
  note(is ? 'One moment …' : $('note').textContent === 'One moment …' ? '' : $('note').textContent);
}

const note = (text) => { $('note').textContent = text; };

$('form').addEventListener('submit', (e) => {
  e.preventDefault();
  said('buyer', 'pay', {});
  submitted();
});

$('cancel').addEventListener('click', async () => {
  await said('buyer', 'cancel', {});
  message('declareEventCallbackInfo', { popWindowEventInfo: { enableCallback: true, eventName: 'SDK_PAYMENT_CANCEL', eventResult: {} } });
  message('setAllowRetention', false);
  message('onClose', {});
});

// A preloaded page is thrown away again. A session that shall never begin says so in its region, which the SDK writes into
// this page's address: the session itself is known only after the beginning.
if (instanceId && query.get('isPreload') !== 'true' && query.get('hostSign') !== 'ABSENT') message('onLaunch', {});
