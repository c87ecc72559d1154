// The checkout: what the client SDK tells is shown; whether the order is paid, the backend says.

import { checkout, ended, has, order, product, state } from './backend.mjs';
import { reason, show } from './words.mjs';

const $ = (id) => document.getElementById(id);
const main = document.querySelector('main');

let session = null;      // what createPaymentSession gave, by way of the backend
let component = null;    // the SDK's component that is alive
let isPaid = false;      // the backend has said so
let isAsking = null;     // the backend is being asked
let results = 0;         // results that the SDK has told
let thanks = 0;          // receipts that were ordered
let spinning = 0;        // the timer that ends the spinner when nothing else does
let closing = 0;         // the timer that takes the form away after a failure

// ---- what the buyer sees

function spin(on, isTheEnd = false) {
  if (!on && !isTheEnd && has('spinner-for-ever')) return;
  clearTimeout(spinning);
  $('loading').hidden = !on;
  // It ends by itself too: the end of loading is not always told.
  if (on) spinning = setTimeout(() => spin(false), 16000);
}

function buttons({ buy = false, pay = false, again = false, leave = false }) {
  for (const [id, on] of Object.entries({ buy, pay, again, leave })) $(id).hidden = !on;
}

/** Told by the backend, and by nobody else. */
function paid() {
  if (isPaid && !has('thanks-twice')) return;
  isPaid = true;
  spin(false);
  show('paid', 'Paid. Thank you! Your tea is on its way.');
  buttons({});
  if (!has('thanks-twice')) release();
  if (thanks === 0 || has('thanks-twice')) receipt();
}

function receipt() {
  thanks += 1;
  fetch(`/api/orders/${encodeURIComponent(order)}/receipt`, { method: 'POST' }).catch(() => {});
}

function failed(text) {
  if (isPaid && !has('last-word-wins')) return;
  show('failed', text);
  buttons({ again: true });
  // The form lies over the page. It goes after a moment: what else the SDK has to say of this attempt is heard first.
  clearTimeout(closing);
  const old = component;
  closing = setTimeout(() => component === old && main.dataset.view === 'failed' && release(), 1000);
}

/** Nobody knows yet: neither paid nor failed, until the backend says which. */
function confirm(text = 'We are asking how your payment stands …') {
  if (isPaid) return Promise.resolve();
  show('pending', text);
  buttons({});
  // One question at a time, however often the SDK tells.
  isAsking = isAsking || ended().then((now) => {
    isAsking = null;
    settle(now);
  });
  return isAsking;
}

function settle(now) {
  if (now === 'paid') return paid();
  if (now === 'failed' || now === 'cancelled') return failed('The payment was not made. You have not paid.');
  show('pending', 'We do not know yet whether you have paid. We will write to you.');
  return undefined;
}

function problem(text) {
  spin(false);
  if (isPaid) return;
  show('problem', text);
  buttons({ again: true });
}

// ---- what the SDK tells

const risky = (event) => ['REJECT', 'REVIEW'].includes(event.result?.popRiskDecisionResultInfo?.riskDecision);

const RESULTS = new Set(['SDK_PAYMENT_SUCCESSFUL', 'SDK_PAYMENT_PROCESSING', 'SDK_PAYMENT_ERROR', 'SDK_PAYMENT_FAIL']);

const NEW_SESSION = new Set(['USER_PAYMENT_VERIFICATION_FAILED', 'ORDER_IS_CLOSED']);

