// The page that a buyer comes back to. Its address tells which order it is; how that stands, only the backend can tell.

import { ended, has } from './backend.mjs';
import { show } from './words.mjs';

const said = new URLSearchParams(location.search).get('resultStatus');
const now = has('address-trusted') && said === 'SUCCESS' ? 'paid' : await first();

async function first() {
  if (!has('return-shows-nothing')) show('pending', 'We are asking how your payment stands …');
  return ended(has('return-asks-once') ? 1 : undefined);
}

if (now === 'paid') show('paid', 'Paid. Your tea is on its way.');
else if (now === 'failed') show('failed', 'The payment was not made. You have not paid.');
else if (now === 'cancelled') show('cancelled', 'The order was called off. You have not paid.');
else show('pending', 'We do not know yet whether you have paid. We will write to you.');
