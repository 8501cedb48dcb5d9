#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 during SFTP uploads and downloads: what a partner was told is safe must be there, once.

usage: tests/sftp/kill.py --build build/dev [--kills 200] [--seed N] [--seconds S] [--rest S] [--keep]

Workers upload orders with paramiko (directly, under a temporary name with a rename, in pieces that are resumed), and others
fetch the acknowledgements from /out (at once, in small pieces, half and then closed, half and then hung up), all the time;
the gateway is killed at crash points and at arbitrary moments. Who uploads goes on until the upload was acknowledged, as
partners do. Then everything may come to rest, and is compared: every acknowledged upload is one message in the store and one
order in Odoo, none is there twice, every order has one 997, each 997 was delivered in the end, was read in full by somebody
before, and every full read brought the same octets. Exit status 0: all of it holds; 1: not, one line each."""
import argparse
import collections
import contextlib
import hashlib
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import paramiko

from sftp_site import USER, SftpSite, control

PIECE = 40  # octets of one read, so that a 997 takes many
WAYS = ("whole", "pieces", "pieces", "half, closed", "half, hung up")
POINTS = ("sftp.admit.before", "sftp.admit.after", "sftp.answer.before", "sftp.fetched.before", "sftp.fetched.after", "archive.share.before",
          "archive.share.after", "archive.write.after", "intake.archive.after", "intake.commit.after")


def filler(number):
    """An order too large for memory: remarks nobody reads, so that it passes through the staging folder."""
    octets = control(number)
    if number % 4:
        return octets
    note = "".join(f"N9*ZZ*{index:06d}~\n" + f"MSG*{'x' * 250}~\n" * 8 for index in range(200)).encode()
    count = int(re.search(rb"SE\*(\d+)", octets)[1]) + 200 * 9
    return re.sub(rb"SE\*\d+", b"SE*%d" % count, octets.replace(b"N1*BY*", note + b"N1*BY*", 1))


class Worker(threading.Thread):
    def __init__(self, run, seed):
        super().__init__(daemon=True)
        self.run_, self.rng = run, random.Random(seed)
        self.transport = self.client = None

    def connect(self):
        if self.client:
            return self.client
        self.transport = paramiko.Transport(("127.0.0.1", self.run_.site.sftp_port))
        self.transport.banner_timeout = self.transport.auth_timeout = 10
        self.transport.connect(username=USER, pkey=self.run_.key)
        self.client = paramiko.SFTPClient.from_transport(self.transport)
        self.client.get_channel().settimeout(20)
        return self.client

    def drop(self):
        if self.transport:
            self.transport.close()
        self.transport = self.client = None

    def run(self):
        while not self.run_.stop.is_set():
            number = self.run_.next_number()
            octets = filler(number)
            mode = self.rng.choice(("direct", "rename", "pieces"))
            while not self.run_.abandon.is_set():
                try:
                    self.upload(self.connect(), f"/in/{number}.edi", octets, mode)
                    self.run_.acknowledged(number, octets, mode)
                    break
                except Exception as error:  # whatever breaks off an upload, the partner tries again
                    self.run_.tries[type(error).__name__] += 1
                    self.drop()
                    threading.Event().wait(0.05)
        self.drop()

    def upload(self, client, path, octets, mode):
        name = path + ".tmp" if mode == "rename" else path
        start = 0
        if mode == "pieces":
            with contextlib.suppress(FileNotFoundError):
                start = client.stat(path).st_size
            if start >= len(octets):
                start = 0
        with client.open(name, "r+" if start else "w") as file:
            file.set_pipelined(True)
            file.seek(start)
            for at in range(start, len(octets), 20_000):
                file.write(octets[at:at + 20_000])
            self.close(client, file)
        if mode == "rename":
            client.posix_rename(name, path)

    def close(self, client, file):
        """What paramiko's own close() does, except that it says nothing of a connection that breaks off before the answer: it would
        count as acknowledged what nobody acknowledged."""
        file.flush()
        client._finish_responses(file)
        try:
            client._request(paramiko.sftp.CMD_CLOSE, file.handle)
        except (EOFError, OSError):
            self.run_.tries["close without an answer, which paramiko hides"] += 1
            raise
        finally:
            file._closed = True

    def fetch(self, client, ways=WAYS):
        for name in client.listdir("/out"):
            with contextlib.suppress(FileNotFoundError):
                if not self.download(client, name, self.rng.choice(ways)):
                    return

    def download(self, client, name, way):
        """False: the connection is gone."""
        with client.open("/out/" + name) as file:
            size = file.stat().st_size
            end = size if way in ("whole", "pieces") else self.rng.randrange(size)
            octets = b""
            try:
                while len(octets) < end:
                    octets += file.read(min(end if way == "whole" else PIECE, end - len(octets)))
            except Exception:
                self.run_.cut_short(name, len(octets))
                raise
            self.run_.downloads[way] += 1
            if len(octets) == size:
                # Read to the end is read, whether the answer to the close comes or the gateway dies over it.
                self.run_.fetched(name, octets)
            if way == "half, hung up":
                self.drop()
                file._closed = True
                return False
        return True


class Fetcher(Worker):
    """A worker that only fetches."""

    def run(self):
        while not self.run_.stop.is_set():
            try:
                self.fetch(self.connect())
                threading.Event().wait(0.02)
            except Exception as error:  # the gateway died: it is tried again
                self.run_.tries["fetching: " + type(error).__name__] += 1
                self.drop()
                threading.Event().wait(0.05)
        self.drop()


class Run:
    def __init__(self, options, directory):
        self.options, self.rng = options, random.Random(options.seed)
        self.site = SftpSite(options.build.resolve(), directory, self.rng, "", "uploads_per_minute = 100000\nsessions = 100\n")
        self.key = paramiko.Ed25519Key.from_private_key_file(str(directory / "user"))
        self.lock, self.number = threading.Lock(), 0
        self.stop, self.abandon = threading.Event(), threading.Event()
        self.at_rest = False
        self.safe, self.read, self.tries = {}, collections.defaultdict(set), collections.Counter()
        self.times = collections.Counter()
        self.downloads, self.cut = collections.Counter(), collections.Counter()
        self.modes, self.hits, self.kills = collections.Counter(), collections.Counter(), 0

    def next_number(self):
        with self.lock:
            self.number += 1
            return self.number

    def acknowledged(self, number, octets, mode):
        with self.lock:
            self.safe[number] = hashlib.sha256(octets).hexdigest()
            self.modes[mode] += 1

    def fetched(self, name, octets):
        with self.lock:
            self.read[name].add(octets)
            self.times[name] += 1

    def cut_short(self, name, count):
        with self.lock:
            self.cut[name] += 1
            self.downloads["broken off by a kill" + (" in the middle" if count else "")] += 1

    def rounds(self):
        end = time.monotonic() + self.options.seconds
        workers = [Worker(self, self.rng.random()) for _ in range(4)] + [Fetcher(self, self.rng.random()) for _ in range(2)]
        for worker in workers:
            worker.start()
        while self.kills < self.options.kills and time.monotonic() < end:
            point = f"{self.rng.choice(POINTS)}:{self.rng.randint(1, 6)}" if self.rng.random() < 0.6 else ""
            process = self.site.start(point)
            ready = self.site.wait_ready(process)
            try:
                status = process.wait(timeout=self.rng.uniform(0.1, 1.0) if ready else 10)
                if status != -signal.SIGKILL:
                    raise RuntimeError(f"the gateway ended by itself with {status}: {self.site.log_tail()}")
                self.hits[point.rpartition(":")[0]] += 1
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.hits["any moment"] += 1
            self.kills += 1
        self.stop.set()
        return workers

    def rest(self, workers):
        import crash
        process = self.site.start()
        try:
            if not self.site.wait_ready(process):
                raise RuntimeError("the gateway does not start any more: " + self.site.log_tail())
            end = time.monotonic() + self.options.rest
            for worker in workers:
                worker.join(timeout=max(1, end - time.monotonic()))
            self.abandon.set()
            # A busy machine works off its backlog slowly: given up is when nothing moves any more.
            last, before, since = Worker(self, 1), None, time.monotonic()
            while time.monotonic() - since < self.options.rest:
                last.fetch(last.connect(), ("whole",))
                now = crash.check.in_flight(self.site.state), len(last.connect().listdir("/out")), len(self.read)
                if now[:2] == (0, 0):
                    self.at_rest = True
                    break
                if now != before:
                    before, since = now, time.monotonic()
                threading.Event().wait(0.2)
            last.drop()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)

    def faults(self):
        orders = collections.Counter(order["client_order_ref"] for order in self.site.ask_odoo("orders"))
        with contextlib.closing(sqlite3.connect(f"file:{self.site.state}/sallyport.db?mode=ro", uri=True)) as database:
            stored = collections.Counter(row[0] for row in database.execute("SELECT content_digest FROM messages WHERE direction = 'inbound' AND state = 'received'"))
            sent = database.execute("SELECT file_name, state, payload_ref FROM messages WHERE direction = 'outbound'").fetchall()
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            small = dict(database.execute("SELECT address, octets FROM objects WHERE address IN (SELECT payload_ref FROM messages)")
                         if "objects" in tables else ())
        if not self.at_rest:
            yield f"nothing moved for {self.options.rest} s and there was work left"
        if self.kills < self.options.kills:
            yield f"only {self.kills} of {self.options.kills} kills within {self.options.seconds} s"
        if not self.safe or not self.read:
            yield f"{len(self.safe)} uploads were acknowledged and {len(self.read)} documents read: nothing was tried"
        text = " ".join(map(str, orders))
        for number, digest in sorted(self.safe.items()):
            if stored[digest] != 1:
                yield f"upload {number} was acknowledged and is {stored[digest]} times in the store"
            if f"PO-{number:06d}" not in text:
                yield f"upload {number} was acknowledged and is no order"
        for digest, count in stored.items():
            if count > 1:
                yield f"{digest} was taken in {count} times"
        for order, count in orders.items():
            if count > 1:
                yield f"order {order} is there {count} times"
        for name, state, address in sent:
            octets = small.get(address) or (self.site.state / "archive" / address[:2] / address[2:4] / address).read_bytes()
            if state == "delivered" and octets not in self.read[name]:
                yield f"{name} counts as delivered and nobody has read it"
            if state != "delivered":
                yield f"{name} was never delivered: {state}"
            if len(self.read[name]) > 1:
                yield f"{name} was read with {len(self.read[name])} different contents"
        if len(sent) != len(stored):
            yield f"{len(stored)} orders have {len(sent)} acknowledgements"
        for path in (self.site.state / "uploads").rglob("*"):
            if path.is_file() and path.suffix not in (".data", ".name"):
                yield f"{path.name} was left in the staging folder"
        audit = subprocess.run([self.site.build / "sallyport", "audit", "verify", "--config", self.site.directory / "sallyport.toml"],
                               capture_output=True, text=True, check=False)
        if audit.returncode != 0:
            yield "the audit chain does not verify: " + audit.stdout + audit.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/dev"))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rest", type=float, default=120, help="seconds without any progress after which it counts as stuck")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-sftp-kill-"))
    run = Run(options, directory)
    try:
        workers = run.rounds()
        run.rest(workers)
        faults = list(run.faults())
    finally:
        run.site.close()
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"seed {options.seed}: {run.kills} kills, {len(run.safe)} uploads acknowledged ({dict(run.modes)}), {len(run.read)} acknowledgements fetched")
    print("killed at:", ", ".join(f"{name} {count}" for name, count in sorted(run.hits.items())))
    print("broken off:", dict(run.tries))
    again = sum(1 for count in run.times.values() if count > 1)
    print(f"downloads: {dict(run.downloads)}; {len(run.cut)} documents cut short by a kill, {again} read in full more than once")
    for fault in faults:
        print("FAULT", fault)
    print(f"{0 if faults else 1} passed, {1 if faults else 0} failed")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
