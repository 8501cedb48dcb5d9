#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the power-cut simulation tell durable from lost? Prints one line per case and "N passed, N failed" last.

Each case runs a small program under the shim until it kills itself (or is killed), cuts the power and looks.
"""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import traceback

from powercut import FAST, JournalError, PowerCut
from reconstruct import HEADER, RESULT, read_journal, reconstruct

PYTHON = "/usr/bin/python3"
PRELUDE = """
import os, signal, sqlite3, sys, threading
def put(path, text, flags=os.O_WRONLY | os.O_CREAT, sync=False):
    fd = os.open(path, flags, 0o640)
    os.write(fd, text)
    if sync: os.fsync(fd)
    os.close(fd)
def sync(folder):
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(fd)
    os.close(fd)
def die():
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Scene:
    """A root, its simulation and the last program's output."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder) / "root"
        self.cuts = PowerCut(self.root, pathlib.Path(folder) / "work")

    def start(self, *command, **more):
        environment = {**os.environ, **self.cuts.start()}
        return subprocess.Popen(command, env=environment, cwd=self.root, stdout=subprocess.PIPE, text=True, **more)

    def run(self, program):
        child = self.start(PYTHON, "-c", PRELUDE + program + "\ndie()")
        output = child.communicate(timeout=60)[0]
        assert child.returncode == -signal.SIGKILL, f"the program ended with {child.returncode}"
        return output

    def names(self):
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.name.endswith("-shm"))


def expect(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def case_synced_file_in_a_synced_folder_survives(scene):
    scene.run("put('a', b'kept', sync=True); sync('.')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"kept")


def case_file_without_fsync_is_empty(scene):
    scene.run("put('a', b'lost'); sync('.')")
    expect((scene.root / "a").read_bytes(), b"lost")  # the page cache has it: this is what SIGKILL alone shows
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"")


def case_name_without_folder_fsync_vanishes(scene):
    scene.run("put('a', b'kept', sync=True)")
    scene.cuts.cut()
    expect(scene.names(), [])


def case_data_after_the_last_fsync_is_lost(scene):
    scene.run("fd = os.open('a', os.O_WRONLY | os.O_CREAT); sync('.'); os.write(fd, b'one'); os.fdatasync(fd); os.write(fd, b'two')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"one")


def case_rename_without_folder_fsync_vanishes(scene):
    scene.run("put('.t', b'new', sync=True); put('a', b'old', sync=True); sync('.'); os.rename('.t', 'a')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"old")
    expect((scene.root / ".t").read_bytes(), b"new")


def case_rename_with_folder_fsync_survives(scene):
    scene.run("put('.t', b'new', sync=True); put('a', b'old', sync=True); os.rename('.t', 'a'); sync('.')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"new")
    expect(scene.names(), ["a"])


def case_renamed_without_file_fsync_is_empty(scene):
    scene.run("put('.t', b'new'); os.rename('.t', 'a'); sync('.')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"")


def case_unlink_without_folder_fsync_comes_back(scene):
    scene.run("put('a', b'x', sync=True); put('b', b'x', sync=True); sync('.'); os.unlink('a'); sync('.'); os.unlink('b')")
    scene.cuts.cut()
    expect(scene.names(), ["b"])


def case_folder_needs_its_parent_synced(scene):
    scene.run("os.mkdir('d'); put('d/a', b'x', sync=True); sync('d'); os.mkdir('e'); sync('.'); put('e/a', b'x', sync=True); sync('e');"
              "os.makedirs('f/g'); put('f/g/a', b'x', sync=True); sync('f/g'); sync('f')")
    scene.cuts.cut()
    expect(scene.names(), ["d", "d/a", "e", "e/a"])


def case_truncate_and_overwrite_need_a_sync(scene):
    scene.run("put('a', b'abcdef', sync=True); put('b', b'abcdef', sync=True); sync('.')\n"
              "fd = os.open('a', os.O_RDWR); os.ftruncate(fd, 2)\n"
              "fd = os.open('b', os.O_RDWR); os.pwrite(fd, b'XY', 1); os.ftruncate(fd, 5); os.fsync(fd)")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"abcdef")
    expect((scene.root / "b").read_bytes(), b"aXYde")


def case_append_duplicate_and_vector_writes_are_followed(scene):
    scene.run("fd = os.open('a', os.O_WRONLY | os.O_CREAT | os.O_APPEND); other = os.dup(fd); os.write(fd, b'1'); os.write(other, b'2')\n"
              "os.writev(fd, [b'3', b'4']); os.dup2(fd, 77); os.close(fd); os.write(77, b'5'); os.fsync(other); sync('.')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"12345")


def case_synchronous_descriptor_needs_no_fsync(scene):
    scene.run("put('a', b'kept', os.O_WRONLY | os.O_CREAT | os.O_DSYNC); sync('.'); os.write(os.open('b', os.O_WRONLY | os.O_CREAT), b'x')")
    scene.cuts.cut()
    expect((scene.root / "a").read_bytes(), b"kept")


def case_a_number_used_again_for_another_file_is_not_watched(scene):
    scene.run("fd = os.open('a', os.O_WRONLY | os.O_CREAT); os.close(fd); out = os.open('/dev/null', os.O_WRONLY); assert out == fd; os.write(out, b'x')")
    scene.cuts.cut()


def case_failed_operations_change_nothing(scene):
    scene.run("put('a', b'x', sync=True); os.mkdir('d'); sync('.')\n"
              "for f in (lambda: os.open('a', os.O_CREAT | os.O_EXCL), lambda: os.mkdir('d'), lambda: os.rename('no', 'a'),\n"
              "          lambda: os.unlink('no'), lambda: os.rmdir('no'), lambda: os.open('no/a', os.O_CREAT)):\n"
              "    try: f()\n"
              "    except OSError: pass\n"
              "    else: sys.exit(9)")
    scene.cuts.cut()
    expect(scene.names(), ["a", "d"])


def case_what_was_there_before_is_durable(scene):
    (scene.root / "d").mkdir(parents=True)
    (scene.root / "d" / "a").write_bytes(b"before")
    scene.run("put('d/a', b'after')")
    scene.cuts.cut()
    expect((scene.root / "d" / "a").read_bytes(), b"before")


def case_seeds_keep_different_parts(scene):
    scene.run("[put(f'f{i}', b'x' * 9000) for i in range(8)]")
    outcomes = set()
    for seed in range(20):
        again = scene.cuts.work / f"seed-{seed}"
        reconstruct(scene.cuts.life.journal, again, scene.cuts.life.snapshot, seed, compare_with=scene.root)
        outcomes.add(tuple((path.name, path.read_bytes()) for path in sorted(again.iterdir())))
    assert len(outcomes) >= 10, f"only {len(outcomes)} outcomes of 20 seeds"
    sizes = {len(outcome) for outcome in outcomes}
    assert min(sizes) <= 2 and max(sizes) >= 4, f"numbers of files: {sizes}"


def case_torn_last_record_is_ignored(scene):
    scene.run("put('a', b'kept', sync=True); sync('.'); put('b', b'y' * 5000)")
    journal = scene.cuts.life.journal
    whole = journal.read_bytes()
    count = len(read_journal(journal))
    for cut_off in range(1, 5120, 97):
        journal.write_bytes(whole[:-cut_off])
        found = len(read_journal(journal))
        assert found in (count - 1, count - 2), f"{cut_off} octets less: {found} of {count} records"
    journal.write_bytes(whole[:100] + b"\xff" + whole[101:])
    try:
        read_journal(journal)
    except JournalError:
        return
    raise AssertionError("a damaged record in the middle was accepted")


def case_a_kill_without_cut_makes_nothing_durable(scene):
    scene.run("put('a', b'x', sync=True)")
    scene.cuts.survive()
    scene.run("assert os.path.exists('a'); put('b', b'x', sync=True); put('c', b'x' * 100000)")
    scene.cuts.survive()
    scene.run("fd = os.open('c', os.O_RDONLY); os.fsync(fd); os.unlink('b')")
    scene.cuts.survive()
    scene.run("sync('.')")
    scene.cuts.cut()
    expect(scene.names(), ["a", "c"])
    expect((scene.root / "c").stat().st_size, 100000)


def case_the_last_operation_before_a_kill_is_told_by_the_disk(scene):
    for last, wanted in (("os.mkdir('d')", True), ("os.mkdir('a')", False)):
        scene.run("put('a', b'x')\ntry: " + last + "\nexcept OSError: pass")
        journal = scene.cuts.life.journal
        records = read_journal(journal)
        if records[-1].kind == RESULT:  # as if the kill had come before the note
            os.truncate(journal, journal.stat().st_size - HEADER.size)
        scene.cuts.survive()
        expect(read_journal(journal)[-1].offset, 0 if wanted else -1)


def case_unseen_write_is_noticed(scene):
    scene.run("put('a', b'x', sync=True); sync('.')")
    (scene.root / "a").write_bytes(b"behind the shim's back")
    try:
        scene.cuts.cut()
    except JournalError as reason:
        assert "another content" in str(reason), reason
        return
    raise AssertionError("a write that went past the shim was not noticed")


def case_unsupported_operation_is_refused(scene):
    scene.run("os.symlink('x', 'a')")
    try:
        scene.cuts.cut()
    except JournalError as reason:
        assert "symbolic link" in str(reason), reason
        return
    raise AssertionError("a symbolic link was accepted")


SQLITE = """
db = sqlite3.connect('s.db', isolation_level=None)
db.execute('pragma journal_mode=wal'); db.execute('pragma synchronous=%s'); db.execute('pragma wal_autocheckpoint=%d')
db.execute('create table t (id integer primary key, text)')
for i in range(300):
    db.execute('begin immediate'); db.execute('insert into t (text) values (?)', (str(i) * 200,)); db.execute('commit')
