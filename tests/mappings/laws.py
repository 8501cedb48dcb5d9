#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The laws on random documents over every shipped map, and the page docs/reference/laws.md.

usage: laws.py PROGRAM [--laws 10000] [--seed 4711] [--jobs 1] [--overlays] [--keep DIR] [--page FILE] [MAP...]

PROGRAM is a built sallyport, or map_laws (tests/bench), which is built in a tenth of the time. Without MAP: every base (with --overlays: every map). Exit status 1: a law is broken or a
map could not be given that many documents. A rule that was never at work is listed, never an error of its own.

--keep makes a long run one that can be broken off: a map whose law held is not run again while its own text, what it
includes and its tables are the same. It does not notice another PROGRAM: begin with an empty folder for a new one.
--kept runs nothing: the page is made from what the folder holds; a map that was changed since is marked.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "mappings" / "shipped"


def maps(overlays):
    for file in sorted(SHIPPED.glob("*.map")):
        lines = file.read_text().splitlines()
        if not any(line.startswith("map ") for line in lines):
            continue  # fragments
        if overlays or not any(line.startswith("extends ") for line in lines):
            yield file.name


def sources(name, seen):
    """The map, what it includes or extends, and its tables."""
    if name in seen or not (SHIPPED / name).is_file():
        return seen
    seen[name] = (SHIPPED / name).read_bytes()
    if name.endswith(".map"):
        for other in re.findall(r'^\s*(?:include|extends|table \S+ from)\s+"([^"]+)"', seen[name].decode(), re.M):
            sources(other, seen)
    return seen


def key(laws, seed, name):
    digest = hashlib.sha256(f"{laws} {seed}".encode())
    for part, text in sorted(sources(name, {}).items()):
        digest.update(part.encode() + b"\0" + text)
    return digest.hexdigest()


def judge(given, name):
    """What `map test` says, with the processor's seconds; None and its words when it cannot."""
    with tempfile.TemporaryFile("w+") as words:
        child = subprocess.Popen([given.program, "map", "test", str(SHIPPED / name), "--laws", str(given.laws),
                                  "--seed", str(given.seed), "--json"], stdout=subprocess.PIPE, stderr=words, text=True)
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        try:
            laws = json.loads(said).get("laws")
        except json.JSONDecodeError:
            laws = None
        if laws is None:
            return None, words.read() or said or f"ended with {child.returncode} and said nothing"
        laws["seconds"] = round(usage.ru_utime + usage.ru_stime, 1)
        return laws, ""


def broken(given, laws):
    return laws["failed"] > 0 or laws["documents"] < given.laws


def run(given, name):
    if not given.keep:
        return judge(given, name)
    kept = given.keep / f"{name}.json"
    wanted = key(given.laws, given.seed, name)
    if given.kept:
        if not kept.is_file():
            return None, "was not run"
        old = json.loads(kept.read_text())
        laws = old["laws"]
        return {**laws, "changed": old["key"] != key(laws["documents"], laws["seed"], name)}, ""
    if kept.is_file() and (old := json.loads(kept.read_text()))["key"] == wanted:
        return old["laws"], ""
    laws, words = judge(given, name)
    if laws is not None and not broken(given, laws):
        half = kept.with_suffix(".half")
        half.write_text(json.dumps({"key": wanted, "laws": laws}))
        half.replace(kept)
    return laws, words


def page(given, rows):
    out = ["# Laws on random documents", "",
           "Made by `tests/mappings/laws.py` from `sallyport map test NAME.map --laws N`. Each document is drawn from the map "
           "itself: its fields, its tables, the lengths and code lists of the elements, sparse and full, short and as long as "
           "the element takes, with zeros, signs, many decimals, release characters and letters beyond ASCII.", "",
           "*Written is readable*: what the map writes is valid by the schema and reads as the document it was; written again "
           "it is the same, segment by segment. *Read is rewritable*: the same kind of document written as a partner might "
           "(codes and places we only read, another alternative of `first`) reads as it was meant, and what we then write keeps "
           "the first law. Documents the schema's own conditions or a `require` refuse are drawn again. Maps of XML documents are "
           "held to both laws as well.", "",
           "Normalisations that are not differences: a default that is filled in or left out, the order of pairs, an amount "
           "with implied decimals is written with all of them (so it is drawn with them), texts that are wrapped have single blanks.", "",
           f"```\ntests/mappings/laws.py PROGRAM --laws {given.laws} --seed {given.seed}\n```", "",
           f"{len(rows)} maps: {sum(laws['documents'] for _, laws in rows)} documents, "
           f"{sum(laws['wires'] for _, laws in rows)} also as a partner might write them, "
           f"{sum(laws['segments'] for _, laws in rows)} segments, {sum(laws['failed'] for _, laws in rows)} differences; "
           f"{sum(laws['seconds'] for _, laws in rows):.0f} s of one processor.", "",
           "| map | documents | drawn | as a partner writes them | segments | differences | rules at work | seconds |",
           "|---|---:|---:|---:|---:|---:|---|---:|"]
    never = []
    for name, laws in rows:
        idle = laws["never"]
        out.append(f"| `{name[:-4]}`{' *' if laws.get('changed') else ''} | {laws['documents']} | {laws['drawn']} | {laws['wires']} | {laws['segments']} "
                   f"| {laws['failed']} | {laws['rules'] - len(idle)} of {laws['rules']} | {laws['seconds']} |")
        never += [f"| `{name[:-4]}` | `{one['where']}` | `{one['rule'].replace('|', chr(92) + '|')}` "
                  f"| {'reading' if one['reading'] and not one['writing'] else 'writing' if one['writing'] and not one['reading'] else 'both'} |"
                  for one in idle]
    if any(laws.get("changed") for _, laws in rows):
        out += ["", "\\* The map, or what it includes, was changed after this run."]
    if never:
        out += ["", "## Rules that were never at work", "", "| map | place | rule | direction |", "|---|---|---|---|"] + never
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("maps", nargs="*")
    parser.add_argument("--laws", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--overlays", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--page", type=pathlib.Path)
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    rows, bad = [], False
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        names = given.maps or list(maps(given.overlays))
        for name, (laws, words) in zip(names, pool.map(lambda one: run(given, one), names)):
            if laws is None:
                print(f"{name}: {words}", flush=True)
                bad = True
                continue
            red = broken(given, laws)
            bad = bad or red
            print(f"{'RED' if red else 'ok '} {name}: {laws['documents']} documents of {laws['drawn']} drawn, "
                  f"{laws['segments']} segments, {laws['failed']} differences, {len(laws['never'])} rules never at work, "
                  f"{laws['seconds']} s", flush=True)
            if red:
                print(laws["first"] or laws["refused"], flush=True)
            rows.append((name, laws))
    if given.page:
        given.page.write_text(page(given, rows))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
