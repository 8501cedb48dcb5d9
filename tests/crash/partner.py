# SPDX-License-Identifier: Apache-2.0
"""A trading partner for the crash harness: speaks AS2 with nothing but Python's standard library and the openssl command,
shares no code with the gateway, and keeps its own ledger of everything it sent, got acknowledged and received."""
import base64
import collections
import hashlib
import http.client
import http.server
import pathlib
import re
import subprocess
import threading
import time

DAY = time.strftime("%Y%m%d", time.gmtime())


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} {arguments[1]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def make_keys(directory, name):
    key, certificate = directory / f"{name}.key", directory / f"{name}.pem"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN=crash {name}", "-days", "30",
            "-keyout", key, "-out", certificate)
    key.chmod(0o600)
    return key, certificate


def order(number, control):
    """An 850 of two lines under its own order number and control numbers."""
    body = [
        "ST*850*0001", f"BEG*00*NE*{number}**{DAY}", "CUR*BY*USD", "REF*DP*014", "DTM*002*20271210",
        "N1*BY*ACME Retail Inc*UL*4012345000009", "N1*ST*ACME DC 42*UL*4012345000016",
        "N1*BT*ACME Accounts Payable*UL*4012345000023", "PO1*1*24*EA*11.11*PE*UK*04006381333931*VN*EDI-1001",
        "PO1*2*10*EA*3.33*PE*UK*04006381333948*VN*EDI-1002", "CTT*2"]
    segments = [f"ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      *{DAY[2:]}*0600*U*00401*{control:09d}*0*P*>",
                f"GS*PO*ACMERETAIL*SALLYPORT*{DAY}*0600*{control}*X*004010", *body, f"SE*{len(body) + 1}*0001", f"GE*1*{control}",
                f"IEA*1*{control:09d}"]
    return ("~\n".join(segments) + "~\n").encode()


class Outgoing:
    """One AS2 message, built once: every transmission is these octets."""

    def __init__(self, message_id, number, control, payload, headers, body, mic):
        self.message_id, self.number, self.control, self.payload = message_id, number, control, payload
        self.headers, self.body, self.mic = headers, body, mic
        self.mdn = None  # (headers that matter, body octets) of the first positive one
        self.tries = 0


