#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The partner API from outside, over TLS: tokens by command, one order there and its 997 back, signatures, certificates,
webhooks, the feed, the TLS profile, and who may do what.

usage: tests/https/live.py --build build/dev"""
import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from https_site import HMAC_KEY, HttpsSite, control

SITE = None


def signed(method, path, body, nonce, key=HMAC_KEY, created=None, idempotency_key=""):
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    created = int(time.time()) if created is None else created
    covered = [("@method", method), ("@path", path)]
    fields = {}
    if body:
        fields = {"Content-Digest": digest, "Content-Type": "application/edi-x12", "Idempotency-Key": idempotency_key or "signed-" + nonce}
        covered += [(name.lower(), value) for name, value in fields.items()]
    parameters = "(" + " ".join(f'"{name}"' for name, _ in covered) + f');created={created};keyid="acme-1";nonce="{nonce}"'
    base = "".join(f'"{name}": {value}\n' for name, value in covered) + f'"@signature-params": {parameters}'
    mac = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return fields | {"Signature-Input": "s=" + parameters, "Signature": "s=:" + base64.b64encode(mac).decode() + ":"}


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.acme = SITE.token("acme")["token"]
        cls.bolt = SITE.token("bolt")["token"]

    def code(self, answer):
        return json.loads(answer[2])["code"]

    def test_an_order_goes_in_and_its_acknowledgement_is_fetched_and_confirmed(self):
        status, headers, body = SITE.send(self.acme, "order-1", control(1))
        self.assertEqual(status, 202, body)
        self.assertEqual(SITE.send(self.acme, "order-1", control(1))[2], body, "the same answer")
        order = SITE.wait_for(lambda: (lambda a: a[0] == 200 and json.loads(a[2])["orders"])(SITE.ask("GET", "/v1/orders/PO-000001", self.acme)), "order")
        self.assertTrue(order[0]["our_order"].startswith("S"))
        waiting = SITE.wait_for(lambda: json.loads(SITE.ask("GET", "/v1/outbox", self.acme)[2])["items"], "the 997")
        status, headers, octets = SITE.ask("GET", waiting[0]["content"], self.acme)
        self.assertIn(b"ST*997", octets)
        confirmation = json.dumps({"sha256": hashlib.sha256(octets).hexdigest()})
        fields = {"Idempotency-Key": "confirm-1", "Content-Type": "application/json"}
        self.assertEqual(SITE.ask("POST", waiting[0]["content"] + "/confirmation", self.bolt, confirmation, fields)[0], 404)
        self.assertEqual(SITE.ask("POST", waiting[0]["content"] + "/confirmation", self.acme, confirmation, fields)[0], 200)
        self.assertNotIn(waiting[0]["id"], SITE.ask("GET", "/v1/outbox", self.acme)[2].decode())
        self.assertEqual(SITE.ask("GET", "/v1/orders/PO-000001", self.bolt)[0], 404)

    def test_tokens_are_listed_rotated_and_revoked_while_it_runs(self):
        made = SITE.token("bolt", "documents:read")
        self.assertEqual(SITE.ask("GET", "/v1/documents", made["token"])[0], 200)
        self.assertEqual(SITE.ask("GET", "/v1/outbox", made["token"])[0], 403)
        followed = json.loads(SITE.command("token", "rotate", made["id"], "--json").stdout)
        self.assertEqual([SITE.ask("GET", "/v1/documents", one["token"])[0] for one in (made, followed)], [200, 200], "both, for a while")
        self.assertEqual(SITE.command("token", "revoke", made["id"]).returncode, 0)
        self.assertEqual(SITE.ask("GET", "/v1/documents", made["token"])[0], 401)
        listed = {one["id"]: one["state"] for one in json.loads(SITE.command("token", "list", "bolt", "--json").stdout)}
        self.assertEqual((listed[made["id"]], listed[followed["id"]]), ("revoked", "good"))
        secret = made["token"].rsplit("_", 1)[1].encode()
        for file in SITE.state.rglob("*"):
            if file.is_file():
                self.assertNotIn(secret, file.read_bytes(), f"{file} holds a token")
        self.assertEqual(SITE.command("token", "create", "nobody").returncode, 1)
        self.assertIn("no partner", SITE.command("token", "create", "nobody").stderr)

    def test_a_signed_request_works_once(self):
        body = control(2)
        fields = signed("POST", "/v1/documents", body, "nonce-0123456789")
        self.assertEqual(SITE.ask("POST", "/v1/documents", None, body, fields)[0], 202)
        self.assertEqual(self.code(SITE.ask("POST", "/v1/documents", None, body, fields)), "https.replay")
        late = signed("GET", "/v1/me", b"", "nonce-1123456789", created=int(time.time()) - 400)
        self.assertEqual(self.code(SITE.ask("GET", "/v1/me", None, None, late)), "https.signature")
        other = signed("GET", "/v1/me", b"", "nonce-2123456789", key="x" * 32)
        self.assertEqual(self.code(SITE.ask("GET", "/v1/me", None, None, other)), "https.signature")

    def test_a_client_certificate_shows_who_it_is_and_a_strange_one_gets_no_handshake(self):
        status, _, body = SITE.ask("GET", "/v1/me", identity="client")
        self.assertEqual((status, json.loads(body)["partner"]), (200, "acme"))
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            SITE.ask("GET", "/v1/me", identity="stranger")

    def test_webhooks(self):
        body = b'{"type":"picking.done"}'

        def hook(identity, at=None, key="MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"):
            stamp = str(int(time.time()) if at is None else at)
            mac = hmac.new(base64.b64decode(key), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
            return SITE.ask("POST", "/v1/webhooks/carrier", None, body,
                            {"Webhook-Id": identity, "Webhook-Timestamp": stamp, "Webhook-Signature": "v1," + base64.b64encode(mac).decode()})

        self.assertEqual(hook("m1")[0], 204)
        self.assertEqual(hook("m1")[1]["Idempotency-Replayed"], "true")
        self.assertEqual(hook("m2", int(time.time()) - 400)[0], 401)
        self.assertEqual(hook("m3", key="AAAA")[0], 401)
        self.assertEqual(SITE.ask("POST", "/v1/webhooks/odoo/s3cretpath", None, b"{}")[0], 204)
        self.assertEqual(SITE.ask("POST", "/v1/webhooks/odoo/guess", None, b"{}")[0], 404)

    def test_a_webhook_of_odoo_wakes_the_watch_at_once_and_changes_nothing_else(self):
        def placed(number):
            self.assertEqual(SITE.send(self.acme, f"hook-{number}", control(number))[0], 202)
            path = f"/v1/orders/PO-{number:06d}"
            SITE.wait_for(lambda: (lambda a: a[0] == 200 and json.loads(a[2])["orders"])(SITE.ask("GET", path, self.acme)), "order")
            return SITE.odoo_call("sale.order", "search", [["client_order_ref", "ilike", f"PO-{number:06d}"]])

        def answers(number):
            page = json.loads(SITE.ask("GET", f"/v1/documents?set=855&purchase_order=PO-{number:06d}", self.acme)[2])
            return page["items"]

        def hook():
            self.assertEqual(SITE.ask("POST", "/v1/webhooks/odoo/s3cretpath", None, b'{"_model":"sale.order","_id":1}')[0], 204)

        undone, early, late = placed(41), placed(42), placed(43)
        # Odoo's transaction was rolled back after its webhook: there is nothing to send.
        SITE.ask_odoo("fault busy", answers=False)
        with self.assertRaises(RuntimeError):
            SITE.odoo_call("sale.order", "action_confirm", undone)
        hook()
        # The webhook comes before the transaction is committed, as it does in Odoo.
        hook()
        SITE.odoo_call("sale.order", "action_confirm", early)
        SITE.wait_for(lambda: answers(42), "an 855 although the watch looks once an hour")
        SITE.odoo_call("sale.order", "action_confirm", late)
        began = time.monotonic()
        for _ in range(30):
            hook()
        SITE.wait_for(lambda: answers(43), "an 855")
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual([len(answers(number)) for number in (41, 42, 43)], [0, 1, 1], "nothing for what was rolled back, nothing twice")
        progress = json.loads(SITE.ask("GET", "/v1/orders/PO-000043/progress", self.acme)[2])
        self.assertIn(progress["state"], ("confirmed", "changed"))
        self.assertEqual(SITE.ask("GET", "/v1/orders/PO-000043/progress", self.bolt)[0], 404)

    def test_stock_is_asked_by_an_account_that_may_do_nothing_else(self):
        status, headers, body = SITE.ask("GET", "/v1/stock?sku=A-1,EDI-1001", self.acme)
        self.assertEqual(status, 200, body)
        stock = json.loads(body)
        self.assertEqual([(one["sku"], one["unit"]) for one in stock["items"]], [("A-1", "Units")])
        self.assertEqual(stock["unknown"], ["EDI-1001"], "our own numbers are not theirs to ask for")
        self.assertGreaterEqual(int(headers["Age"]), 0)
        self.assertEqual(SITE.ask("GET", "/v1/stock?sku=A-1", self.bolt)[0], 404)

    def test_a_shipment_update_is_kept_once_and_read_back(self):
        body = json.dumps({"number": "1Z1", "refs": [{"kind": "order", "value": "PO-000050"}]}).encode()
        fields = {"Idempotency-Key": "ship-1", "Content-Type": "application/json"}
        first = SITE.ask("POST", "/v1/shipments", self.acme, body, fields)
        self.assertEqual((first[0], SITE.ask("POST", "/v1/shipments", self.acme, body, fields)[2]), (202, first[2]))
        path = "/v1/shipments?purchase_order=PO-000050"
        items = SITE.wait_for(lambda: json.loads(SITE.ask("GET", path, self.acme)[2])["items"], "the update")
        self.assertEqual(json.loads(SITE.ask("GET", "/v1/shipments/" + items[0]["id"], self.acme)[2])["content"]["number"], "1Z1")
        self.assertEqual(json.loads(SITE.ask("GET", path, self.bolt)[2])["items"], [])
        self.assertEqual(SITE.ask("GET", "/v1/shipments/" + items[0]["id"], self.bolt)[0], 404)

    def test_client_certificates_come_and_go_without_a_restart(self):
        file = SITE.directory / "partners" / "bolt.toml"
        before = file.read_text()

        def who():
            try:
                return json.loads(SITE.ask("GET", "/v1/me", identity="stranger")[2]).get("partner", "nobody")
            except (ssl.SSLError, ConnectionError):
                return "no handshake"

        self.assertEqual(who(), "no handshake")
        file.write_text(before + 'client_certificates = ["../stranger.pem"]\n')
        SITE.process.send_signal(signal.SIGHUP)
        SITE.wait_for(lambda: who() == "bolt", "the new certificate")
        self.assertEqual(json.loads(SITE.ask("GET", "/v1/me", identity="client")[2])["partner"], "acme")
        file.write_text(before)
        SITE.process.send_signal(signal.SIGHUP)
        SITE.wait_for(lambda: who() == "no handshake", "the end of the certificate")

    def test_the_feed_wakes_within_a_second_of_what_happens(self):
        cursor = json.loads(SITE.ask("GET", "/v1/changes?wait=0", self.acme)[2])["cursor"]
        heard = {}

        def wait():
            answer = SITE.ask("GET", f"/v1/changes?wait=20&after={cursor}", self.acme)
            heard.update(at=time.monotonic(), body=json.loads(answer[2]))

        waiter = threading.Thread(target=wait)
        waiter.start()
        SITE.send(self.acme, "feed-1", control(3))
        sent = time.monotonic()
        waiter.join()
        self.assertLess(heard["at"] - sent, 5, "1 s is the aim; the machine may be busy")
        self.assertEqual(heard["body"]["items"][0]["type"], "io.sallyport.message.received.v1")
        quiet = SITE.ask("GET", f"/v1/changes?wait=1&after={cursor_of(self.bolt)}", self.bolt)
        self.assertEqual(json.loads(quiet[2])["items"], [])

    def test_what_cannot_be_taken_is_refused_before_it_is_read(self):
        self.assertEqual(self.code(SITE.ask("POST", "/v1/documents", self.acme, b"x", {"Content-Type": "application/edi-x12"})), "https.idempotency.missing")
        self.assertEqual(SITE.send(self.acme, "bad-1", b"not an interchange")[0], 400)
        self.assertEqual(SITE.ask("POST", "/v1/documents", self.acme, b"x", {"Content-Type": "image/png", "Idempotency-Key": "k"})[0], 415)
        self.assertEqual(SITE.ask("DELETE", "/v1/documents", self.acme)[0], 405)

    def test_tls_is_1_2_or_later_with_forward_secrecy(self):
        def handshake(*options):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{SITE.https_port}", *options], input=b"", capture_output=True, timeout=30,
                                  check=False)
            return b"Cipher is (NONE)" not in done.stdout and done.returncode == 0

        self.assertTrue(handshake("-tls1_3"))
        self.assertTrue(handshake("-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"))
        for options in (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
                        ("-tls1_2", "-cipher", "AES256-GCM-SHA384"), ("-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"),
                        ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA")):
            self.assertFalse(handshake(*options), options)

    def test_the_partner_sheet_has_the_door(self):
        sheet = SITE.command("partner", "sheet", "acme", "--host", "edi.example.com").stdout
        self.assertIn(f"https://edi.example.com:{SITE.https_port}/v1", sheet)
        self.assertIn("`acme-1`", sheet)
        for name in ("edge", "client"):
            pem = subprocess.run(["openssl", "x509", "-in", SITE.directory / f"{name}.pem", "-noout", "-fingerprint", "-sha256"], capture_output=True,
                                 text=True, check=True).stdout
            self.assertIn(pem.partition("=")[2].strip().replace(":", "").lower(), sheet, name)
        self.assertNotIn(HMAC_KEY, sheet)


def cursor_of(token):
    return json.loads(SITE.ask("GET", "/v1/changes?wait=0", token)[2])["cursor"]


def main():
    global SITE
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="https-live-"))
    SITE = HttpsSite(options.build.resolve(), directory)
    process = SITE.process = SITE.start()
    try:
        if not SITE.wait_ready(process):
            print(SITE.log_tail())
            return 1
        result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(Live))
        if not result.wasSuccessful():
            print(SITE.log_tail())
        return 0 if result.wasSuccessful() else 1
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        SITE.odoo.stdin.close()
        SITE.odoo.wait(timeout=30)
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