print(300)
sys.stdout.flush()
"""


def rows(scene):
    """How many rows the database has, after SQLite said that it is sound; 0 when the table is not there."""
    db = sqlite3.connect(scene.root / "s.db")
    try:
        expect(db.execute("pragma integrity_check").fetchone(), ("ok",))
        found = db.execute("select count(*), max(id) from t").fetchone()
        expect(found[0], found[1] or 0)
        return found[0]
    except sqlite3.OperationalError as reason:
        assert "no such table" in str(reason), reason
        return 0
    finally:
        db.close()


def case_sqlite_full_keeps_what_was_committed(scene):
    scene.run(SQLITE % ("full", 1000))
    scene.cuts.cut()
    expect(rows(scene), 300)


def case_sqlite_full_keeps_it_across_checkpoints(scene):
    scene.run(SQLITE % ("full", 20))
    scene.cuts.cut()
    expect(rows(scene), 300)


def case_sqlite_off_loses_it(scene):
    scene.run(SQLITE % ("off", 1000))
    scene.cuts.cut()
    assert rows(scene) < 300, "synchronous=OFF lost nothing: the simulation is blind"


def case_sqlite_normal_loses_only_the_tail(scene):
    scene.run(SQLITE % ("normal", 1000))
    scene.cuts.cut()
    assert rows(scene) < 300, "synchronous=NORMAL lost nothing: the simulation is blind"


THREADS = """
def work(who):
    db = sqlite3.connect('s.db', isolation_level=None, timeout=30)
    db.execute('pragma synchronous=full'); db.execute('pragma wal_autocheckpoint=30')
    for i in range(100000):
        put(f'.t{who}-{i}', b'%d' % i, sync=True); os.rename(f'.t{who}-{i}', f'f{who}-{i}'); sync('.')
        db.execute('begin immediate'); db.execute('insert into t (text) values (?)', (f'f{who}-{i}',)); db.execute('commit')
        os.write(1, f'{who}-{i}\\n'.encode())
