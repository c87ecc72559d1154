#!/usr/bin/env python3
"""A person in a real browser: opens a page in headless Chromium, reads it, clicks a button, and says where that led.

    buyer.py CHROMIUM PROFILE URL BUTTON [PICTURE WIDTH]

Speaks Chromium's own protocol over a pipe. Prints one JSON object: the page's title and text before the click, whether
it is wider than the window, what it loaded beside itself, and the URL afterwards. Standard library only.
"""

import base64
import json
import os
import select
import subprocess
import sys
import time

PATIENCE = 60
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--disable-extensions", "--remote-debugging-pipe"]


class Browser:
    def __init__(self, program, profile):
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def arrange(read=theirs_in, write=theirs_out):
            # Chromium reads from descriptor 3 and writes to 4, which may be in use here.
            spare_read, spare_write = os.dup(read), os.dup(write)
            while spare_read < 5 or spare_write < 5:
                spare_read, spare_write = os.dup(spare_read), os.dup(spare_write)
            os.dup2(spare_read, 3)
            os.dup2(spare_write, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=arrange, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.reader, self.writer = ours_in, ours_out
        self.kept, self.last, self.session = b"", 0, None
        self.events = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.hear(until)
            if answer.get("id") == self.last:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def hear(self, until):
        while b"\0" not in self.kept:
            ready, _, _ = select.select([self.reader], [], [], max(0, until - time.monotonic()))
            read = os.read(self.reader, 65536) if ready else b""
            assert read, "the browser says nothing"
            self.kept += read
        text, self.kept = self.kept.split(b"\0", 1)
        return json.loads(text)

    def evaluate(self, expression):
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression):
        until = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < until, expression
            time.sleep(0.05)

    def close(self):
        self.process.kill()
        self.process.wait()


def main():
    program, profile, url, button, *more = sys.argv[1:]
    browser = Browser(program, profile)
    try:
        browser.ask("Page.enable")
        browser.ask("Network.enable")
        width = int(more[1]) if more else 1024
        browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        browser.ask("Page.navigate", url=url)
        browser.wait("document.readyState == 'complete' && document.querySelector('main') != null")
        told = {"title": browser.evaluate("document.title"), "text": browser.evaluate("document.body.innerText")}
        told["scripts"] = browser.evaluate("document.scripts.length")
        told["overflows"] = browser.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if more:
            picture = browser.ask("Page.captureScreenshot")["data"]
            with open(more[0], "wb") as file:
                file.write(base64.b64decode(picture))
        requested = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
        told["requested"] = sorted(set(requested) - {"about:blank"})
        browser.evaluate("document.getElementById(%s).click()" % json.dumps(button))
        browser.wait("document.readyState == 'complete' && document.getElementById(%s) == null" % json.dumps(button))
        told["url"] = browser.evaluate("location.href")
        told["after"] = browser.evaluate("document.body.innerText")
        print(json.dumps(told))
    finally:
        browser.close()


if __name__ == "__main__":
    main()
