#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Orders and their changes into Odoo while the gateway and Odoo are killed with -9 at random and replies are lost on the way:
every order once, none missing, the changes of each order made once and in sequence.

usage: tests/odoo/thousand.py [--orders 1000] [--seed 1] [--build build/release] [--gateway-kills 20] [--odoo-kills 10] [--drop 0.03]
       tests/odoo/thousand.py --orders 60 --seed 7                    the size every build runs
       . env; tests/odoo/thousand.py --real --odoo-stop "CMD" --odoo-start "CMD"     the Odoo that SALLYPORT_ODOO_* name

Orders come over AS2, ten in an interchange; then their 860s, one in ten of them before its order, some orders twice changed,
some cancelled. Between gateway and Odoo stands a proxy that loses whole replies, halves of them, and whole requests. Last line:
"N passed, N failed"."""
import argparse
import collections
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import random
import re
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/crash"))
import check  # noqa: E402
import crash  # noqa: E402
import partner as partners  # noqa: E402

LOADER = importlib.machinery.SourceFileLoader("chain_run", str(ROOT / "tests/chain/run"))
CHAIN = importlib.util.module_from_spec(importlib.util.spec_from_loader("chain_run", LOADER))
LOADER.exec_module(CHAIN)
PER_INTERCHANGE = 10


class Proxy:
    """Between gateway and Odoo: one request a connection, as Odoo itself does it."""

    def __init__(self, upstream, seed, share):
        self.upstream, self.share, self.rng, self.lock = upstream, share, random.Random(seed), threading.Lock()
        self.counts = collections.Counter()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    proxy.pass_on(self.request)
                except OSError:
                    proxy.counts["odoo was away"] += 1

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fate(self):
        with self.lock:
            draw = self.rng.random()
        return "passed" if draw >= self.share else self.rng.choice(["reply lost", "reply cut", "request lost"])

    @staticmethod
    def read_message(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
        length = re.search(rb"\r\ncontent-length:\s*(\d+)", data, re.I)
        end = data.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
        while len(data) < end or not length:
            part = connection.recv(65536)
            if not part:
                break
            data += part
        return data

    def pass_on(self, client):
        client.settimeout(150)
        request = self.read_message(client)
        fate = self.fate()
        self.counts[fate] += 1
        if not request or fate == "request lost":
            return
        with socket.create_connection(self.upstream, timeout=5) as odoo:
            odoo.settimeout(150)
            odoo.sendall(request)
            reply = self.read_message(odoo)
        if fate == "reply lost":
            return
        client.sendall(reply[:len(reply) // 2] if fate == "reply cut" else reply)


class Site(crash.Site):
    """The double, found again behind the proxy wherever it comes back; or a real Odoo that commands stop and start."""

    def __init__(self, options, directory, rng):
        self.options, self.odoo_deaths = options, 0
        super().__init__(options.build, directory, rng)

    def start_odoo(self):
        if self.options.real:
            url, database, login = (os.environ["SALLYPORT_ODOO_" + name] for name in ("URL", "DB", "LOGIN"))
            key = pathlib.Path(os.environ["SALLYPORT_ODOO_KEY_FILE"]).read_text()
            self.admin = lambda: CHAIN.Admin(url, database, os.environ["SALLYPORT_ODOO_ADMIN_LOGIN"],
                                             pathlib.Path(os.environ["SALLYPORT_ODOO_ADMIN_KEY_FILE"]).read_text().strip())
            address = url.removeprefix("http://").split(":")
            upstream, self.odoo = (address[0], int(address[1])), None
        else:
            key, database = "%040x" % self.rng.getrandbits(160), "demo"
            upstream = None
        (self.directory / "odoo.key").write_text(key)
        (self.directory / "odoo.key").chmod(0o600)
        if not self.options.real:
            upstream, login = self.start_double()
            self.admin = lambda: CHAIN.Admin("http://%s:%d" % self.proxy.upstream, "demo", "admin", "admin")
        self.proxy = Proxy(upstream, self.rng.getrandbits(32), self.options.drop)
        return self.proxy.url, database, login

    def start_double(self):
        self.odoo = subprocess.Popen([self.build / "crash_odoo_double", self.directory / "odoo.db", self.directory / "odoo.key"],
                                     text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.directory / "odoo.log", "a"))
        answer = self.odoo.stdout.readline().split()
        if len(answer) != 2:
            raise RuntimeError("the Odoo double did not start: " + (self.directory / "odoo.log").read_text())
        host, port = answer[0].removeprefix("http://").split(":")
        return (host, int(port)), answer[1]

    def kill_odoo(self, pause):
        self.odoo_deaths += 1
        if self.options.real:
            subprocess.run(self.options.odoo_stop, shell=True, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(self.options.odoo_start, shell=True, check=True, stdout=subprocess.DEVNULL)
            return
        self.odoo.kill()
        self.odoo.wait()
        threading.Event().wait(pause)
        self.proxy.upstream = self.start_double()[0]

    def configure(self, url, database, login):
        super().configure(url, database, login)
        sheet = self.directory / "partners" / "acme.toml"
        if not self.options.changes:
            sheet.write_text(sheet.read_text().replace("[odoo]\n", "[odoo]\nconfirm = true\n"))
            return
        sheet.write_text(sheet.read_text().replace("[odoo]\n", '[[documents]]\ndirection = "in"\nversion = "004010"\nset = "860"\n'
                                                               'map = "x12-860-base.map"\n[odoo]\nconfirm = true\n'))

    def close(self):
        if self.odoo is not None:
            super().close()


class Plan:
    """What the partner sends, in his sequence, and what must be in Odoo in the end."""

    def __init__(self, prefix, orders, share, rng):
        self.share = share
        self.wanted = {}  # number -> {"state", "quantity", "changes"}
        self.messages = []  # (group, [transaction bodies])
        changes = []
        for first in range(0, orders, PER_INTERCHANGE):
            numbers = [f"{prefix}-{at:05d}" for at in range(first, min(first + PER_INTERCHANGE, orders))]
            early, later, last = [], [], []
            for number in numbers:
                self.one(number, rng, early, later, last)
            if early:
                self.messages.append(("PC", early))
            self.messages.append(("PO", [self.order(number) for number in numbers]))
            changes.append((later, last))
            if len(changes) > 2:
                self.send(changes.pop(0))
        for pair in changes:
            self.send(pair)

    def send(self, pair):
        for part in pair:
            if part:
                self.messages.append(("PC", part))

    def one(self, number, rng, early, later, last):
        want = self.wanted[number] = {"state": "sale", "quantity": 24.0, "changes": 0}
        if rng.random() >= self.share:
            return
        draw = 0.5 * rng.random()
        (early if draw < 0.1 else later).append(self.change(number, 1, "QD", 20))
        want.update(quantity=20.0, changes=1)
        if draw < 0.3:
            last.append(self.change(number, 2, "QI", 22))
            want.update(quantity=22.0, changes=2)
        elif draw < 0.35:
            last.append(["BCH*01*SA*%s**2*%s" % (number, partners.DAY)])
            want.update(state="cancel", changes=2)

    @staticmethod
    def order(number):
        segments = partners.order(number, 1).decode().split("~\n")
        return segments[3:next(at for at, one in enumerate(segments) if one.startswith("SE*"))]

    @staticmethod
    def change(number, which, code, quantity):
        return [f"BCH*04*SA*{number}**{which}*{partners.DAY}",
                f"POC*1*{code}*{quantity}*{quantity}*EA*11.11*PE*UK*04006381333931*VN*EDI-1001", "CTT*1"]

    @staticmethod
    def payload(group, bodies, control):
        number = {"PO": "850", "PC": "860"}[group]
        lines = [f"ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      *{partners.DAY[2:]}*0600*U*00401*{control:09d}*0*P*>",
                 f"GS*{group}*ACMERETAIL*SALLYPORT*{partners.DAY}*0600*{control}*X*004010"]
        for at, body in enumerate(bodies, 1):
            lines += [f"ST*{number}*{at:04d}", *body, f"SE*{len(body) + 2}*{at:04d}"]
        lines += [f"GE*{len(bodies)}*{control}", f"IEA*1*{control:09d}"]
        return ("~\n".join(lines) + "~\n").encode()


class Run:
    def __init__(self, options, directory):
        self.options, self.rng = options, random.Random(options.seed)
        self.site = Site(options, directory, self.rng)
        prefix = "K" + ("%x" % int(time.time()) if options.real else str(options.seed))
        self.prefix = prefix
        self.plan = Plan(prefix, options.orders, options.changes, self.rng)
        self.sent, self.gateway_deaths = threading.Event(), 0
        self.passed = self.failed = 0

    def send(self):
        try:
            stop = threading.Event()
            for control, (group, bodies) in enumerate(self.plan.messages, 1):
                payload = Plan.payload(group, bodies, control)
                self.site.partner.deliver(self.site.partner.build(f"<{control}.{self.prefix}@acme.example>", "", control, payload), stop)
        finally:
            self.sent.set()

    def start(self):
        self.gateway = self.site.start()
        self.site.wait_ready(self.gateway)

    def busy(self):
        return not self.sent.is_set() or check.in_flight(self.site.state)

    def torture(self):
        """Kills spread over the time there is work; what is left of them comes after the last message was taken."""
        left = ["gateway"] * self.options.gateway_kills + ["odoo"] * self.options.odoo_kills
        self.rng.shuffle(left)
        while left and (self.busy() or self.gateway_deaths == 0):
            threading.Event().wait(self.rng.uniform(*self.options.pause))
            if left.pop() == "odoo":
                self.site.kill_odoo(self.rng.uniform(0, 0.5))
                continue
            self.gateway.send_signal(signal.SIGKILL)
            self.gateway.wait()
            self.gateway_deaths += 1
            self.start()
        return len(left)

    def drain(self):
        end = time.monotonic() + self.options.patience
        while self.busy() and time.monotonic() < end:
            if self.gateway.poll() is not None:
                raise RuntimeError("the gateway ended by itself: " + self.site.log_tail())
            threading.Event().wait(0.2)
        return not self.busy()

    def say(self, name, wrong, detail=""):
        good = not wrong
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        print(f"{'ok    ' if good else 'FAILED'} {name}{': ' + detail if good and detail else ''}", flush=True)
        for one in wrong[:20]:
            print(f"       {one}", flush=True)

    def verify(self, rested):
        admin = self.site.admin()
        like = [["client_order_ref", "like", self.prefix + "-"]]
        orders = admin.find("sale.order", like, ["client_order_ref", "state", "picking_ids"])
        lines = admin.find("sale.order.line", [["order_id", "in", [one["id"] for one in orders]]], ["order_id", "product_uom_qty", "price_unit"])
        of_order = collections.defaultdict(list)
        for line in lines:
            of_order[line["order_id"][0]].append((line["product_uom_qty"], line["price_unit"]))
        found = collections.defaultdict(list)
        for one in orders:
            found[one["client_order_ref"]].append(one)
        wanted = self.plan.wanted
        self.say("everything came to rest", [] if rested else [f"{check.in_flight(self.site.state)} jobs in flight"])
        self.say("every order is there", [number for number in wanted if number not in found], f"{len(found)} of {len(wanted)}")
        self.say("none is there twice", [f"{number} {len(all_)} times" for number, all_ in found.items() if len(all_) > 1 or number not in wanted])
        wrong = []
        for number, want in wanted.items():
            for one in found.get(number, [])[:1]:
                have = sorted(of_order[one["id"]], reverse=True)
                if one["state"] != want["state"] or have != [(want["quantity"], 11.11), (10.0, 3.33)] or len(one["picking_ids"]) != 1:
                    wrong.append(f"{number}: {one['state']} {have} {len(one['picking_ids'])} deliveries instead of {want}")
        self.say("each is what its last change made of it, with one delivery", wrong)
        if self.options.changes:
            self.changes(admin, found)
        held = subprocess.run([self.options.build / "sallyport", "doc", "list", "--needs-action", "--json", "--config",
                               self.site.directory / "sallyport.toml"], capture_output=True, text=True, check=False)
        waiting = json.loads(held.stdout).get("documents", []) if held.returncode == 0 and held.stdout else [held.stderr]
        self.say("no document waits for anybody", [str(one)[:300] for one in waiting])
        self.say("the partner saw nothing wrong", self.site.partner.faults)

    def changes(self, admin, found):
        """The notes of the changes: one each, in the sequence of their numbers."""
        ids = {one["id"]: number for number, all_ in found.items() for one in all_}
        notes = admin.find("mail.message", [["model", "=", "sale.order"], ["res_id", "in", list(ids)], ["subject", "!=", False]],
                           ["res_id", "subject", "body"])
        made = collections.defaultdict(list)
        for note in notes:
            number = re.search(r"Change (\d+) of order", note["body"])
            made[ids[note["res_id"]]].append(number[1] if number else "cancelled")
        wrong = []
        for number, want in self.plan.wanted.items():
            expected = ["1", "2"][:want["changes"]]
            if want["state"] == "cancel":
                expected = ["1", "cancelled"]
            if made.get(number, []) != expected:
                wrong.append(f"{number}: changes {made.get(number, [])} instead of {expected}")
        self.say("each change was made once and in sequence", wrong, f"{sum(map(len, made.values()))} changes")

    def run(self):
        begun = time.monotonic()
        self.start()
        sender = threading.Thread(target=self.send, daemon=True)
        sender.start()
        unused = self.torture()
        self.site.proxy.share = 0.0 if self.options.clean_end else self.site.proxy.share
        rested = self.drain()
        took = time.monotonic() - begun
        self.verify(rested)
        self.gateway.terminate()
        self.gateway.wait(timeout=60)
        self.site.close()
        print(f"seed {self.options.seed}: {self.options.orders} orders in {took:.0f} s; killed: gateway {self.gateway_deaths} times, "
              f"Odoo {self.site.odoo_deaths} times ({unused} kills not needed); proxy: {dict(self.site.proxy.counts)}")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def options_of():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=partners.path_of, default=os.environ.get("SALLYPORT_BUILD", str(ROOT / "build" / "release")))
    parser.add_argument("--gateway-kills", type=int, default=20)
    parser.add_argument("--odoo-kills", type=int, default=10)
    parser.add_argument("--changes", type=float, default=0.5, help="share of orders that are changed")
    parser.add_argument("--drop", type=float, default=0.03, help="share of calls that lose reply or request")
    parser.add_argument("--pause", type=lambda text: [float(one) for one in text.split("-")], default=[0.5, 3.0], help="seconds between kills, FROM-TO")
    parser.add_argument("--patience", type=float, default=1800.0, help="seconds until everything must have come to rest")
    parser.add_argument("--clean-end", action="store_true", help="lose nothing more after the last kill")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--odoo-stop", default="", help="kills the real Odoo")
    parser.add_argument("--odoo-start", default="", help="returns when it answers again")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.build = pathlib.Path(options.build).resolve()
    if options.real and not (options.odoo_stop and options.odoo_start):
        options.odoo_kills = 0
    return options


def main():
    options = options_of()
    with tempfile.TemporaryDirectory(prefix="sallyport-thousand-") as folder:
        run = Run(options, pathlib.Path(folder) / "site")
        status = run.run()
        if status or options.keep:
            kept = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-thousand-kept-"))
            subprocess.run(["cp", "-r", run.site.directory, kept], check=False)
            print(f"left behind: {kept}", file=sys.stderr)
        return status


if __name__ == "__main__":
    sys.exit(main())
