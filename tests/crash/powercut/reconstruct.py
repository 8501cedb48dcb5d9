#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build the directory tree that a power cut would have left, from a snapshot and the journal of shim.c.

  reconstruct.py --journal FILE --to NEW_ROOT [--snapshot ROOT] [--seed N | --pessimistic] [--compare-with KILLED_ROOT]

The snapshot (nothing when it is left out) is what was on the disk when the journal began, all of it durable. The model is
in README.md. --pessimistic drops everything that was not synced; --seed N keeps a random part of it. --compare-with first
replays the journal whole and compares with what the killed process left in the page cache: a difference means that an
operation went past the shim, and the result would be worth nothing. Exit status 1 and the reason on any doubt.
"""
import argparse
import dataclasses
import os
import pathlib
import random
import struct
import sys
import zlib

HEADER = struct.Struct("<6I2QqIIII")
MAGIC = 0x31435053
(OPEN, WRITE, TRUNCATE, RENAME, UNLINK, MAKE_DIR, REMOVE_DIR, LINK, SYNC_BEGIN, SYNC_END, SYNC_ALL, MAPPED, RESULT,
 UNSUPPORTED) = range(1, 15)
CREATED, EMPTIED, SYNCHRONOUS = 1, 2, 4
CHANGES = {OPEN, WRITE, TRUNCATE, RENAME, UNLINK, MAKE_DIR, REMOVE_DIR, LINK}
SECTOR, PAGE = 512, 4096


class JournalError(Exception):
    """The journal cannot be relied on."""


@dataclasses.dataclass
class Record:
    kind: int
    process: int
    flags: int
    number: int
    handle: int
    offset: int
    mode: int
    path: str
    path2: str
    data: bytes
    at: int = 0  # its place in the journal


def read_journal(path):
    """All records but a torn last one, which is of an operation that was never begun."""
    text, at, records = pathlib.Path(path).read_bytes(), 0, []
    while at + HEADER.size <= len(text):
        (magic, checksum, length, kind, process, flags, number, handle, offset, mode, path_length, path2_length,
         data_length) = HEADER.unpack_from(text, at)
        if magic != MAGIC or length != HEADER.size + path_length + path2_length + data_length:
            raise JournalError(f"no record at octet {at} of the journal")
        if at + length > len(text):
            break
        if zlib.crc32(memoryview(text)[at + 8:at + length]) != checksum:
            if at + length == len(text):
                break
            raise JournalError(f"damaged record at octet {at} of the journal")
        names = at + HEADER.size
        rest = names + path_length + path2_length
        records.append(Record(kind, process, flags, number, handle, offset, mode,
                              os.fsdecode(text[names:names + path_length]), os.fsdecode(text[names + path_length:rest]),
                              text[rest:at + length], len(records)))
        at += length
    return records


def settled(records):
    """(records that took effect, those that may not have): failures are taken out, short writes shortened."""
    results = {(record.process, record.handle): record.offset for record in records if record.kind == RESULT}
    last = {record.process: record for record in records}
    sure, unsure = [], []
    for record in records:
        if record.kind == UNSUPPORTED:
            raise JournalError(f"the program did what the shim cannot follow: {record.path}")
        outcome = results.get((record.process, record.number))
        if outcome is not None and outcome < 0:
            continue
        if outcome is not None and record.kind == WRITE:
            record.data = record.data[:outcome]
        (unsure if record.kind in CHANGES and last[record.process] is record else sure).append(record)
    return sure, unsure


# ---- what is on the disk and what is only in memory

class File:
    def __init__(self, content=b"", mode=0o640):
        self.live, self.mode = bytearray(content), mode
        self.durable = bytearray(content)
        self.pending = []  # (place in the journal, offset, data), data None: the length becomes offset
        self.mapped = False

    def change(self, at, offset, data):
        apply(self.live, offset, data)
        self.pending.append((at, offset, data))

    def sync(self, before):
        done = [change for change in self.pending if change[0] < before]
        self.pending = [change for change in self.pending if change[0] >= before]
        for _, offset, data in done:
            apply(self.durable, offset, data)

    def after_cut(self, chance):
        """The durable content and, with a source of chance, any part of the rest, torn at sectors."""
        content = bytearray(self.durable)
        share = chance.choice((0.0, 0.5, 0.9, 1.0)) if chance else 0.0
        for _, offset, data in self.pending if chance else ():
            for piece_at, piece in pieces(offset, data):
                if chance.random() >= share:
                    continue
                if piece and chance.random() < 0.1:
                    piece = piece[:chance.randrange(0, len(piece), SECTOR)]
                apply(content, piece_at, piece)
        return bytes(content)


def pieces(offset, data):
    """A write page by page, as the page cache writes back."""
    if data is None:
        yield offset, None
        return
    at = 0
    while at < len(data):
        step = min(PAGE - (offset + at) % PAGE, len(data) - at)
        yield offset + at, data[at:at + step]
        at += step


def apply(content, offset, data):
    if data is None:
        if offset <= len(content):
            del content[offset:]
        else:
            content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset:offset + len(data)] = data


class Folder:
    def __init__(self, mode=0o750):
        self.live, self.durable, self.mode = {}, {}, mode
        self.pending = []  # (place in the journal, {name: what it stands for, None when it is gone})

    def change(self, at, names):
        set_names(self.live, names)
        self.pending.append((at, names))

    def sync(self, before):
        done = [change for change in self.pending if change[0] < before]
        self.pending = [change for change in self.pending if change[0] >= before]
        for _, names in done:
            set_names(self.durable, names)

    def after_cut(self, chance):
        names = dict(self.durable)
        if not chance:
            return names
        kept = self.pending
        if chance.random() < 0.5:  # a journalling file system: all up to some moment
            kept = kept[:chance.randint(0, len(kept))]
        else:
            kept = [change for change in kept if chance.random() < 0.5]
        for _, change in kept:
            set_names(names, change)
        return names


def set_names(names, change):
    for name, target in change.items():
        if target is None:
            names.pop(name, None)
        else:
            names[name] = target


class Disk:
    def __init__(self, snapshot=None):
        self.root = load(pathlib.Path(snapshot)) if snapshot else Folder()
        self.handles = {}
        self.synchronous = set()
        self.begun = {}

    def find(self, path):
        node = self.root
        for name in filter(None, path.split("/")):
            if not isinstance(node, Folder) or name not in node.live:
                raise JournalError(f"the journal uses {path}, which is not there: an operation went past the shim")
            node = node.live[name]
        return node

    def entry(self, path):
        folder, _, name = path.rpartition("/")
        return self.find(folder), name

    def replay(self, records):
        for record in records:
            STEPS[record.kind](self, record)
        return self

    def open(self, record):
        if record.flags & CREATED:
            folder, name = self.entry(record.path)
            folder.change(record.at, {name: File(mode=record.mode)})
        node = self.find(record.path)
        if record.flags & EMPTIED:
            node.change(record.at, 0, None)
        self.handles[record.process, record.handle] = node
        if record.flags & SYNCHRONOUS:
            self.synchronous.add((record.process, record.handle))

    def node(self, record):
        return self.handles[record.process, record.handle] if record.handle else self.find(record.path)

    def write(self, record):
        node = self.node(record)
        node.change(record.at, record.offset, record.data)
        if (record.process, record.handle) in self.synchronous:
            node.sync(record.at + 1)

    def truncate(self, record):
        self.node(record).change(record.at, record.offset, None)

    def rename(self, record):
        (old_folder, old_name), (new_folder, new_name) = self.entry(record.path), self.entry(record.path2)
        node = self.find(record.path)
        if old_folder is new_folder:  # one operation: both names change or neither
            if old_name != new_name:
                old_folder.change(record.at, {old_name: None, new_name: node})
            return
        old_folder.change(record.at, {old_name: None})
        new_folder.change(record.at, {new_name: node})

    def remove(self, record):
        folder, name = self.entry(record.path)
        if isinstance(self.find(record.path), Folder) != (record.kind == REMOVE_DIR):
            raise JournalError(f"the journal removes {record.path}, which is of the other kind")
        folder.change(record.at, {name: None})

    def make_dir(self, record):
        folder, name = self.entry(record.path)
        if name in folder.live:
            raise JournalError(f"the journal makes {record.path}, which is there already")
        folder.change(record.at, {name: Folder(record.mode)})

    def link(self, record):
        folder, name = self.entry(record.path2)
        folder.change(record.at, {name: self.find(record.path)})

    def sync_begin(self, record):
        self.begun[record.process, record.number] = (self.node(record), record.at)

    def sync_end(self, record):
        node, at = self.begun.pop((record.process, record.handle))
        node.sync(at)

    def sync_all(self, record):
        for _, node in walk(self.root, "live"):
            node.sync(record.at)

    def map(self, record):
        self.node(record).mapped = True

    def nothing(self, record):
        pass


STEPS = {OPEN: Disk.open, WRITE: Disk.write, TRUNCATE: Disk.truncate, RENAME: Disk.rename, UNLINK: Disk.remove,
         REMOVE_DIR: Disk.remove, MAKE_DIR: Disk.make_dir, LINK: Disk.link, SYNC_BEGIN: Disk.sync_begin,
         SYNC_END: Disk.sync_end, SYNC_ALL: Disk.sync_all, MAPPED: Disk.map, RESULT: Disk.nothing}


def load(path):
    """A real directory as a durable one. Hard links within it become files of their own."""
    folder = Folder(path.stat().st_mode & 0o777)
    for entry in sorted(path.iterdir()):
        if entry.is_symlink():
            raise JournalError(f"{entry} is a symbolic link, which the model does not have")
        if entry.is_dir():
            folder.live[entry.name] = load(entry)
        elif entry.is_file():
            folder.live[entry.name] = File(entry.read_bytes(), entry.stat().st_mode & 0o777)
    folder.durable = dict(folder.live)
    return folder


def walk(folder, view, prefix=""):
    yield prefix.rstrip("/"), folder
    for name, node in sorted(getattr(folder, view).items()):
        if isinstance(node, Folder):
            yield from walk(node, view, prefix + name + "/")
        else:
            yield prefix + name, node


def store(folder, to, chance):
    to.mkdir(mode=0o700, parents=True)
    for name, node in sorted(folder.after_cut(chance).items()):
        target = to / name
        if isinstance(node, Folder):
            store(node, target, chance)
            continue
        target.write_bytes(node.after_cut(chance))
        target.chmod(node.mode)
    to.chmod(folder.mode)


def differences(disk, killed, ignored):
    """What the page cache holds that the journal does not explain, or the other way round."""
    expected = {path: node for path, node in walk(disk.root, "live")}
    found = {"": None}
    for path in killed.rglob("*"):
        found[str(path.relative_to(killed))] = path
    for name in sorted(set(expected) | set(found)):
        node = expected.get(name)
        if name in ignored or (isinstance(node, File) and node.mapped):
            continue
        if name not in found:
            yield f"{name} is in the journal, not on the disk"
        elif node is None:
            if found[name].is_file() or found[name].is_dir():
                yield f"{name} is on the disk, not in the journal"
        elif isinstance(node, Folder) != (name == "" or found[name].is_dir()):
            yield f"{name} is of another kind than in the journal"
        elif isinstance(node, File) and found[name].read_bytes() != node.live:
            yield f"{name} has another content than in the journal"


def compare(snapshot, sure, unsure, killed):
    disk = Disk(snapshot).replay(sure)
    paths = {path for path, node in walk(disk.root, "live")
             if any(node is disk.handles.get((record.process, record.handle)) for record in unsure)}
    paths |= {path for record in unsure for path in (record.path, record.path2) if path}
    found = list(differences(disk, pathlib.Path(killed), paths))
    if found:
        raise JournalError("the journal does not explain the disk: " + "; ".join(found[:5]))


def result_record(record, outcome):
    """The octets of a Result record, for what the shim had no time to note."""
    body = HEADER.pack(0, 0, HEADER.size, RESULT, record.process, 0, 2 ** 63, record.number, outcome, 0, 0, 0, 0)[8:]
    return struct.pack("<2I", MAGIC, zlib.crc32(body)) + body


def settle_last(journal, snapshot, killed):
    """The process died, the power stayed: finds out whether its last operation happened and notes that in the journal.

    After this another process may go on with the same journal."""
    records = read_journal(journal)
    os.truncate(journal, sum(HEADER.size + len(os.fsencode(record.path + record.path2)) + len(record.data) for record in records))
    sure, unsure = settled(records)
    compare(snapshot, sure, unsure, killed)
    for record in unsure:
        outcomes = [len(record.data) if record.kind == WRITE else 0, -1]
        if record.kind == WRITE:  # a signal can end a long write between two pages
            outcomes[1:1] = pages_of(record)
        before = journal.read_bytes()
        for outcome in outcomes:
            journal.write_bytes(before + result_record(record, outcome))
            if explains(read_journal(journal), snapshot, killed):
                break
        else:
            raise JournalError(f"what became of the last operation, kind {record.kind} on {record.path!r}, cannot be told")


def explains(records, snapshot, killed):
    try:
        return not list(differences(Disk(snapshot).replay(settled(records)[0]), pathlib.Path(killed), set()))
    except JournalError:  # the operation cannot have happened
        return False


def pages_of(record):
    """The lengths at which the kernel may have stopped writing, longest first."""
    first = PAGE - record.offset % PAGE
    return [length for length in range(first, len(record.data), PAGE)][::-1]


@dataclasses.dataclass
class Summary:
    records: int = 0
    files_lost: int = 0       # names that the killed process saw and the cut took away
    files_shortened: int = 0  # files whose content changed
    octets_pending: int = 0   # written and not synced


def summarise(disk, records):
    summary = Summary(records=records)
    for folder, node in walk(disk.root, "live"):
        if isinstance(node, Folder):
            summary.files_lost += sum(name not in node.durable for name in node.live)
        else:
            summary.octets_pending += sum(len(data or b"") for _, _, data in node.pending)
            summary.files_shortened += not node.mapped and node.durable != node.live
    return summary


def reconstruct(journal, to, snapshot=None, seed=None, compare_with=None):
    """Writes the tree to `to`, which must not exist. seed None is the pessimistic model. Returns a Summary."""
    to = pathlib.Path(to)
    if to.exists():
        raise JournalError(f"{to} exists already")
    records = read_journal(journal)
    sure, unsure = settled(records)
    if compare_with is not None:
        compare(snapshot, sure, unsure, compare_with)
    disk = Disk(snapshot).replay(sure)
    store(disk.root, to, None if seed is None else random.Random(seed))
    return summarise(disk, len(records))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--snapshot")
    parser.add_argument("--compare-with")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--seed", type=int)
    choice.add_argument("--pessimistic", action="store_true", help="the default")
    options = parser.parse_args()
    try:
        summary = reconstruct(options.journal, options.to, options.snapshot, options.seed, options.compare_with)
    except JournalError as reason:
        print(f"reconstruct: {reason}", file=sys.stderr)
        return 1
    print(f"{summary.records} records; {summary.files_lost} names and {summary.files_shortened} contents not durable, "
          f"{summary.octets_pending} octets pending")
    return 0


if __name__ == "__main__":
    sys.exit(main())
