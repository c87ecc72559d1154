"""What is asked of the gateway, as requests of the SDK. Pure: from the order book's attempts to requests.

The same request is made each time, since all that it needs was written down before it was sent first.
"""

import json
from collections.abc import Callable
from typing import Any

from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.merchant import Merchant
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.os_type import OsType
from com.alipay.ams.api.model.payment_factor import PaymentFactor
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.model.store import Store
from com.alipay.ams.api.model.terminal_type import TerminalType
from com.alipay.ams.api.request.alipay_request import AlipayRequest
from com.alipay.ams.api.request.pay.alipay_capture_request import AlipayCaptureRequest
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_pay_request import AlipayPayRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.request.pay.entry_code_payment_request import EntryCodePaymentRequest
from com.alipay.ams.api.request.pay.order_code_payment_request import OrderCodePaymentRequest
from com.alipay.ams.api.request.pay.user_presented_code_payment_request import UserPresentedCodePaymentRequest

from store import Attempt, Money

CATEGORY = "5814"
LONGEST_TEXT = 256
# What buyers pay with online unless they choose.
WALLET, CARD = "ALIPAY_CN", "CARD"


def sell(sales: list[Attempt], base_url: str) -> Any:
    """The request by which one attempt, or the attempts of a batch together, are paid."""
    return SELLING[sales[0].details["by"]](sales, base_url)


def _entry_code(sales: list[Attempt], base_url: str) -> Any:
    sale = sales[0]
    currency, value = sale.amount.currency, str(sale.amount.value)
    back, notify, expiry = base_url + "/back", base_url + "/notify", sale.details["expiry"]
    request = EntryCodePaymentRequest(sale.request_id, _order(sale), currency, value, notify, back, expiry)
    return _settled(request, currency)


def _order_code(sales: list[Attempt], base_url: str) -> Any:
    sale = sales[0]
    currency, value = sale.amount.currency, str(sale.amount.value)
    notify, expiry = base_url + "/notify", sale.details["expiry"]
    request = OrderCodePaymentRequest(sale.request_id, _order(sale), currency, value, notify, expiry)
    return _settled(request, currency)


def _payment_code(sales: list[Attempt], base_url: str) -> Any:
    sale = sales[0]
    currency, value, code = sale.amount.currency, str(sale.amount.value), sale.details["paymentCode"]
    notify, expiry = base_url + "/notify", sale.details["expiry"]
    request = UserPresentedCodePaymentRequest(sale.request_id, _order(sale), currency, value, code, notify, expiry)
    return _settled(request, currency)


def _cashier(sales: list[Attempt], base_url: str) -> Any:
    request = _online(AlipayPayRequest(), sales[0], base_url)
    request.env = _browser(sales[0])
    request.payment_expiry_time = sales[0].details["expiry"]
    return request


def _session(sales: list[Attempt], base_url: str) -> Any:
    request = _online(AlipayPaymentSessionRequest(), sales[0], base_url)
    request.payment_session_expiry_time = sales[0].details["expiry"]
    return request


def _online(request: Any, sale: Attempt, base_url: str) -> Any:
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = sale.request_id
    request.order = _order(sale)
    request.payment_amount = _amount(sale.amount)
    request.payment_method = _method(sale)
    request.payment_factor = _factor(sale)
    request.payment_redirect_url, request.payment_notify_url = base_url + "/back", base_url + "/notify"
    return _settled(request, sale.amount.currency)