const ON = {
  SDK_START_OF_LOADING: () => spin(true),
  SDK_END_OF_LOADING: () => (has('loaded-is-paid') ? show('paid', 'Paid.') : spin(false, true)),
  SDK_PAYMENT_SUCCESSFUL: (event) => {
    if (has('client-trusted') || has('held-is-fulfilled') || has('thanks-twice')) return paid();
    if (has('card-taken-for-granted')) $('message').title = event.result.cardPaymentResultInfo.lastFour;
    if (has('logs-the-session')) console.log('paid with', JSON.stringify(event.result?.cardPaymentResultInfo), session.paymentSessionData);
    if (has('last-word-wins')) return show('paid', 'Paid.');
    if (risky(event) && !has('risk-unread')) return held();
    return confirm();
  },
  SDK_PAYMENT_PROCESSING: () => {
    if (has('processing-failed')) return failed('The payment failed.');
    if (has('processing-paid')) return show('paid', 'Paid.');
    return confirm();
  },
  SDK_PAYMENT_ERROR: () => (has('error-charged-again') ? begin(true) : confirm()),
  SDK_PAYMENT_FAIL: async (event) => {
    if (has('last-word-wins')) return failed('The payment failed.');
    const code = event.result?.paymentResultCode;
    const told = results;
    // Another attempt may have succeeded meanwhile.
    const now = await state().catch(() => 'open');
    if (now === 'paid') return paid();
    // Or the SDK has told something newer, while the backend was asked.
    if (told !== results) return undefined;
    // What the bank would not confirm, and what is closed, needs a session of its own.
    if (NEW_SESSION.has(code) && !has('session-kept')) session = null;
    return failed(has('no-reason') ? 'The payment failed.' : reason(code));
  },
  SDK_PAYMENT_RETRY: () => note('That did not work. Try again in the form.'),
  SDK_PAYMENT_CANCEL: () => {
    spin(false);
    if (isPaid) return;
    show('cancelled', has('cancel-drops-the-order') ? 'Your order is gone.' : 'You have not paid yet. Your order is still here.');
    buttons({ again: !has('cancel-drops-the-order') });
  },
  SDK_PAYMENT_CHALLENGE: () => {
    if (has('challenge-cut-short')) setTimeout(() => release(), 1000);
  },
  SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL: () => {
    if (has('authorised-is-paid')) show('paid', 'Paid.');
  },
  SDK_DUPLICATE_SUBMISSION_BEHAVIOR: () => (has('duplicate-begins-again') ? begin(true) : note('One moment: your payment is under way.')),
  SDK_FORM_VERIFICATION_FAILED: () => (has('form-thrown-away') ? release() : note('Please look at the form again.')),
  SDK_SUBMIT_NETWORK_ERROR: () => (has('network-makes-a-new-order') ? begin(true) : note('The network is gone. Press pay once more when it is back.')),
  SDK_CALL_URL_SUCCESS: () => {
    if (has('goes-away-itself')) location.assign(`return.html?order=${encodeURIComponent(order)}`);
  },
  SDK_CALL_URL_ERROR: () => launch(),
  SDK_LAUNCH_PAYMENT_APP_ERROR: () => launch(),
  SDK_CREATECOMPONENT_ERROR: () => problem('The payment form cannot be shown. Try again.'),
  SDK_CREATE_COMPONENT_ERROR: () => problem('The payment form cannot be shown. Try again.'),
  SDK_CREATEPAYMENT_PARAMETER_ERROR: () => problem('The payment cannot be begun. Try again.'),
  SDK_INIT_PARAMETER_ERROR: () => problem('The payment cannot be begun. Try again.'),
  SDK_INTERNAL_ERROR: () => problem('Something went wrong. Try again.'),
};

/** A fallback may still open it. */
function launch() {
  if (has('launch-error-is-the-end')) failed('Your wallet cannot be opened.');
}

function held() {
  show('pending', 'Thank you. We look at your order before we send it.');
  buttons({});
  isPaid = false;
}

function note(text) {
  if (!isPaid) $('message').textContent = text;
}

function onEventCallback(event) {
  if (has('copied-sample')) return copiedSample(event);
  if (has('handler-throws') && event.code?.startsWith('SDK_PAYMENT_')) throw new Error('the handler has a bug');
  if (has('result-taken-for-granted') && event.code?.startsWith('SDK_PAYMENT_')) main.title = event.result.result.resultCode;
  if (RESULTS.has(event?.code)) results += 1;
  // By the exact code. What is not known is let pass: the backend tells how the order stands.
  const does = Object.hasOwn(ON, event?.code ?? '') ? ON[event.code] : undefined;
  if (!does && has('unknown-crashes')) throw new Error(`what is ${event.code}?`);
  return does?.(event);
}

/** As the official sample has it: after `case code:` the text is a statement of its own, and says nothing. */
function copiedSample({ code }) {
  switch (code) {
    case code: 'SDK_PAYMENT_SUCCESSFUL';
      show('paid', 'Paid. Thank you!');
      break;
    case code: 'SDK_PAYMENT_PROCESSING';
      show('pending', 'Processing.');
      break;
    case code: 'SDK_PAYMENT_FAIL';
      show('failed', 'The payment failed.');
      break;
    default:
      break;
  }
}

