# SPDX-License-Identifier: Apache-2.0
"""pyas2lib 1.4.4 as a partner: an HTTP server and a sender, steered by lines of JSON like as2_station.

    pyas2_peer.py KEYS PORT      KEYS/peer.p12 (password "testas2"), KEYS/gateway.pem

{"do":"agree",…}  {"do":"send","id","file","url",…}  {"do":"quit"}; events: listening, agreed, sent, received, refused, receipt.
"""
import hashlib
import http.server
import json
import pathlib
import sys
import threading
import urllib.request

from pyas2lib import Mdn, Message, Organization, Partner

KEYS = pathlib.Path(sys.argv[1])
PORT = int(sys.argv[2])
MDN_URL = f"http://127.0.0.1:{PORT}/mdn"
CIPHERS = {"3des": "tripledes_192_cbc", "aes-128-cbc": "aes_128_cbc", "aes-192-cbc": "aes_192_cbc", "aes-256-cbc": "aes_256_cbc"}
voice, sent, case = threading.Lock(), {}, {}


def say(**line):
    with voice:
        print(json.dumps(line), flush=True)


def parties():
    key = (KEYS / "peer.p12").read_bytes()
    ours = Organization(as2_name=case.get("partner_id", "PYAS2"), sign_key=key, sign_key_pass="testas2", decrypt_key=key,
                        decrypt_key_pass="testas2", mdn_url=MDN_URL, domain="py.test")
    gateway = (KEYS / "gateway.pem").read_bytes()
    asynchronous = bool(case.get("async"))
    theirs = Partner(as2_name=case.get("our_id", "GATEWAY"), verify_cert=gateway, encrypt_cert=gateway, validate_certs=False,
                     sign=case.get("sign", True), digest_alg=case.get("digest", "sha256"), encrypt=case.get("encrypt", True),
                     enc_alg=CIPHERS.get(case.get("cipher", "aes-256-cbc"), "aes_256_cbc"), compress=case.get("compress", "no") == "before",
                     mdn_mode=None if case.get("mdn") == "none" else "ASYNC" if asynchronous else "SYNC",
                     mdn_digest_alg=None if case.get("mdn") == "unsigned" else case.get("digest", "sha256"),
                     canonicalize_as_binary=True)
    return ours, theirs


def raw(headers, body):
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n" + body


def post(url, headers, content):
    request = urllib.request.Request(url, data=content, headers=dict(headers), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers, answer.read()


def take_mdn(headers, body):
    mdn = Mdn()
    status, detail = mdn.parse(raw(headers, body), lambda message_id, _recipient: sent.get(message_id.strip("<>"), (None, None))[0])
    name = sent.get((mdn.orig_message_id or "").strip("<>"), (None, "?"))[1]
    say(event="receipt", id=name, ok=status == "processed", status=status, detail=str(detail or ""))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/mdn"):
            try:
                take_mdn(self.headers, body)
            except Exception as fault:  # whatever a library under test throws is a result
                say(event="receipt", ok=False, detail=repr(fault))
            self.answer(200, {}, b"")
            return
        ours, theirs = parties()
        message = Message()
        try:
            status, (fault, trace), mdn = message.parse(raw(self.headers, body), lambda _name: ours, lambda _name: theirs, lambda *_ids: False)
        except Exception as thrown:
            say(event="refused", reason=repr(thrown))
            self.answer(500, {}, b"")
            return
        if status == "processed":
            say(event="received", sha256=hashlib.sha256(message.content).hexdigest(), signed=message.signed, encrypted=message.encrypted,
                message_id=message.message_id)
        else:
            say(event="refused", reason=f"{fault!r} {str(trace)[-300:] if trace else ''}")
        if mdn is None:
            self.answer(200, {}, b"")
        elif mdn.mdn_mode == "ASYNC":
            self.answer(200, {}, b"")
            threading.Thread(target=self.later, args=(mdn,), daemon=True).start()
        else:
            self.answer(200, mdn.headers, mdn.content)

    @staticmethod
    def later(mdn):
        try:
            post(mdn.mdn_url, mdn.headers, mdn.content)
            say(event="receipt-sent", ok=True)
        except OSError as fault:
            say(event="receipt-sent", ok=False, code=repr(fault))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


def send(order):
    ours, theirs = parties()
    message = Message(sender=ours, receiver=theirs)
    message.build(pathlib.Path(order["file"]).read_bytes(), filename=order.get("name", "order.edi"), subject="interop",
                  content_type="application/edi-x12", disposition_notification_to="edi@py.test")
    sent[message.message_id] = (message, order["id"])
    headers, body = post(order["url"], message.headers, message.content)
    if case.get("async") or case.get("mdn") == "none":
        say(event="sent", id=order["id"], ok=True, pending=bool(case.get("async")))
        return
    mdn = Mdn()
    status, detail = mdn.parse(raw(headers, body), lambda _id, _recipient: message)
    say(event="sent", id=order["id"], ok=status == "processed", status=status, detail=str(detail or ""))


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(event="listening", port=PORT)
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "quit":
            break
        if order["do"] == "agree":
            case.clear()
            case.update(order)
            say(event="agreed")
        else:
            try:
                send(order)
            except Exception as fault:
                say(event="sent", id=order["id"], ok=False, detail=repr(fault))
    server.shutdown()


if __name__ == "__main__":
    main()
