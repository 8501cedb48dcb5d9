#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway dies once at each boundary of what the API promises to do once: before, within, after. Then it runs again, the
partner repeats its request, and one thing must have happened, with one answer.

usage: tests/https/boundaries.py --build build/dev

Exit status 0: every boundary was reached and holds; 1: not, with what was seen."""
import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import pathlib
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

from https_site import HttpsSite, control
from live import signed

HOOK_KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
INTAKE = ("intake.archive.before", "archive.write.before", "archive.write.after", "intake.archive.after", "intake.commit.after")


class Boundaries:
    def __init__(self, site):
        self.site, self.number, self.process = site, 100, None
        self.token = site.token("acme")["token"]

    def next(self):
        self.number += 1
        return self.number

    def count(self, query, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.site.state}/sallyport.db?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchone()[0]

    def start(self, point=""):
        self.process = self.site.start(point)
        if not self.site.wait_ready(self.process):
            raise RuntimeError("the gateway died before it was ready: " + self.site.log_tail())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

    def dies(self, point, request):
        """One request to a gateway that dies at `point`: nothing is answered."""
        self.start(point + ":1")
        try:
            answer = request()[0]
        except OSError:
            answer = None
        except Exception as broken:  # http.client has several names for a connection that broke off
            answer = None if "HTTP" in type(broken).__module__ or "http" in type(broken).__module__ else repr(broken)
        self.process.wait(timeout=30)
        if self.process.returncode != -signal.SIGKILL:
            raise RuntimeError(f"{point} was not reached")
        if answer is not None:
            raise RuntimeError(f"{point}: answered {answer} and died")
        self.start()

    # Each kind: makes a thing, repeats it, says what is wrong (or nothing).
    def submit(self, point):
        number = self.next()
        send = lambda: self.site.send(self.token, f"b-{number}", control(number))  # noqa: E731
        self.dies(point, send)
        first, second = send(), send()
        if (first[0], second[0], second[2]) != (202, 202, first[2]):
            return f"{first[0]} then {second[0]}"
        path = f"/v1/orders/PO-{number:06d}"
        self.site.wait_for(lambda: (lambda a: a[0] == 200 and json.loads(a[2])["orders"])(self.site.ask("GET", path, self.token)), "the order")
        stored = self.count("SELECT count(*) FROM messages WHERE direction = 'inbound' AND transport_id = ?", f"b-{number}")
        orders = sum(f"PO-{number:06d}" in str(order["client_order_ref"]) for order in self.site.ask_odoo("orders"))
        return "" if (stored, orders) == (1, 1) else f"{stored} messages, {orders} orders"

    def update(self, point):
        number = self.next()
        body = json.dumps({"number": f"1Z{number}", "refs": [{"kind": "order", "value": f"SHIP-{number}"}]}).encode()
        fields = {"Idempotency-Key": f"u-{number}", "Content-Type": "application/json"}
        send = lambda: self.site.ask("POST", "/v1/shipments", self.token, body, fields)  # noqa: E731
        self.dies(point, send)
        first, second = send(), send()
        if (first[0], second[0], second[2]) != (202, 202, first[2]):
            return f"{first[0]} then {second[0]}"
        path = f"/v1/shipments?purchase_order=SHIP-{number}"
        items = self.site.wait_for(lambda: json.loads(self.site.ask("GET", path, self.token)[2])["items"], "the update")
        return "" if len(items) == 1 else f"{len(items)} updates"

    def confirm(self, point):
        number = self.next()
        self.start()
        self.site.send(self.token, f"c-{number}", control(number))
        mail = self.site.wait_for(lambda: json.loads(self.site.ask("GET", "/v1/outbox", self.token)[2])["items"], "the 997")[-1]
        octets = self.site.ask("GET", mail["content"], self.token)[2]
        self.stop()
        body = json.dumps({"sha256": hashlib.sha256(octets).hexdigest()}).encode()
        fields = {"Idempotency-Key": f"confirm-{number}", "Content-Type": "application/json"}
        send = lambda: self.site.ask("POST", mail["content"] + "/confirmation", self.token, body, fields)  # noqa: E731
        self.dies(point, send)
        first, second = send(), send()
        if (first[0], second[0], second[2]) != (200, 200, first[2]):
            return f"{first[0]} then {second[0]}"
        fetched = self.count("SELECT count(*) FROM audit WHERE event = 'https.fetched' AND subject = ?", mail["id"])
        waiting = [one["id"] for one in json.loads(self.site.ask("GET", "/v1/outbox", self.token)[2])["items"]]
        return "" if fetched == 1 and mail["id"] not in waiting else f"fetched {fetched} times, waiting: {mail['id'] in waiting}"

    def nonce(self, point):
        number = self.next()
        body = control(number)
        fields = signed("POST", "/v1/documents", body, f"nonce-of-boundary-{number}")
        send = lambda: self.site.ask("POST", "/v1/documents", None, body, fields)  # noqa: E731
        self.dies(point, send)
        taken = point.endswith("after")  # the nonce is used up: the partner signs anew, with the same Idempotency-Key
        again = send()
        if again[0] != (401 if taken else 202):
            return f"the same nonce got {again[0]}"
        key = fields["Idempotency-Key"]
        anew = signed("POST", "/v1/documents", body, f"another-nonce-{number}", idempotency_key=key)
        if self.site.ask("POST", "/v1/documents", None, body, anew)[0] != 202:
            return "signed anew it was refused"
        if json.loads(send()[2]).get("code") != "https.replay":
            return "a used nonce was taken"
        stored = self.count("SELECT count(*) FROM messages WHERE direction = 'inbound' AND transport_id = ?", key)
        return "" if stored == 1 else f"{stored} messages"

    def webhook(self, point):
        number = self.next()
        body = b'{"type":"picking.done"}'
        stamp = str(int(time.time()))
        mac = hmac.new(base64.b64decode(HOOK_KEY), f"hook-{number}.{stamp}.".encode() + body, hashlib.sha256).digest()
        fields = {"Webhook-Id": f"hook-{number}", "Webhook-Timestamp": stamp, "Webhook-Signature": "v1," + base64.b64encode(mac).decode()}
        send = lambda: self.site.ask("POST", "/v1/webhooks/carrier", None, body, fields)  # noqa: E731
        self.dies(point, send)
        known = point != "https.claim.before"
        again, once_more = send(), send()
        seen = (again[0], again[1].get("Idempotency-Replayed"), once_more[0], once_more[1].get("Idempotency-Replayed"))
        return "" if seen == (204, "true" if known else None, 204, "true") else str(seen)


PLAN = ([("submit", point) for point in INTAKE] + [("update", point) for point in INTAKE] +
        [("confirm", point) for point in ("https.confirm.before", "https.confirm.after", "https.answer.before", "https.answer.after")] +
        [("nonce", point) for point in ("https.claim.before", "https.claim.after")] +
        [("webhook", point) for point in ("https.claim.before", "https.claim.after", "https.webhook.before", "https.webhook.after")])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="https-boundaries-"))
    site = HttpsSite(options.build.resolve(), directory)
    run, failed = Boundaries(site), 0
    try:
        for what, point in PLAN:
            try:
                fault = getattr(run, what)(point)
            except RuntimeError as broken:
                fault = str(broken)
            finally:
                if run.process.poll() is None:
                    run.stop()
            failed += bool(fault)
            print(f"{'FAIL' if fault else 'ok  '} {what:8} {point:24} {fault}", flush=True)
    finally:
        site.odoo.stdin.close()
        site.odoo.wait(timeout=30)
    print(f"{len(PLAN) - failed} passed, {failed} failed")
    if failed:
        print(f"left for a look: {directory}")
        return 1
    shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
