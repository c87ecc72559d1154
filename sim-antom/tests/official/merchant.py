#!/usr/bin/env python3
"""A merchant on the official Python SDK, unmodified, against sim-antom over TLS.

    merchant.py HOST PORT KEYS CLIENT-ID OPERATION ...

HOST is where the gateway is; the SDK dials port 443 whatever the URL says, so when the gateway has another PORT this
program forwards the connection, as a proxy would, and touches nothing else. The private CA is given by the environment
(SSL_CERT_FILE), which is what the SDK's TLS honours. One line is printed for everything that held.
"""

import http.server
import json
import pathlib
import queue
import socket
import ssl
import sys
import threading
import time

from com.alipay.ams.api.api_key_alipay_client import ApiKeyAlipayClient
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.exception.exception import AlipayApiException
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.model.env import Env
from com.alipay.ams.api.model.merchant import Merchant
from com.alipay.ams.api.model.order import Order
from com.alipay.ams.api.model.payment_method import PaymentMethod
from com.alipay.ams.api.model.product_code_type import ProductCodeType
from com.alipay.ams.api.model.settlement_strategy import SettlementStrategy
from com.alipay.ams.api.model.store import Store
from com.alipay.ams.api.request.pay.alipay_inquiry_refund_request import AlipayInquiryRefundRequest
from com.alipay.ams.api.request.pay.alipay_pay_cancel_request import AlipayPayCancelRequest
from com.alipay.ams.api.request.pay.alipay_pay_query_request import AlipayPayQueryRequest
from com.alipay.ams.api.request.pay.alipay_payment_session_request import AlipayPaymentSessionRequest
from com.alipay.ams.api.request.pay.alipay_refund_request import AlipayRefundRequest
from com.alipay.ams.api.request.pay.entry_code_payment_request import EntryCodePaymentRequest
from com.alipay.ams.api.tools.webhook_tool import check_signature

PATIENCE = 30
ACK = b'{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'


class Shop:
    def __init__(self, host, keys, client_id):
        read = lambda name: (pathlib.Path(keys) / name).read_text().strip()
        self.client_id = client_id
        self.antom_key = read("antom-public.key")
        self.merchant_key = read("merchant-private.key")
        self.url = "https://" + host
        self.client = DefaultAlipayClient(self.url, client_id, self.merchant_key, self.antom_key)
        self.notifications = queue.Queue()
        self.keys = pathlib.Path(keys)
        self.notify_url = self.listen() + "/notify?shop=1"

    def listen(self, context=None):
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(ACK)))
                self.end_headers()
                self.wfile.write(ACK)
                shop.notifications.put((self.path, dict(self.headers), body.decode()))

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return "%s://127.0.0.1:%d" % ("https" if context else "http", server.server_address[1])

    def call(self, request, code="SUCCESS"):
        """The answer, whose signature the SDK has verified."""
        answer = json.loads(self.client.execute(request))
        assert answer["result"]["resultCode"] == code, answer
        return answer

    def order(self, number, amount):
        order = Order()
        order.reference_order_id, order.order_description = "O-" + number, "tea \u8336 & cake"
        order.order_amount = Amount("JPY", amount)
        order.merchant = Merchant()
        order.merchant.reference_merchant_id, order.merchant.merchant_name = "M1", "Shop"
        order.merchant.merchant_mcc = "5812"
        order.merchant.store = Store()
        order.merchant.store.reference_store_id, order.merchant.store.store_name = "S1", "Shop 1"
        order.merchant.store.store_mcc = "5812"
        order.env = Env()
        order.env.user_agent = "Mozilla/5.0 AlipayClient/10.3 AlipayConnect"
        return order

    def pay(self, number, amount=1000):
        request = EntryCodePaymentRequest("PR-" + number, self.order(number, amount), "JPY", amount, self.notify_url)
        return self.call(request)

    def inquire(self, number, status):
        """Asks until the payment is where it should be."""
        until = time.monotonic() + PATIENCE
        while True:
            request = AlipayPayQueryRequest()
            request.payment_request_id = "PR-" + number
            answer = self.call(request)
            if answer["paymentStatus"] == status:
                return answer
            assert time.monotonic() < until, answer
            time.sleep(0.05)

    def paid(self, number):
        """A payment that is paid, with its notification taken from the queue."""
        payment = self.pay(number)
        self.inquire(number, "SUCCESS")
        self.notification()
        return payment

    def notification(self):
        path, headers, body = self.notifications.get(timeout=PATIENCE)
        arguments = [headers["client-id"], headers["request-time"], body, headers["signature"], self.antom_key]
        assert headers["client-id"] == self.client_id, headers
        assert check_signature("POST", path, *arguments), headers
        for changed in [path + "x", path.split("?")[0]]:
            assert refuses("POST", changed, *arguments), changed
        arguments[2] = body.replace("PR-", "PR_")
        assert arguments[2] != body and refuses("POST", path, *arguments)
        return json.loads(body)


def refuses(*arguments):
    try:
        return not check_signature(*arguments)
    except Exception:  # the SDK's library says so by an exception of its own
        return True


def pay(shop):
    answer = shop.pay("pay")
    assert answer["paymentAmount"] == {"currency": "JPY", "value": "1000"}, answer
    assert answer["redirectActionForm"]["redirectUrl"], answer
    again = shop.pay("pay")
    assert again == answer, again
    request = EntryCodePaymentRequest("PR-pay", shop.order("pay", 1001), "JPY", 1001, shop.notify_url)
    shop.call(request, "REPEAT_REQ_INCONSISTENT")
    shop.inquire("pay", "SUCCESS")
    return shop.notification()["paymentRequestId"]


