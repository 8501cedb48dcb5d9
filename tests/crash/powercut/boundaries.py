#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cuts the power at the operations of the store and the archive on the file system, one after the other and by chance.

usage: boundaries.py --build build/dev [--kills 200] [--seed N] [--stop]
       boundaries.py --build build/dev --archive

The program is store_tests with its child case: four threads that archive a payload, commit a unit (message, document, job,
control number, audit entry) and then note it as acknowledged. Every kill is at the operation with a drawn number: create,
write, truncate, rename, mkdir, begin or end of a sync. Then the power is cut (everything unsynced is lost, or a random
part), or it stays and the next life goes on. After every cut: each unit that was acknowledged is whole, none is there by
halves, the audit chain holds, control numbers have no gap. Prints one line per violation and "N passed, N failed" last.

--archive: crash_archive is killed at each operation of storing one payload in turn; the power stays, the same payload is
stored again (a partner's resend) and acknowledged, and then the power is cut."""
import argparse
import hashlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from powercut import FAST, JournalError, PowerCut

CHILD = ["--gtest_filter=StoreCrashChild.*", "--gtest_also_run_disabled_tests", "--gtest_brief=1"]
LIVES = 12  # on one directory, before the next begins with nothing


class Site:
    def __init__(self, build, folder, slow):
        self.program, self.root, self.look = build / "store_tests", folder / "root", folder / "look"
        self.cuts = PowerCut(self.root, folder / "work", slow)
        self.acknowledged = set()

    def life(self, kill_at):
        environment = {**os.environ, **self.cuts.start(), "SALLYPORT_CRASH_TEST_DIRECTORY": str(self.root)}
        environment["SALLYPORT_POWERCUT_KILL_AT"] = str(kill_at)
        done = subprocess.run([self.program, *CHILD], env=environment, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != -signal.SIGKILL:
            raise JournalError(f"the store's child ended with {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        noted = self.root / "noted"
        if noted.exists():
            self.acknowledged.update(noted.read_text().split("\n")[:-1])

    def cut(self, seed):
        self.cuts.cut(seed)
        (self.root / "noted").unlink(missing_ok=True)  # it was read; what a cut makes of it says nothing

    def violations(self):
        """Looks at a copy: opening a database changes its directory."""
        shutil.rmtree(self.look, ignore_errors=True)
        shutil.copytree(self.root, self.look)
        if not (self.look / "store.db").exists():
            return [f"there is no database, {len(self.acknowledged)} units were acknowledged"] if self.acknowledged else []
        database = sqlite3.connect(self.look / "store.db")
        try:
            return list(self.broken(database))
        except sqlite3.Error as reason:
            return [f"the database cannot be read: {reason}"]
        finally:
            database.close()

    def broken(self, database):
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            yield f"the database is damaged: {sound}"
            return
        if not database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'audit_head'").fetchone()[0]:
            if self.acknowledged:
                yield "the database has no tables"
            return
        stored = {}
        for name, address, *parts in database.execute(
                "SELECT m.id, m.payload_ref, (SELECT count(*) FROM documents d WHERE d.message = m.id), "
                "(SELECT count(*) FROM jobs j WHERE j.message = m.id), (SELECT count(*) FROM audit a WHERE a.subject = m.id) FROM messages m"):
            stored[name] = address
            if parts != [1, 1, 1]:
                yield f"unit {name} is there by halves: {parts}"
        for name in sorted(self.acknowledged - set(stored)):
            yield f"unit {name} was acknowledged and is gone"
        for name, address in stored.items():
            octets = archived(database, self.look / "archive", address)
            if octets is None or hashlib.sha256(octets).hexdigest() != address or not octets.startswith(b"payload of " + name.encode()):
                yield f"the payload of unit {name} is {'gone' if octets is None else 'damaged'}"
        used = database.execute("SELECT last_used FROM control_numbers").fetchone()
        if (used[0] if used else 0) != len(stored):
            yield f"{len(stored)} units, the last control number is {used}"
        yield from chain(database)


def archived(database, archive, address):
    """An object, wherever it lies: small ones in the database, large ones as files."""
    row = database.execute("SELECT octets FROM objects WHERE address = ?", (address,)).fetchone()
    if row is not None:
        return row[0] or b""
    path = archive / address[:2] / address[2:4] / address
    return path.read_bytes() if path.is_file() else None


def chain(database):
    """The audit chain, computed from the layout that gateway/store/audit.h documents."""
    previous, count = bytes(32), 0
    for row in database.execute("SELECT seq, time, actor, event, subject, detail, previous, hash FROM audit ORDER BY seq"):
        layout = b"sallyport-audit-1\n" + previous
        for field in row[:6]:
            octets = str(field).encode()
            layout += len(octets).to_bytes(8, "big") + octets
        count += 1
        if row[0] != count or bytes(row[6]) != previous or bytes(row[7]) != hashlib.sha256(layout).digest():
            yield f"the audit chain breaks at entry {row[0]}"
            return
        previous = bytes(row[7])
    head = database.execute("SELECT seq FROM audit_head").fetchone()[0]
    if head != count:
        yield f"the audit chain has {count} entries, its head says {head}"


def drawn(rng):
    """Where to kill: half of the time while files are being made for the first time."""
    return rng.randint(1, 120) if rng.random() < 0.5 else rng.randint(120, 900)


def run(options):
    rng, kills, cuts, failed, acknowledged = random.Random(options.seed), 0, 0, 0, 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boundaries-", dir=FAST))
    site, begun = None, time.monotonic()
    try:
        while kills < options.kills:
            if kills % LIVES == 0:
                acknowledged += len(site.acknowledged) if site else 0
                site = Site(options.build, folder / str(kills), slow=rng.choice((0, 0, 5000)))
            kill_at = drawn(rng)
            site.life(kill_at)
            kills += 1
            if kills % LIVES and rng.random() < 0.3:
                site.cuts.survive()
                continue
            seed = None if rng.random() < 0.5 else rng.getrandbits(32)
            site.cut(seed)
            cuts += 1
            found = site.violations()
            for line in found[:5]:
                print(f"VIOLATION kill {kills} at operation {kill_at}, seed {seed}: {line}", flush=True)
            if found:
                failed += 1
                if options.stop:
                    break
                site = Site(options.build, folder / f"after-{kills}", slow=0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    acknowledged += len(site.acknowledged)
    print(f"{kills} kills, {cuts} power cuts, {acknowledged} units acknowledged, {time.monotonic() - begun:.0f} s")
    print(f"{cuts - failed} passed, {failed} failed")
    return 1 if failed or not cuts else 0


def archive(build):
    """Every operation of a put, then the same put again, then the cut."""
    passed = failed = 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="boundaries-", dir=FAST))
    try:
        for kill_at in range(1, 1000):
            root = folder / str(kill_at) / "root"
            cuts = PowerCut(root, folder / str(kill_at) / "work")

            def put(**more):
                return subprocess.run([build / "crash_archive", root / "archive", "payload"], env={**os.environ, **cuts.start(), **more},
                                      capture_output=True, text=True, timeout=60, check=False)

            if put(SALLYPORT_POWERCUT_KILL_AT=str(kill_at)).returncode == 0:
                break  # there is no operation of that number
            cuts.survive()
            address = put().stdout.strip()
            cuts.cut()
            path = root / "archive" / address[:2] / address[2:4] / address
            kept = len(address) == 64 and path.is_file() and path.read_bytes() == b"payload"
            passed, failed = passed + kept, failed + (not kept)
            if not kept:
                print(f"VIOLATION killed at operation {kill_at}, stored again, power cut: the payload is gone", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=lambda text: pathlib.Path(text).resolve(), required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--archive", action="store_true", help="each operation of the archive, with a resend")
    parser.add_argument("--stop", action="store_true", help="at the first violation")
    options = parser.parse_args()
    program = "crash_archive" if options.archive else "store_tests"
    if not (options.build / program).is_file():
        print(f"{options.build / program} is not there; build that target", file=sys.stderr)
        return 2
    return archive(options.build) if options.archive else run(options)


if __name__ == "__main__":
    sys.exit(main())