class Partner:
    def __init__(self, directory, gateway_port, gateway_certificate, rng):
        self.directory, self.gateway_port, self.gateway_certificate, self.rng = directory, gateway_port, gateway_certificate, rng
        self.key, self.certificate = make_keys(directory, "partner")
        self.lock = threading.Lock()
        self.sent = []          # acknowledged Outgoings
        self.faults = []        # what the gateway did on the wire that it never may
        self.received = collections.OrderedDict()  # Message-ID -> {"digest", "times", "payload", "receipt"}
        self.drop_receipts = 0.0  # share of its own receipts that get lost after the message was taken
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/as2"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    # --- sending -----------------------------------------------------------------------------------------------------

    def build(self, message_id, number, control, payload=None):
        payload = payload or order(number, control)
        inner = b"Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\n\r\n" + payload
        signature = openssl("cms", "-sign", "-binary", "-md", "sha256", "-signer", self.certificate, "-inkey", self.key,
                            "-nosmimecap", "-outform", "DER", data=inner)
        edge = b"crash-" + hashlib.sha256(message_id.encode()).hexdigest()[:24].encode()
        signed = (b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="' + edge +
                  b'"\r\n\r\n--' + edge + b"\r\n" + inner + b"\r\n--" + edge +
                  b'\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
                  base64.encodebytes(signature).replace(b"\n", b"\r\n") + b"--" + edge + b"--\r\n")
        body = openssl("cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", self.gateway_certificate, data=signed)
        headers = {"AS2-Version": "1.2", "AS2-From": "ACME", "AS2-To": "SALLYPORT", "Message-ID": message_id, "MIME-Version": "1.0",
                   "Content-Type": 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
                   "Disposition-Notification-To": "edi@acme.example",
                   "Disposition-Notification-Options": "signed-receipt-protocol=optional, pkcs7-signature; "
                                                       "signed-receipt-micalg=optional, sha-256"}
        mic = base64.b64encode(hashlib.sha256(inner).digest()).decode()
        return Outgoing(message_id, number, control, payload, headers, body, mic)

    def transmit(self, message):
        """One attempt. (kind of Content-Type, body) of the answer, or None when there was none."""
        message.tries += 1
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway_port, timeout=20)
        try:
            connection.request("POST", "/as2", message.body, message.headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                return None
            return response.getheader("Content-Type", ""), body
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def deliver(self, message, stop):
        """Sends until the gateway says it has it, as a patient partner does. False when told to stop first."""
        while not stop.is_set():
            answer = self.transmit(message)
            if answer is not None and self.accept(message, answer):
                return True
            stop.wait(0.02 + 0.06 * self.rng.random())
        return False

    def accept(self, message, answer):
        disposition = re.search(rb"^Disposition:[^;]*;\s*([^\r\n]*)", answer[1], re.M | re.I)
        mic = re.search(rb"^Received-Content-MIC:\s*([^\r\n]*)", answer[1], re.M | re.I)
        if disposition is None or disposition[1].strip() != b"processed":
            self.fault(f"{message.message_id}: disposition {disposition and disposition[1]!r}")
            return False
        if mic is None or mic[1].split(b",")[0].strip().decode() != message.mic:
            self.fault(f"{message.message_id}: MIC {mic and mic[1]!r}, expected {message.mic}")
            return False
        with self.lock:
            if message.mdn is None:
                if not self.signed_by_gateway(answer):
                    self.faults.append(f"{message.message_id}: the receipt's signature does not verify")
                message.mdn = answer
                self.sent.append(message)
            elif message.mdn != answer:
                self.faults.append(f"I6 {message.message_id}: a repeat got another receipt than the first time")
        return True

    def signed_by_gateway(self, answer):
        """Splits the multipart/signed by octets itself: what openssl makes of MIME is not the question."""
        boundary = re.search(r'boundary="?([^";]+)', answer[0])
        if not answer[0].lower().startswith("multipart/signed") or boundary is None:
            return False
        parts = (b"\r\n" + answer[1]).split(b"\r\n--" + boundary[1].encode())
        if len(parts) != 4:
            return False
        signed = parts[1].removeprefix(b"\r\n")
        signature = base64.b64decode(parts[2].split(b"\r\n\r\n", 1)[1])
        content = self.directory / f"receipt-{threading.get_ident()}"
        content.write_bytes(signed)
        try:
            openssl("cms", "-verify", "-binary", "-inform", "DER", "-content", content, "-CAfile", self.gateway_certificate,
                    "-purpose", "any", data=signature)
            return True
        except RuntimeError:
            return False

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    # --- receiving ---------------------------------------------------------------------------------------------------

    def _handler(self):
        partner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = partner.take(self.headers, body)
                if answer is None:  # the receipt is lost on the way: the gateway has to send again
                    self.close_connection = True
                    self.connection.close()
                    return
                try:
                    self.reply(*answer)
                except OSError:  # the gateway died while it was answered
                    self.close_connection = True

            def reply(self, headers, receipt):
                self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(receipt)))
                self.end_headers()
                self.wfile.write(receipt)

            def log_message(self, *_):
                pass

        return Handler

    def take(self, headers, body):
        """A message of the gateway's (plain by agreement, so that its octets can be compared), and our receipt."""
        message_id, digest = headers["Message-ID"], hashlib.sha256(body).hexdigest()
        mic = base64.b64encode(hashlib.sha256(body).digest()).decode()
        with self.lock:
            known = self.received.setdefault(message_id, {"digest": digest, "times": 0, "payload": body})
            known["times"] += 1
            if known["digest"] != digest:
                self.faults.append(f"I4 {message_id}: sent again with other octets")
            lost = self.rng.random() < self.drop_receipts
        if lost:
            return None
        edge = "receipt-" + digest[:16]
        report = (f"--{edge}\r\nContent-Type: text/plain\r\n\r\nreceived\r\n--{edge}\r\n"
                  "Content-Type: message/disposition-notification\r\n\r\nReporting-UA: crash harness\r\n"
                  "Original-Recipient: rfc822; ACME\r\nFinal-Recipient: rfc822; ACME\r\n"
                  f"Original-Message-ID: {message_id}\r\n"
                  "Disposition: automatic-action/MDN-sent-automatically; processed\r\n"
                  f"Received-Content-MIC: {mic}, sha-256\r\n\r\n--{edge}--\r\n").encode()
        return {"AS2-Version": "1.2", "AS2-From": "ACME", "AS2-To": "SALLYPORT", "Message-ID": f"<mdn-{digest[:24]}-{time.time_ns()}@acme>",
                "MIME-Version": "1.0",
                "Content-Type": f'multipart/report; report-type=disposition-notification; boundary="{edge}"'}, report


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def path_of(text):
    return pathlib.Path(text).resolve()