def inquiryPayment(shop):
    request = AlipayPayQueryRequest()
    request.payment_request_id = "PR-never"
    shop.call(request, "ORDER_NOT_EXIST")
    request = AlipayPayQueryRequest()
    request.payment_id = shop.paid("inquiry")["paymentId"]
    return shop.call(request)["paymentStatus"]


def notifyPayment(shop):
    payment = shop.pay("notify")
    message = shop.notification()
    assert message["paymentId"] == payment["paymentId"], message
    assert message["paymentAmount"] == {"currency": "JPY", "value": "1000"}, message
    return message["notifyType"] + " " + message["result"]["resultStatus"]


def notifyHttps(shop):
    """The shop's own server speaks TLS, with the certificate that the gateway has made for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shop.keys / "merchant-tls.pem", shop.keys / "merchant-tls-private.key")
    before, shop.notify_url = shop.notify_url, shop.listen(context) + "/secure?shop=1"
    try:
        return shop.pay("https")["paymentRequestId"] + " = " + shop.notification()["paymentRequestId"]
    finally:
        shop.notify_url = before


def wrongKey(shop):
    """An answer that is not signed by the gateway one knows is an exception, and so is a request of a stranger."""
    stranger = DefaultAlipayClient(shop.url, shop.client_id, shop.merchant_key, other_public_key())
    request = AlipayPayQueryRequest()
    request.payment_request_id = "PR-never"
    try:
        stranger.execute(request)
    except AlipayApiException as error:
        return "refused: " + str(error).split(".")[0]
    raise AssertionError("an answer was taken that somebody else signed")


def other_public_key():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    import base64

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(key.public_bytes(*form)).decode()


def apiKey(shop):
    """The SDK's other client sends a key instead of signatures, and honours the port."""
    request = AlipayPayQueryRequest()
    request.payment_request_id = "PR-pay"
    client = ApiKeyAlipayClient(shop.url + ":" + shop.port, "isak_TEST_shop_secret")
    status = json.loads(client.execute(request))["paymentStatus"]
    request = AlipayPayQueryRequest()
    request.payment_request_id = "PR-pay"
    guess = ApiKeyAlipayClient(shop.url + ":" + shop.port, "isak_TEST_shop_guess")
    return status + ", a guess " + json.loads(guess.execute(request))["result"]["resultCode"]


def createPaymentSession(shop):
    request = AlipayPaymentSessionRequest()
    request.product_code = ProductCodeType.CASHIER_PAYMENT
    request.payment_request_id = "PR-session"
    request.order = shop.order("session", 1000)
    request.payment_amount = Amount("JPY", 1000)
    request.payment_method = PaymentMethod()
    request.payment_method.payment_method_type = "ALIPAY_CN"
    request.payment_redirect_url = "https://shop.example/back"
    request.payment_notify_url = shop.notify_url
    request.settlement_strategy = SettlementStrategy()
    request.settlement_strategy.settlement_currency = "JPY"
    answer = shop.call(request)
    assert answer["paymentSessionData"] and answer["paymentSessionExpiryTime"], answer
    return "made" if answer["paymentSessionId"] else "no id"


def cancel(shop):
    shop.pay("cancel")
    request = AlipayPayCancelRequest()
    request.payment_request_id = "PR-cancel"
    assert shop.call(request)["cancelTime"]
    shop.call(request)
    return shop.inquire("cancel", "CANCELLED")["paymentStatus"]


def refund(shop):
    payment_id = shop.paid("refund")["paymentId"]

    def give_back(number, amount, code="SUCCESS"):
        request = AlipayRefundRequest()
        request.refund_request_id = "RR-" + number
        request.payment_id = payment_id
        request.refund_amount = Amount("JPY", amount)
        return shop.call(request, code)

    first = give_back("1", 400)
    assert give_back("1", 400)["refundId"] == first["refundId"]
    give_back("1", 401, "REPEAT_REQ_INCONSISTENT")
    give_back("2", 601, "REFUND_AMOUNT_EXCEED")
    give_back("3", 600)
    return shop.inquire("refund", "SUCCESS")["paymentStatus"]


def inquiryRefund(shop):
    payment_id = shop.paid("inquiryRefund")["paymentId"]
    request = AlipayRefundRequest()
    request.refund_request_id, request.payment_id = "RR-inquiry", payment_id
    request.refund_amount = Amount("JPY", 1000)
    refund_id = shop.call(request)["refundId"]
    request = AlipayInquiryRefundRequest()
    request.refund_request_id = "RR-inquiry"
    answer = shop.call(request)
    assert answer["refundId"] == refund_id, answer
    return answer["refundStatus"]


def forward(host, port):
    """What is dialled as HOST:443 goes to HOST:PORT."""
    connect = socket.create_connection

    def elsewhere(address, *arguments, **named):
        return connect((host, port) if address == (host, 443) else address, *arguments, **named)

    socket.create_connection = elsewhere


def main():
    host, port, keys, client_id, *operations = sys.argv[1:]
    if int(port) != 443:
        forward(host, int(port))
    shop = Shop(host, keys, client_id)
    shop.port = port
    for name in operations:
        print(name + ": " + globals()[name](shop), flush=True)


if __name__ == "__main__":
    main()
