#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at every step boundary and at arbitrary moments, under AS2 load; then an independent program looks for what was
lost, doubled or torn.

usage: tests/crash/crash.py --build build/dev [--kills 200] [--seed N] [--powercut] [--json] [--keep]
       tests/crash/crash.py --list-points

Each round starts the real daemon, half of the time with one crash point armed (SALLYPORT_CRASH_POINT: the process kills
itself there), feeds it signed and encrypted orders, repeats of acknowledged ones and the same orders under new Message-IDs,
and kills it. With --powercut it also dies at arbitrary operations on the file system, and most kills take with them what was
not synced (powercut/README.md); after each cut, everything acknowledged so far must be there. The back office loses replies,
the partner loses receipts. After the last round the daemon may finish its work; then the invariants are checked.
Exit status 0: none is broken; 1: some are, each on a line of its own; 2: it could not run."""
import argparse
import collections
import json
import os
import pathlib
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check  # noqa: E402
import partner as partners  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).parent / "powercut"))
import powercut  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_OPERATION = "file operation"  # stands for a crash point with --powercut


def crash_points(root=ROOT):
    """Every name in the sources: the list cannot go stale."""
    found = set()
    for folder in ("gateway", "transports", "parsers", "mappings", "config", "certs"):
        for path in sorted((root / folder).rglob("*.cpp")):
            found.update(re.findall(r'CRASH_POINT\("([^"]+)"\)', path.read_text()))
    return sorted(found)


class Site:
    """A directory with keys, configuration, back office and partner."""

    def __init__(self, build, directory, rng, cut=False):
        self.build, self.directory, self.rng = build, directory, rng
        self.state = directory / "state"
        self.cuts = powercut.PowerCut(self.state, directory / "powercut", slow=3000) if cut else None
        self.power, self.deaths = collections.Counter(), 0
        (directory / "partners").mkdir(parents=True)
        partners.make_keys(directory, "gateway")
        self.port, self.api_port = partners.free_port(), partners.free_port()
        self.partner = partners.Partner(directory, self.port, directory / "gateway.pem", rng)
        self.partner.maybe = set()
        self.configure(*self.start_odoo())

    def start_odoo(self):
        """(url, database, login); the key is in odoo.key. Suites that have a real Odoo put it here."""
        directory = self.directory
        (directory / "odoo.key").write_text("%040x" % self.rng.getrandbits(160))
        (directory / "odoo.key").chmod(0o600)
        self.odoo = subprocess.Popen([self.build / "crash_odoo_double", directory / "odoo.db", directory / "odoo.key"], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(directory / "odoo.log", "w"))
        answer = self.odoo.stdout.readline().split()
        if len(answer) != 2:
            raise RuntimeError("the Odoo double did not start: " + (directory / "odoo.log").read_text())
        return answer[0], "demo", answer[1]

    def configure(self, url, database, login):
        (self.directory / "sallyport.toml").write_text(f'''
state_directory = "state"
schema_directory = "{ROOT}/parsers/schemas"
mapping_directory = "{ROOT}/mappings/shipped"
log_level = "warn"
[as2]
http = "127.0.0.1:{self.port}"
[api]
listen = "127.0.0.1:{self.api_port}"
[limits]
free_disk = "1MiB"
[retry]
first_delay = "50ms"
longest_delay = "1s"
give_up_after = "1h"
[pipeline]
lease = "2s"
[identity.main]
as2_id = "SALLYPORT"
key = "file:gateway.key"
certificate = "gateway.pem"
[odoo]
enabled = true
url = "{url}"
database = "{database}"
login = "{login}"
key = "file:odoo.key"
''')
        (self.directory / "partners" / "acme.toml").write_text(f'''
name = "acme"
[as2]
id = "ACME"
url = "{self.partner.url}"
certificates = ["../partner.pem"]
sign = false
encrypt = false
mdn = "unsigned"
[x12]
our_id = "SALLYPORT"
their_id = "ACMERETAIL"
[[documents]]
direction = "in"
version = "004010"
set = "850"
map = "x12-850-base.map"
[odoo]
customer = "CUST-4711"
''')

    def ask_odoo(self, command, answers=True):
        self.odoo.stdin.write(command + "\n")
        self.odoo.stdin.flush()
        return json.loads(self.odoo.stdout.readline()) if answers else None

    def start(self, point=""):
        environment = dict(os.environ)
        environment.pop("SALLYPORT_CRASH_POINT", None)
        if self.cuts:
            environment.update(self.cuts.start())
        if point.startswith(FILE_OPERATION):
            environment["SALLYPORT_POWERCUT_KILL_AT"] = point.rpartition(":")[2]
        elif point:
            environment["SALLYPORT_CRASH_POINT"] = point
        with open(self.directory / "gateway.log", "a") as log:
            log.write(f"--- start {point}\n")
            log.flush()
            return subprocess.Popen([self.build / "sallyport", "run", "--config", self.directory / "sallyport.toml"], env=environment,
                                    stdout=log, stderr=log)

    def wait_for(self, holds, what, limit=60):
        """What `holds` answers as soon as it is true; a program that does not get there fails with the gateway's last words."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            value = holds()
            if value:
                return value
            threading.Event().wait(0.05)
        raise RuntimeError(f"waited {limit} s for {what}: {self.log_tail()}")

    def after_kill(self):
        """Most kills take the power with them; after a cut, what was acknowledged before must still be there."""
        if not self.cuts:
            return
        with self.partner.lock:
            sent = list(self.partner.sent)
        draw, self.deaths = self.rng.random(), self.deaths + 1
        if draw < 0.25:
            self.cuts.survive()
            self.power["power stayed"] += 1
            return
        pessimistic = draw < 0.65
        lost = self.cuts.cut(None if pessimistic else self.rng.getrandbits(32))
        self.power["cut, nothing unsynced left" if pessimistic else "cut, some of it left"] += 1
        self.power["octets not synced"] += lost.octets_pending
        for fault in check.kept(self.state, sent, self.directory / "look"):
            self.partner.fault(f"after kill {self.deaths}: {fault}")

    def wait_ready(self, process, limit=60):
        """True once it takes connections; False when it died first."""
        import socket
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            except OSError:
                threading.Event().wait(0.01)
        raise RuntimeError("the gateway did not start within 60 s: " + self.log_tail())

    def log_tail(self):
        return "".join((self.directory / "gateway.log").read_text().splitlines(keepends=True)[-15:])

    def close(self):
        self.odoo.stdin.close()
        self.odoo.wait(timeout=20)