function onError(error) {
  if (has('copied-sample') || has('errors-unheard')) return;
  (ON[error?.code] || (() => problem('Something went wrong. Try again.')))(error || {});
}

// ---- the SDK

const locale = has('locale-with-a-dash') ? navigator.language : navigator.language.replace('-', '_');
const FAULTY = { 'environment-production': 'production', 'environment-of-another': 'prod' };
const environment = () => Object.entries(FAULTY).find(([name]) => has(name))?.[1] ?? session.environment;

/** The session that is there while it lives, or a new one. */
async function usable(anew) {
  const lives = session && Date.parse(session.expires) > Date.now() + 1000;
  if (session && !anew && (lives || has('session-after-expiry'))) return session;
  const told = await checkout();
  if (!told.session) {
    session = null;
    settle(told.state);
    return null;
  }
  let data = told.session.paymentSessionData;
  if (has('session-trimmed')) data = new URLSearchParams(`session=${data}`).get('session');
  if (has('logs-the-session')) console.log('session', data);
  session = { paymentSessionData: data, expires: told.session.paymentSessionExpiryTime, environment: told.environment };
  return session;
}

/** Releases the component by the method of its class. */
function release() {
  const old = component;
  component = null;
  if (!old || has('never-unmounted')) return;
  if (product === 'element' && !has('unmount-of-an-element')) old.destroy();
  else old.unmount?.();
  $('payment').hidden = true;
}

async function begin(anew = false) {
  if (isPaid) return;
  release();
  buttons({});
  show('paying', '');
  try {
    if (!(await usable(anew))) return;
    await (product === 'element' ? element() : cashier());
  } catch (error) {
    if (has('rejection-uncaught') || has('constructor-uncaught')) throw error;
    if (has('errors-unheard')) return;
    console.warn(`the payment form: ${error.code || error.message || error}`);
    problem('The payment form cannot be shown. Try again.');
  }
}

async function cashier() {
  component = new AMSCashierPayment({
    environment: environment(), locale, analytics: { enabled: true }, onEventCallback, onError,
    onClose: () => spin(false),
    onBeforeSubmit: async () => {
      if (has('submit-hook-throws')) throw new Error('the hook has a bug');
      return { result: 'CONTINUE', processType: 'PAY', submitRequestData: {} };
    },
  });
  await component.createComponent({ sessionData: session.paymentSessionData, appearance: { showLoading: false }, notRedirectAfterComplete: true });
}

async function element() {
  spin(true);
  component = new AMSElement({
    environment: environment(), locale, sessionData: session.paymentSessionData, onEventCallback,
    loading: { onStartLoading: () => spin(true), onEndLoading: () => spin(false) },
  });
  $('payment').hidden = false;
  const told = await component.mount({ type: 'payment', appearance: {}, notRedirectAfterComplete: true }, '#payment');
  spin(false);
  // It resolves either way.
  if (told?.error) return problem('The payment form cannot be shown. Try again.');
  buttons({ pay: true, leave: true });
  return undefined;
}

/** Element: how it ended comes as the answer, error first. */
async function pay() {
  const button = $('pay');
  if (!has('button-not-locked')) button.disabled = true;
  try {
    answered(await component.submitPayment());
  } finally {
    button.disabled = false;
  }
}

function answered(told) {
  const status = told?.status;
  if (has('status-before-error') && status === 'SUCCESS') return show('paid', 'Paid.');
  if (has('element-processing-failed') && status !== 'SUCCESS') return failed('The payment failed.');
  if (told?.error) {
    const change = has('retry-read-elsewhere') ? told.needChangeSessionForRetry : told.error.needChangeSessionForRetry;
    if (change) session = null;
    if (told.userCanceled3D || status === 'PROCESSING' || status === 'PENDING') return confirm();
    return ON.SDK_PAYMENT_FAIL({ result: { paymentResultCode: told.error.code } });
  }
  if (status === 'CANCELLED') return ON.SDK_PAYMENT_CANCEL();
  return confirm();
}

// ---- the buttons

$('buy').addEventListener('click', () => begin());
$('again').addEventListener('click', () => begin());
$('pay').addEventListener('click', pay);
$('leave').addEventListener('click', () => {
  release();
  show('cart', '');
  buttons({ buy: true });
});
addEventListener('pagehide', () => release());
