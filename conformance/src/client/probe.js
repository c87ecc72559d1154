// Runs in the page under test before anything of its own: tells what the SDK is asked, what it tells, and what is seen.
(() => {
  'use strict';
  if (window !== top || window.__simProbe) return;
  window.__simProbe = true;
  const HOOKS = /*HOOKS*/null;
  const say = (kind, data) => { try { window.__simSeen(JSON.stringify({ [kind]: data })); } catch { /* the page is going */ } };

  const plain = (value, depth = 0) => {
    if (typeof value === 'function') return '(a function)';
    if (value instanceof Error) return { error: String(value) };
    if (typeof Node !== 'undefined' && value instanceof Node) return '(an element)';
    if (value === null || typeof value !== 'object') return value === undefined ? null : typeof value === 'bigint' ? String(value) : value;
    if (depth > 6) return '(deeper)';
    if (Array.isArray(value)) return value.slice(0, 50).map((one) => plain(one, depth + 1));
    return Object.fromEntries(Object.entries(value).slice(0, 80).map(([name, one]) => [name, plain(one, depth + 1)]));
  };
  const words = (error) => (error && error.message ? `${error.name || 'Error'}: ${error.message}` : typeof error === 'string' ? error : JSON.stringify(plain(error)));

  // ---- the SDK's classes
  const CLASSES = ['AMSCashierPayment', 'AMSElement', 'AMSVaulting', 'AMSEasyPay', 'AMSAutoDebit', 'AMSAutoDebitPay', 'AMSCheckoutPage', 'AMSCheckout', 'AntomElement'];
  const CALLBACKS = new Set(['onEventCallback', 'onError', 'onClose', 'onPaymentMethodSelected', 'onBeforeSubmit', 'onStartLoading', 'onEndLoading']);
  const METHODS = new Set(['createComponent', 'mountComponent', 'submit', 'validateFields', 'unmount', 'mount', 'submitPayment', 'updatePayment', 'destroy', 'canMakePayments']);
  let made = 0;

  function heard(options, instance) {
    if (!options || typeof options !== 'object') return options;
    const copy = { ...options };
    for (const [name, own] of Object.entries(copy)) {
      if (name === 'loading') copy.loading = heard(own, instance);
      if (!CALLBACKS.has(name) || typeof own !== 'function') continue;
      copy[name] = function (...args) {
        say('delivered', { channel: name, instance, payload: plain(args[0]) });
        const began = performance.now();
        const answered = (value) => {
          if (name === 'onBeforeSubmit') say('answered', { channel: name, value: plain(value), took: Math.round(performance.now() - began) });
          return value;
        };
        const threw = (error) => { say('threw', { channel: name, error: words(error) }); throw error; };
        let result;
        try { result = own.apply(this, args); } catch (error) { threw(error); }
        return result && typeof result.then === 'function' ? result.then(answered, threw) : answered(result);
      };
    }
    return copy;
  }

  function called(instance, method, own, target, args) {
    say('called', { method, instance, args: plain(args) });
    const settled = (ok, value) => say('settled', { method, instance, ok, value: ok ? plain(value) : words(value) });
    let result;
    try { result = own.apply(target, args); } catch (error) { settled(false, error); throw error; }
    if (!result || typeof result.then !== 'function') { settled(true, result); return result; }
    // What nobody catches of it stays uncaught.
    return result.then((value) => { settled(true, value); return value; }, (error) => { settled(false, error); throw error; });
  }

  const wrapped = (name, own) => new Proxy(own, {
    construct(target, args, newTarget) {
      const instance = (made += 1);
      const method = `new ${name}`;
      say('called', { method, instance, args: plain(args) });
      let built;
      try {
        built = Reflect.construct(target, [heard(args[0], instance), ...args.slice(1)], newTarget);
      } catch (error) {
        say('settled', { method, instance, ok: false, value: words(error) });
        throw error;
      }
      const bound = new Map();
      return new Proxy(built, {
        get(object, key) {
          const value = Reflect.get(object, key, object);
          if (typeof value !== 'function') return value;
          if (!bound.has(key)) bound.set(key, METHODS.has(key) ? (...given) => called(instance, key, value, object, given) : value.bind(object));
          return bound.get(key);
        },
        set: (object, key, value) => Reflect.set(object, key, value, object),
      });
    },
  });

  for (const name of CLASSES) {
    let current;
    Object.defineProperty(window, name, {
      configurable: true, enumerable: true,
      get: () => current,
      set: (value) => { current = typeof value === 'function' ? wrapped(name, value) : value; },
    });
  }

  // A page that bundles the SDK has no such names: then what the SDK's page posts is what can be heard.
  window.addEventListener('message', (event) => {
    if (made > 0 || typeof event.data !== 'string' || event.source === window) return;
    let told;
    try { told = JSON.parse(event.data); } catch { return; }
    const context = told && told.name === 'APP_TO_SDK' && told.context;
    if (context && CALLBACKS.has(context.event)) say('delivered', { channel: context.event, instance: 0, payload: plain(context.data) });
  }, true);

  // ---- the time that the harness moves
  let ahead = 0;
  const Real = Date;
  const now = () => Real.now() + ahead;
  window.Date = new Proxy(Real, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
  window.__simAdvance = (ms) => { ahead += ms; };

  // ---- what is seen
  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const find = (selector) => { try { return [...document.querySelectorAll(selector)].filter(isSeen); } catch { return []; } };
  let before = '';
  function look() {
    if (!document.body) return;
    const shows = Object.entries(HOOKS.sees).filter(([, selector]) => find(selector).length > 0).map(([view]) => view);
    const text = HOOKS.message ? find(HOOKS.message).map((one) => one.innerText.trim()).join(' ').slice(0, 300) : '';
    const seen = JSON.stringify([shows, text]);
    if (seen === before) return;
    before = seen;
    say('saw', { shows, text });
  }
  const watch = () => {
    look();
    new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
    setInterval(look, 50);
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', watch); else watch();
})();
