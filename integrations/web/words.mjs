// What a buyer reads.

/** paymentResultCode → what he can do about it. What is not in here gets the last line. */
const REASONS = {
  USER_BALANCE_NOT_ENOUGH: 'There is not enough money in the account. Use another one, or another card.',
  INVALID_CARD_NUMBER: 'The card number is not right. Check it, or use another card.',
  INVALID_EXPIRATION_DATE: 'The expiry date is not right. Check it, or use another card.',
  INVALID_EXPIRY_DATE_FORMAT: 'The expiry date is not right. Write it as month and year.',
  CARD_NOT_SUPPORTED: 'This card is not taken here. Use another card.',
  INVALID_CARD: 'This card cannot be used. Use another card.',
  SUSPECTED_CARD: 'This card cannot be used. Use another card, or call its bank.',
  ISSUER_REJECTS_TRANSACTION: 'The bank of the card says no. Use another card, or call the bank.',
  USER_AMOUNT_EXCEED_LIMIT: 'This is over the limit of your account. Use another one.',
  PAYMENT_AMOUNT_EXCEED_LIMIT: 'This is over what can be paid in this way. Use another one.',
  USER_PAYMENT_VERIFICATION_FAILED: 'Your bank could not make sure that it is you. Try again.',
  USER_KYC_NOT_QUALIFIED: 'Your wallet wants to know more about you first.',
  ORDER_IS_CLOSED: 'This payment has run out of time. Try again.',
};

export const reason = (code) => `${REASONS[code] || 'The payment was not made. Try again, or use another way to pay.'} (${code || 'no code'})`;

/** A view of the page, and what it says. */
export function show(view, text) {
  document.querySelector('main').dataset.view = view;
  document.getElementById('message').textContent = text;
}