db = sqlite3.connect('s.db', isolation_level=None); db.execute('pragma journal_mode=wal'); db.execute('create table if not exists t (id integer primary key, text)')
[threading.Thread(target=work, args=(f'{LIFE}w{w}',)).start() for w in range(4)]
threading.Event().wait()
"""


def case_threads_killed_anywhere_keep_what_they_announced(scene):
    chance = random.Random(1)
    announced = set()
    for life in range(12):
        child = scene.start(PYTHON, "-c", PRELUDE + f"LIFE = {life}\n" + THREADS)
        for _ in range(chance.randint(1, 150)):
            line = child.stdout.readline()
            announced.add(line.strip())
        child.kill()
        announced |= {line for line in child.stdout.read().split("\n")[:-1]}
        child.wait()
        if chance.random() < 0.3:
            scene.cuts.survive()
            continue  # looking at the database would change it
        scene.cuts.cut(seed=None if life % 2 else life)
        db = sqlite3.connect(scene.root / "s.db")
        expect(db.execute("pragma integrity_check").fetchone(), ("ok",))
        stored = {text[1:] for (text,) in db.execute("select text from t")}
        db.close()
        assert announced <= stored, f"lost: {sorted(announced - stored)[:5]}"
        for name in stored:
            expect((scene.root / ("f" + name)).read_text(), name.rpartition("-")[2])


def main():
    chosen = sys.argv[1:]
    passed = failed = 0
    for name, case in list(globals().items()):
        if not name.startswith("case_") or (chosen and name[5:] not in chosen):
            continue
        folder = tempfile.mkdtemp(prefix="powercut-", dir=FAST)
        try:
            case(Scene(folder))
            passed += 1
            print("ok     " + name[5:].replace("_", " "), flush=True)
        except Exception:
            failed += 1
            print("FAILED " + name[5:].replace("_", " "), flush=True)
            traceback.print_exc(file=sys.stdout)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
