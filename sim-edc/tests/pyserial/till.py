"""A till that shares no code with the terminal: hello, a purchase whose answer is lost, its recovery, cancels.

    till.py PORT

Prints a line for each thing that held; a thing that does not hold ends it with status 1 and says why.
"""

import sys
import time

from line import Line, Wrong

TERMINAL = "T0000001"


class Till:
    def __init__(self, path):
        self.line = Line(path)
        self.count = 0

    def hello(self):
        """Greets until the terminal is ready; returns the codes it said."""
        codes = []
        while len(codes) < 50:
            options = {"merchantId": "M0001", "useBuiltInDialog": False}
            self.line.send("H", {"provider": "KICC", "options": options})
            codes.append(self.line.hear("H")["code"])
            if codes[-1] == "INIT_SUCCESS":
                return codes
            time.sleep(0.1)
        raise Wrong(f"no INIT_SUCCESS, but {codes}")

    def command(self, name, params, damaged=False):
        """Sends a command; returns its id."""
        self.count += 1
        command = {"id": f"py-{self.count}", "commandName": name, "commandRequestParams": params, "options": {}}
        sends = self.line.send("C", command, damaged)
        expect(sends == (2 if damaged else 1), f"{name} was sent {sends} times")
        return command["id"]

    def result(self, ident):
        return self.line.hear("R", lambda message: message["id"] == ident)

    def events(self, ident, until):
        """The events of a command, up to one of them."""
        codes = []
        while not codes or codes[-1] != until:
            event = self.line.hear("E", lambda message: message["id"] == ident)
            codes.append(event["eventCode"])
            expect(event["seq"] == str(len(codes)), f"event {event} is number {len(codes)}")
        return codes

    def purchase(self, request_id, won, damaged=False):
        params = {
            "requestId": request_id,
            "paymentAmount": money(won),
            "tipAmount": money(0),
            "creditPayPlan": {"installmentNum": "0"},
            "acquirerInfo": {"acquirerTerminalId": TERMINAL, "acquirerRegistrationNo": "1234567890"},
        }
        return self.command("Purchase", params, damaged)

    def cancel(self, request_id, won, metadata):
        params = {
            "requestId": request_id,
            "paymentAmount": money(won),
            "tipAmount": money(0),
            "acquirerInfo": {"acquirerMetaData": metadata},
        }
        return self.result(self.command("PurchaseCancel", params))


def money(won):
    return {"value": str(won), "currency": "KRW"}


def expect(holds, otherwise):
    if not holds:
        raise Wrong(otherwise)


def code_of(result):
    return result["responseData"]["result"]["resultCode"]


def succeeded(result, request_id, won):
    """The data of a success that is ours: judged by its ids and amount, not by its arrival."""
    data = result["responseData"]
    expect(result["outcome"] == "success" and code_of(result) == "SUCCESS", f"no success: {result}")
    expect(data["requestId"] == request_id, f"another requestId: {data}")
    expect(data["paymentAmount"] == money(won), f"another amount: {data}")
    expect(data["acquirerInfo"]["acquirerTerminalId"] == TERMINAL, f"another terminal: {data}")
    return data


def main(path):
    till = Till(path)
    expect(till.hello() == ["INIT_SUCCESS"], "the first hello")
    print("hello: INIT_SUCCESS")

    # The script cuts the power after this approval and before its answer.
    lost = till.purchase("PY-LOST", 10400)
    walk = till.events(lost, "START_TRANSACTION")
    expect(walk == ["READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION"], f"events {walk}")
    till.line.hear("E", lambda message: message["eventCode"] == "DEVICE_INITIALIZE")
    codes = till.hello()
    expect(set(codes[:-1]) <= {"INIT_FAILED"}, f"codes while it starts up: {codes}")
    expect(not any(kind == "R" for kind, _ in till.line.waiting), "an answer that was to be lost")
    print("purchase: answer lost")

    last = till.result(till.command("GetLastTransaction", {}))
    expect(last["responseData"]["responseCommand"] == "Purchase", f"another command: {last}")
    recovered = succeeded(last, "PY-LOST", 10400)
    expect(recovered["taxAmount"] == money(945), f"tax of 10400: {recovered['taxAmount']}")
    print("recovery: GetLastTransaction matches the lost sale")
    back = till.cancel("PY-LOST-BACK", 10400, recovered["acquirerInfo"]["acquirerMetaData"])
    succeeded(back, "PY-LOST-BACK", 10400)
    print("cancel: the recovered sale is given back")

    # The first sending of this one is damaged on purpose: it must be refused, and taken the second time.
    sale = till.purchase("PY-SALE", 50001, damaged=True)
    walk = till.events(sale, "START_TRANSACTION")
    expect("PENDING_SIGNATURE" in walk, f"no signature was asked for: {walk}")
    sold = succeeded(till.result(sale), "PY-SALE", 50001)
    metadata = sold["acquirerInfo"]["acquirerMetaData"]
    expect(sold["acquirerInfo"]["signData"] != "", "no signature")
    expect(len(sold["paymentResultInfo"]["cardBin"]) == 8, f"cardBin: {sold}")
    print("purchase: SUCCESS with a signature, after a NAK")

    again = till.result(till.purchase("PY-SALE", 50001))
    expect(code_of(again) == "REPEAT_REQ_REJECT", f"the requestId again: {again}")
    tampered = metadata[:-8] + ("A" if metadata[-8] != "A" else "B") + metadata[-7:]
    expect(code_of(till.cancel("PY-BACK-1", 50001, tampered)) == "PARAM_ILLEGAL", "tampered metadata")
    back = succeeded(till.cancel("PY-BACK-2", 50001, metadata), "PY-BACK-2", 50001)
    expect(back["acquirerInfo"]["acquirerResultCode"] != "", f"a cancel has an acquirerResultCode: {back}")
    expect(code_of(till.cancel("PY-BACK-3", 50001, metadata)) == "ORDER_IS_CANCELED", "a second cancel")
    print("cancel: once, and only with the metadata that was returned")
    expect(till.line.last_result == b"", "no result was refused and heard again")
    till.line.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (Wrong, KeyError) as wrong:
        sys.exit(f"{type(wrong).__name__}: {wrong}")
