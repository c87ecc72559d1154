"""What is asked of the gateway, as requests of the SDK. Pure: from the order book's attempts to requests."""

from typing import Any

from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.merchant import Merchant
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.model.store import Store
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.entry_code_payment_request import EntryCodePaymentRequest

from store import Attempt, Money

CATEGORY = "5814"
LONGEST_TEXT = 256


def pay(sale: Attempt, base_url: str) -> Any:
    """The request by which an attempt pays: the same each time, since all of it was written down before."""
    amount, notify_url = str(sale.amount.value), base_url + "/notify"
    request = EntryCodePaymentRequest(
        sale.request_id,
        order(sale),
        sale.amount.currency,
        amount,
        notify_url,
        base_url + "/back",
        sale.details["expiry"],
    )
    request.settlement_strategy = SettlementStrategy()
    request.settlement_strategy.settlement_currency = sale.amount.currency
    return request


def order(sale: Attempt) -> Order:
    result = Order()
    result.reference_order_id = sale.name
    result.order_description = (sale.details["description"] or sale.name)[:LONGEST_TEXT]
    result.order_amount = amount(sale.amount)
    result.merchant = Merchant()
    result.merchant.reference_merchant_id = "PYTHON-MERCHANT"
    result.merchant.merchant_name, result.merchant.merchant_mcc = "Python Tea House", CATEGORY
    result.merchant.store = Store()
    result.merchant.store.reference_store_id = "PYTHON-STORE-1"
    result.merchant.store.store_name, result.merchant.store.store_mcc = "Python Tea House, Main Street", CATEGORY
    result.env = Env()
    result.env.user_agent = sale.details["userAgent"]
    return result


def inquiry(sale: Attempt) -> Any:
    request = AlipayPayQueryRequest()
    request.payment_request_id = sale.request_id
    return request


def cancel(sale: Attempt) -> Any:
    request = AlipayPayCancelRequest()
    request.payment_request_id = sale.request_id
    return request


def amount(money: Money) -> Amount:
    return Amount(money.currency, str(money.value))
