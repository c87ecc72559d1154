"""An adapter between the conformance harness and an integration: one JSON-RPC message a line on stdin and stdout.

Put your own code where it says TODO; `conformance driver-check` tells what comes next.
"""
import json
import sys

orders = {}
config = {}


def initialize(params):
    # TODO: configure your integration: params["terminal"] (port, profile, ids) and params["gateway"] (url, clientId, keys).
    config.update(params)
    return {
        "name": "my integration",
        "version": "0",
        # TODO: add "edc" once checkout sells at the terminal, "antom" once it pays at the gateway.
        "roles": [],
        # TODO: add "cancel", "refund", "restart", "clock" and ways to sell ("order-code", "session", …) as they work.
        "capabilities": [],
    }


def checkout(params):
    # TODO: sell the order: params["by"] is "terminal", "entry-code" or another way that you offer, params["amount"] is in minor units.
    orders[params["order"]] = {"state": "failed", "reason": "checkout is not connected yet"}
    return {"state": orders[params["order"]]["state"]}


def order_status(params):
    # TODO: ask your integration: open, paid, failed, cancelled, refunded or parked; booked is the sum of all bookings.
    order = orders.get(params["order"], {"state": "failed", "reason": "no such order"})
    return {"order": params["order"], **order}


METHODS = {"initialize": initialize, "checkout": checkout, "orderStatus": order_status, "shutdown": lambda params: {}}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        method = METHODS.get(request["method"])
        if method is None:
            answer["error"] = {"code": -32601, "message": "there is no method " + request["method"]}
        else:
            try:
                answer["result"] = method(request.get("params") or {})
            except Exception as problem:  # One request that fails must not end the adapter.
                answer["error"] = {"code": -32000, "message": repr(problem)}
        # stdout carries answers and nothing else; log to stderr.
        print(json.dumps(answer), flush=True)
        if request["method"] == "shutdown":
            return


main()