class Once:
    """A message that is built by whoever needs it first."""

    def __init__(self, make):
        self.make, self.made, self.lock = make, None, threading.Lock()

    def __call__(self):
        with self.lock:
            self.made = self.made or self.make()
        return self.made


class Load:
    """Senders that work through a queue, whatever happens to the gateway meanwhile."""

    def __init__(self, site, threads):
        self.site, self.queue, self.stop = site, queue.Queue(), threading.Event()
        self.errors = []
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()
        self.made = 0
        self.counts = collections.Counter()

    def work(self):
        while True:
            make = self.queue.get()
            if make is None:
                return
            try:
                self.site.partner.deliver(make(), self.stop)
            except Exception as error:  # a sender that dies would look like a gateway that hangs
                self.errors.append(f"sender: {error!r}")
            finally:
                self.queue.task_done()

    def feed(self, rng, new):
        """Some new orders, and with them what partners do: repeats, and old orders under a new Message-ID."""
        partner = self.site.partner
        for _ in range(new):
            self.made += 1
            number, control = f"PO-{self.made:06d}", self.made
            partner.maybe.add(number)
            message = Once(lambda n=number, c=control: partner.build(f"<{c}.{rng.getrandbits(32):08x}@acme.example>", n, c))
            self.queue.put(message)
            self.counts["new"] += 1
            if rng.random() < 0.4:  # an impatient partner: the same message twice at the same time
                self.queue.put(message)
                self.counts["twice at once"] += 1
        with partner.lock:
            known = list(partner.sent)
        if known:
            repeat = rng.choice(known)
            self.queue.put(lambda: repeat)
            self.counts["repeated"] += 1
        if known and rng.random() < 0.3:
            old = rng.choice(known)
            again = f"<again.{rng.getrandbits(64):016x}@acme.example>"
            self.queue.put(lambda: partner.build(again, old.number, old.control, old.payload))
            self.counts["same order, new Message-ID"] += 1

    def settle(self, limit):
        """Waits until every sender is content."""
        end = time.monotonic() + limit
        while self.queue.unfinished_tasks and time.monotonic() < end:
            threading.Event().wait(0.02)
        return not self.queue.unfinished_tasks

    def close(self):
        self.stop.set()
        for _ in self.threads:
            self.queue.put(None)
        for thread in self.threads:
            thread.join(timeout=30)


