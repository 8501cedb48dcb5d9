#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 around POST: a partner repeats its request with the same Idempotency-Key until it is answered, and gets one answer.

usage: tests/https/kill.py --build build/dev [--kills 50] [--seed N]

Workers send orders; the gateway is killed at crash points and at any moment. In the end every key has one answer that never
changed, one message in the store and one order in Odoo. Exit status 0: all of it holds; 1: not, one line each."""
import argparse
import collections
import contextlib
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from https_site import HttpsSite, control

POINTS = ("intake.archive.before", "intake.archive.after", "intake.commit.after", "archive.write.after", "")


class Run:
    def __init__(self, options, directory):
        self.options, self.rng = options, random.Random(options.seed)
        self.site = HttpsSite(options.build.resolve(), directory, self.rng)
        self.lock, self.number = threading.Lock(), 0
        self.stop = threading.Event()
        self.answers, self.hits, self.tries = collections.defaultdict(set), collections.Counter(), 0

    def worker(self, token):
        while not self.stop.is_set():
            with self.lock:
                self.number += 1
                number = self.number
            answered = 0
            while answered < 2:  # once more than needed: the second is the stored one
                try:
                    status, _, body = self.site.send(token, f"key-{number}", control(number))
                except Exception:  # whatever breaks off a request, the partner tries again
                    status = 0
                    threading.Event().wait(0.02)
                with self.lock:
                    self.tries += 1
                    if status == 202:
                        answered += 1
                        self.answers[number].add(body)
                    elif status and status not in (409, 503):
                        self.answers[number].add(b"%d " % status + body)
                        answered += 1

    def rounds(self, workers):
        for _ in range(self.options.kills):
            point = self.rng.choice(POINTS)
            process = self.site.start(f"{point}:{self.rng.randint(1, 6)}" if point else "")
            ready = self.site.wait_ready(process)
            try:
                process.wait(timeout=self.rng.uniform(0.2, 1.5) if ready else 10)
                self.hits[point] += 1
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.hits["any moment"] += 1
        self.stop.set()
        process = self.site.start()
        try:
            self.site.wait_ready(process)
            for worker in workers:
                worker.join(timeout=120)
            import crash
            end = time.monotonic() + 120
            while crash.check.in_flight(self.site.state) and time.monotonic() < end:
                threading.Event().wait(0.1)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    def faults(self):
        orders = collections.Counter(order["client_order_ref"] for order in self.site.ask_odoo("orders"))
        with contextlib.closing(sqlite3.connect(f"file:{self.site.state}/sallyport.db?mode=ro", uri=True)) as database:
            stored = collections.Counter(row[0] for row in database.execute("SELECT transport_id FROM messages WHERE direction = 'inbound'"))
        for number in range(1, self.number + 1):
            if len(self.answers[number]) != 1:
                yield f"key-{number} got {len(self.answers[number])} different answers"
            if stored[f"key-{number}"] != 1:
                yield f"key-{number} is {stored[f'key-{number}']} times in the store"
            found = sum(count for name, count in orders.items() if f"PO-{number:06d}" in str(name))
            if found != 1:
                yield f"PO-{number:06d} is {found} orders"
            for answer in self.answers[number]:
                if not answer.startswith(b"{") or json.loads(answer).get("status") != "received":
                    yield f"key-{number} was answered {answer[:200]!r}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="https-kill-"))
    run = Run(options, directory)
    token = run.site.token("acme")["token"]
    workers = [threading.Thread(target=run.worker, args=(token,), daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    run.rounds(workers)
    faults = list(run.faults())
    print(f"{run.options.kills} kills ({dict(run.hits)}), {run.number} orders, {run.tries} requests, seed {options.seed}: {len(faults)} faults")
    for fault in faults[:50]:
        print(fault)
    run.site.odoo.stdin.close()
    run.site.odoo.wait(timeout=30)
    if faults:
        print(f"left for a look: {directory}")
        return 1
    shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