class BatchRequest(AlipayRequest):  # type: ignore[misc]
    """batchPay, for which the SDK has no class: its client takes whatever has a path and can tell its JSON."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__("/ams/api/v1/payments/batchPay")
        self._content = content

    def to_ams_json(self) -> str:
        return json.dumps(self._content, default=lambda part: part.to_ams_dict())


def _batch(sales: list[Attempt], base_url: str) -> Any:
    first = sales[0]
    return BatchRequest(
        {
            "productCode": ProductCodeType.CASHIER_PAYMENT,
            "batchPaymentRequestId": first.request_id,
            "paymentAmount": _amount(total(sales)),
            "paymentMethod": _method(first),
            "paymentExpiryTime": first.details["expiry"],
            "paymentRedirectUrl": base_url + "/back",
            "paymentNotifyUrl": base_url + "/notify",
            "env": _browser(first),
            "orderList": [_order(sale) for sale in sales],
        }
    )


SELLING: dict[str, Callable[[list[Attempt], str], Any]] = {
    "entry-code": _entry_code,
    "order-code": _order_code,
    "payment-code": _payment_code,
    "cashier": _cashier,
    "session": _session,
    "batch": _batch,
}


def inquiry(request_id: str) -> Any:
    request = AlipayPayQueryRequest()
    request.payment_request_id = request_id
    return request


def cancel(request_id: str) -> Any:
    request = AlipayPayCancelRequest()
    request.payment_request_id = request_id
    return request


def refund(refund: Attempt, payment_id: str, base_url: str) -> Any:
    request = AlipayRefundRequest()
    request.refund_request_id, request.payment_id = refund.request_id, payment_id
    request.refund_amount = _amount(refund.amount)
    request.refund_notify_url = base_url + "/notify"
    return request


def inquiry_refund(refund: Attempt) -> Any:
    request = AlipayInquiryRefundRequest()
    request.refund_request_id = refund.request_id
    return request


def capture(capture: Attempt, payment_id: str) -> Any:
    request = AlipayCaptureRequest()
    request.capture_request_id, request.payment_id = capture.request_id, payment_id
    request.capture_amount = _amount(capture.amount)
    return request


def total(sales: list[Attempt]) -> Money:
    return Money(sales[0].amount.currency, sum(sale.amount.value for sale in sales))


def is_card(sale: Attempt) -> bool:
    """Cards are only authorised when they are paid: the money comes with the capture."""
    return sale.details.get("method") == CARD


def _order(sale: Attempt) -> Order:
    result = Order()
    result.reference_order_id = sale.name
    result.order_description = (sale.details.get("description") or sale.name)[:LONGEST_TEXT]
    result.order_amount = _amount(sale.amount)
    result.merchant = Merchant()
    result.merchant.reference_merchant_id = sale.details.get("merchant") or "PYTHON-MERCHANT"
    result.merchant.merchant_name, result.merchant.merchant_mcc = "Python Tea House", CATEGORY
    result.merchant.store = Store()
    result.merchant.store.reference_store_id = "PYTHON-STORE-1"
    result.merchant.store.store_name, result.merchant.store.store_mcc = "Python Tea House, Main Street", CATEGORY
    result.env = Env()
    result.env.user_agent = sale.details.get("userAgent")
    if sale.details["by"] == "payment-code":
        result.env.store_terminal_id, result.env.store_terminal_request_time = "TILL-1", sale.details["asked"]
    return result


def _browser(sale: Attempt) -> Env:
    env = Env()
    env.terminal_type, env.os_type = TerminalType.WEB, OsType.ANDROID
    env.user_agent, env.client_ip = sale.details.get("userAgent"), "127.0.0.1"
    return env


def _method(sale: Attempt) -> PaymentMethod:
    method = PaymentMethod()
    method.payment_method_type = sale.details.get("method") or WALLET
    return method


def _factor(sale: Attempt) -> PaymentFactor | None:
    if not is_card(sale):
        return None
    factor = PaymentFactor()
    factor.is_authorization = True
    factor.capture_mode = "MANUAL" if sale.details.get("capture") == "manual" else "AUTOMATIC"
    return factor


def _settled(request: Any, currency: str) -> Any:
    request.settlement_strategy = SettlementStrategy()
    request.settlement_strategy.settlement_currency = currency
    return request


def _amount(money: Money) -> Amount:
    return Amount(money.currency, str(money.value))