class Run:
    def __init__(self, options):
        self.options, self.rng = options, random.Random(options.seed)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-crash-", dir=options.directory))
        # Migrations run once, before the first round; matching waits for an answer to documents of ours, and 997s get none.
        # The doors that are not AS2 have a harness of their own: tests/sftp/kill.py.
        # Maps and tables that change: tests/tables/run and tests/flow/map_changes_test.cpp.
        # Documents of ours are killed at every boundary in tests/flow/crash_test.cpp: nothing submits any here.
        elsewhere = ("store.migration", "match.", "receipt.", "sftp.", "poll.", "push.", "archive.share", "archive.file", "submit.", "write.commit.",
                     "envelope.commit.", "look.", "maps.taken.", "map.table.")
        self.points = [point for point in crash_points() if not point.startswith(elsewhere)]
        self.hits, self.kills, self.by_hand = collections.Counter(), 0, 0
        self.slow_starts = 0.0

    def rounds(self, site, load):
        unseen = list(self.points)
        end = time.monotonic() + self.options.seconds
        while self.kills < self.options.kills and time.monotonic() < end and not self.enough(site):
            armed = ""
            if self.rng.random() < 0.6:
                name = self.rng.choice(unseen or self.points)
                armed = f"{name}:{self.rng.randint(1, 2) if name in unseen else self.rng.randint(1, 12)}"
            elif self.options.powercut and self.rng.random() < 0.6:
                armed = f"{FILE_OPERATION}:{self.rng.randint(1, 60) if self.kills == 0 else self.rng.randint(1, 800)}"
            begun = time.monotonic()
            process = site.start(armed)
            load.feed(self.rng, self.options.orders)
            if self.rng.random() < 0.3:
                site.ask_odoo("fault " + self.rng.choice(["drop-after-commit", "busy", "unavailable"]), answers=False)
            ready = site.wait_ready(process)
            self.slow_starts = max(self.slow_starts, time.monotonic() - begun)
            patience = 3.0 if armed else self.rng.uniform(0.0, 0.8)
            try:
                status = process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.kills, self.by_hand = self.kills + 1, self.by_hand + 1
                site.after_kill()
                continue
            if status != -signal.SIGKILL:
                raise RuntimeError(f"the gateway ended by itself with {status} (ready: {ready}): {site.log_tail()}")
            site.after_kill()
            name = armed.rsplit(":", 1)[0]
            self.hits[name] += 1
            self.kills += 1
            if name in unseen:
                unseen.remove(name)

    def enough(self, site):
        return self.options.stop and bool(site.partner.faults)

    def drain(self, site, load):
        """No more kills: everything must come to rest by itself."""
        begun = time.monotonic()
        process = site.start()
        if not site.wait_ready(process):
            raise RuntimeError("the gateway does not start any more: " + site.log_tail())
        site.partner.drop_receipts = 0.0
        settled = load.settle(self.options.patience)
        end = time.monotonic() + self.options.patience
        while check.in_flight(site.state) and time.monotonic() < end:
            threading.Event().wait(0.05)
        rest = check.in_flight(site.state)
        took = time.monotonic() - begun
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        if not settled:
            site.partner.fault(f"I1 {load.queue.unfinished_tasks} messages were never acknowledged, with the gateway up")
        if rest:
            site.partner.fault(f"I11 {rest} jobs never came to rest")
        return took

    def verify_by_the_program(self, site):
        done = subprocess.run([self.options.build / "sallyport", "audit", "verify", "--config", site.directory / "sallyport.toml"],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            site.partner.fault("I8 sallyport audit verify: " + (done.stdout + done.stderr).strip())

    def run(self):
        begun = time.monotonic()
        site = Site(self.options.build, self.directory, self.rng, self.options.powercut)
        site.partner.drop_receipts = 0.1
        load = Load(site, 4)
        try:
            self.rounds(site, load)
            drained = 0.0 if self.enough(site) else self.drain(site, load)
        finally:
            load.close()
        orders = site.ask_odoo("orders")
        checker = None
        if self.enough(site):
            violations = site.partner.faults
        else:
            self.verify_by_the_program(site)
            checker = check.Check(site.state, site.partner, orders)
            violations = checker.run() + load.errors
        site.close()
        received = site.partner.received.values()
        return {
            "seed": self.options.seed, "kills": self.kills, "at_crash_points": sum(self.hits.values()), "by_hand": self.by_hand,
            "power": dict(site.power), "points_never_hit": sorted(set(self.points) - set(self.hits)), "hits": dict(sorted(self.hits.items())),
            "messages_acknowledged": len(site.partner.sent), "sent": dict(load.counts),
            "transmissions": sum(message.tries for message in site.partner.sent), "orders": len(orders),
            "acknowledgements": len(received), "acknowledgement_transmissions": sum(one["times"] for one in received),
            "audit_entries": getattr(checker, "entries", 0), "slowest_start_seconds": round(self.slow_starts, 2),
            "drain_seconds": round(drained, 2), "seconds": round(time.monotonic() - begun, 1), "violations": violations}


def show(result):
    for key, value in result.items():
        if key in ("hits", "violations"):
            continue
        print(f"{key.replace('_', ' ')}: {value}")
    print("hits: " + ", ".join(f"{name} {count}" for name, count in result["hits"].items()))
    for violation in result["violations"][:50]:
        print("VIOLATION", violation)
    verdict = "no invariant is broken" if not result["violations"] else f"{len(result['violations'])} violations"
    print(f"{result['kills']} kills: {verdict}" + (
        f"; with 95 % confidence fewer than one kill in {result['kills'] // 3} does harm" if not result["violations"] else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=partners.path_of, default=ROOT / "build" / "dev")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--powercut", action="store_true", help="what was not synced is lost")
    parser.add_argument("--orders", type=int, default=3, help="new orders per round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=180, help="seconds to come to rest at the end")
    parser.add_argument("--directory", type=partners.path_of, help="where to work; default: the temporary directory")
    parser.add_argument("--seconds", type=float, default=7200, help="no more kills after that time")
    parser.add_argument("--stop", action="store_true", help="at the first violation that shows before the end")
    parser.add_argument("--keep", action="store_true", help="leave the directory behind")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--list-points", action="store_true")
    options = parser.parse_args()
    if options.list_points:
        print("\n".join(crash_points()))
        return 0
    for program in ("sallyport", "crash_odoo_double"):
        if not (options.build / program).is_file():
            print(f"{options.build / program} is not there; build the targets sallyport and crash_odoo_double", file=sys.stderr)
            return 2
    run = Run(options)
    try:
        result = run.run()
    except (RuntimeError, OSError, powercut.JournalError) as error:
        print(f"crash.py: {error}\nleft behind: {run.directory}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)
    if options.keep or result["violations"]:
        print(f"left behind: {run.directory}", file=sys.stderr)
    else:
        shutil.rmtree(run.directory)
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
