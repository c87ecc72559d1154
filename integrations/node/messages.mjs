// What is asked of the gateway. Pure: from the order book's attempts to messages.
//
// The same message is made each time, since all that it needs was written down before it was sent first.

import { sum, told } from "./money.mjs";

const CATEGORY = "5814";
const LONGEST_TEXT = 256;
// What buyers pay with online unless they choose.
const WALLET = "ALIPAY_CN";
export const CARD = "CARD";

/** How each way to sell is asked for: the operation, and the message for one attempt, or those of a batch together. */
export const SELLING = {
  "entry-code": { operation: "pay", message: (sales, url) => inStore(sales[0], url, "EntryCode") },
  "order-code": { operation: "pay", message: (sales, url) => inStore(sales[0], url, "OrderCode") },
  "payment-code": { operation: "pay", message: (sales, url) => inStore(sales[0], url, "PaymentCode") },
  cashier: {
    operation: "pay",
    message: ([sale], url) => ({ ...online(sale, url), env: BROWSER, paymentExpiryTime: sale.details.expiry }),
  },
  session: {
    operation: "createPaymentSession",
    message: ([sale], url) => ({ ...online(sale, url), paymentSessionExpiryTime: sale.details.expiry }),
  },
  batch: { operation: "batchPay", message: batch },
};

const BROWSER = { terminalType: "WEB", clientIp: "127.0.0.1" };

function inStore(sale, url, scenario) {
  const { requestId, amount, details } = sale;
  return {
    productCode: "IN_STORE_PAYMENT",
    paymentRequestId: requestId,
    order: order(sale),
    paymentAmount: told(amount),
    paymentMethod: { paymentMethodType: "CONNECT_WALLET", paymentMethodId: details.paymentCode },
    paymentFactor: { inStorePaymentScenario: scenario },
    paymentExpiryTime: details.expiry,
    paymentNotifyUrl: `${url}/notify`,
    paymentRedirectUrl: scenario === "EntryCode" ? `${url}/back` : undefined,
    settlementStrategy: { settlementCurrency: amount.currency },
  };
}

function online(sale, url) {
  const { requestId, amount, details } = sale;
  const captureMode = details.capture === "manual" ? "MANUAL" : "AUTOMATIC";
  return {
    productCode: "CASHIER_PAYMENT",
    paymentRequestId: requestId,
    order: order(sale),
    paymentAmount: told(amount),
    paymentMethod: { paymentMethodType: details.method ?? WALLET },
    paymentFactor: isCard(sale) ? { isAuthorization: true, captureMode } : undefined,
    paymentNotifyUrl: `${url}/notify`,
    paymentRedirectUrl: `${url}/back`,
    settlementStrategy: { settlementCurrency: amount.currency },
  };
}

function batch(sales, url) {
  const [{ requestId, details }] = sales;
  return {
    productCode: "CASHIER_PAYMENT",
    batchPaymentRequestId: requestId,
    paymentAmount: told(total(sales)),
    paymentMethod: { paymentMethodType: details.method ?? WALLET },
    paymentExpiryTime: details.expiry,
    paymentNotifyUrl: `${url}/notify`,
    paymentRedirectUrl: `${url}/back`,
    env: BROWSER,
    orderList: sales.map(order),
  };
}

function order({ name, amount, details }) {
  const isAtCounter = details.by === "payment-code";
  return {
    referenceOrderId: name,
    orderDescription: [...(details.description || name)].slice(0, LONGEST_TEXT).join(""),
    orderAmount: told(amount),
    merchant: {
      referenceMerchantId: details.merchant ?? "NODE-MERCHANT",
      merchantName: "Node Tea House",
      merchantMCC: CATEGORY,
      store: { referenceStoreId: "NODE-STORE-1", storeName: "Node Tea House, Main Street", storeMCC: CATEGORY },
    },
    env: {
      userAgent: details.userAgent,
      storeTerminalId: isAtCounter ? "TILL-1" : undefined,
      storeTerminalRequestTime: isAtCounter ? details.asked : undefined,
    },
  };
}

export const inquiry = (requestId) => ({ paymentRequestId: requestId });

export const cancel = (requestId) => ({ paymentRequestId: requestId });

export const refund = ({ requestId, amount }, paymentId, url) => ({
  refundRequestId: requestId,
  paymentId,
  refundAmount: told(amount),
  refundNotifyUrl: `${url}/notify`,
});

export const inquiryRefund = ({ requestId }) => ({ refundRequestId: requestId });

export const capture = ({ requestId, amount }, paymentId) => ({
  captureRequestId: requestId,
  paymentId,
  captureAmount: told(amount),
});

export const total = (sales) => ({
  currency: sales[0].amount.currency,
  value: sum(sales.map(({ amount }) => amount)),
});

/** Cards are only authorised when they are paid: the money comes with the capture. */
export const isCard = ({ details }) => details.method === CARD;
