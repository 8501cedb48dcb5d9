# SPDX-License-Identifier: Apache-2.0
"""A gateway with an HTTPS door, the Odoo double behind it, and the credentials of two partners: for the suites here."""
import http.client
import json
import pathlib
import random
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/crash"))
import crash  # noqa: E402
import partner as partners  # noqa: E402

HMAC_KEY = "0123456789abcdef0123456789abcdef"


def certificate(directory, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
                    "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", directory / f"{name}.key", "-out", directory / f"{name}.pem"],
                   check=True, capture_output=True)
    (directory / f"{name}.key").chmod(0o600)


class HttpsSite(crash.Site):
    """crash.Site with [https] on both sides; what we send waits in the outbox."""

    def __init__(self, build, directory, rng=None):
        self.https_port = partners.free_port()
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("edge", "client", "stranger"):
            certificate(directory, name)
        for name, text in (("hmac", HMAC_KEY), ("hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), ("path", "s3cretpath")):
            (directory / name).write_text(text)
            (directory / name).chmod(0o600)
        super().__init__(pathlib.Path(build), directory, rng or random.Random(1))

    def configure(self, url, database, login):
        super().configure(url, database, login)
        self.odoo_url, self.odoo_database = url, database
        settings = self.directory / "sallyport.toml"
        (self.directory / "items.csv").write_text("theirs,ours\nA-1,EDI-1001\n")
        # The watch looks by itself once an hour: what goes out sooner was woken.
        settings.write_text(settings.read_text() + f'''poll_interval = "1h"
[https]
listen = "127.0.0.1:{self.https_port}"
tls_certificate = "edge.pem"
tls_key = "file:edge.key"
[sftp]
ban_points = 1000.0
[webhook.carrier]
secret = "file:hook"
wakes = "nothing"
[webhook.odoo]
path_secret = "file:path"
networks = ["127.0.0.0/8"]
''')
        for name in ("watcher", "responses", "stock"):
            login = {"responses": "responses-out", "stock": "stock-inquiry"}.get(name, name)
            with settings.open("a") as more:
                more.write(f'[odoo.{name}]\nlogin = "{login}"\nkey = "file:odoo.key"\n')
        file = self.directory / "partners" / "acme.toml"
        text = file.read_text() + 'item_table = "../items.csv"\n'
        text = text.replace("[odoo]\n", '[[documents]]\ndirection = "out"\nversion = "004010"\nset = "855"\nmap = "x12-855-base.map"\n[odoo]\n')
        https = '[https]\nrequests_per_minute = 1000000\n'
        (self.directory / "partners" / "bolt.toml").write_text('name = "bolt"\n' + https)
        file.write_text(text.replace('name = "acme"', 'name = "acme"\ndeliver_by = "https"', 1) + https +
                        'client_certificates = ["../client.pem"]\nhmac_key_id = "acme-1"\nhmac_key = "file:../hmac"\n')

    def odoo_call(self, model, method, *positional, **named):
        """What people do in Odoo's web client, as its administrator."""
        def rpc(service, name, *arguments):
            body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1,
                               "params": {"service": service, "method": name, "args": arguments}}).encode()
            request = urllib.request.Request(self.odoo_url + "/jsonrpc", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = json.load(response)
            if "error" in answer:
                raise RuntimeError(answer["error"]["data"]["message"])
            return answer.get("result")

        user = rpc("common", "authenticate", self.odoo_database, "admin", "admin", {})
        return rpc("object", "execute_kw", self.odoo_database, user, "admin", model, method, list(positional), named)

    def wait_ready(self, process, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if process.poll() is not None:
                return False
            try:
                with socket.create_connection(("127.0.0.1", self.https_port), timeout=1):
                    pass
                if (self.state / "control.json").exists():  # the last step of the start: commands are heard
                    return True
            except OSError:
                threading.Event().wait(0.02)
        raise RuntimeError("the gateway did not start: " + self.log_tail())

    def command(self, *arguments):
        return subprocess.run([self.build / "sallyport", *arguments, "--config", self.directory / "sallyport.toml"], capture_output=True, text=True,
                              timeout=60, check=False)

    def token(self, partner, *scopes):
        made = self.command("token", "create", partner, "--json", *[word for scope in scopes for word in ("--scope", scope)])
        if made.returncode:
            raise RuntimeError(made.stderr)
        return json.loads(made.stdout)

    def connect(self, identity=None):
        context = ssl.create_default_context(cafile=self.directory / "edge.pem")
        if identity:
            context.load_cert_chain(self.directory / f"{identity}.pem", self.directory / f"{identity}.key")
        return http.client.HTTPSConnection("127.0.0.1", self.https_port, timeout=40, context=context)

    def ask(self, method, path, token=None, body=None, headers=(), identity=None):
        """(status, headers, octets) of one request on its own connection."""
        connection = self.connect(identity)
        try:
            fields = dict(headers)
            if token:
                fields["Authorization"] = "Bearer " + token
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def send(self, token, key, octets, path="/v1/documents"):
        return self.ask("POST", path, token, octets, {"Idempotency-Key": key, "Content-Type": "application/edi-x12"})


def control(number):
    """The 850 of one purchase order."""
    return partners.order(f"PO-{number:06d}", number)
