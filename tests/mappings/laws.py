#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The laws on random documents over every shipped map, and the page docs/reference/laws.md.

usage: laws.py PROGRAM [--laws 10000] [--seed 4711] [--jobs 1] [--overlays] [--page FILE] [MAP...]

PROGRAM is a built sallyport. Without MAP: every base (with --overlays: every map). Exit status 1: a law is broken or a
map could not be given that many documents. A rule that was never at work is listed, never an error of its own.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "mappings" / "shipped"


def maps(overlays):
    for file in sorted(SHIPPED.glob("*.map")):
        lines = file.read_text().splitlines()
        if not any(line.startswith("map ") for line in lines):
            continue  # fragments
        if overlays or not any(line.startswith("extends ") for line in lines):
            yield file.name


def run(given, name):
    done = subprocess.run([given.program, "map", "test", str(SHIPPED / name), "--laws", str(given.laws),
                           "--seed", str(given.seed), "--json"], capture_output=True, text=True)
    try:
        return json.loads(done.stdout).get("laws"), done
    except json.JSONDecodeError:
        return None, done


def page(given, rows):
    out = ["# Laws on random documents", "",
           "Made by `tests/mappings/laws.py` from `sallyport map test NAME.map --laws N`. Each document is drawn from the map "
           "itself: its fields, its tables, the lengths and code lists of the elements, sparse and full, short and as long as "
           "the element takes, with zeros, signs, many decimals, release characters and letters beyond ASCII.", "",
           "*Written is readable*: what the map writes is valid by the schema and reads as the document it was; written again "
           "it is the same, segment by segment. *Read is rewritable*: the same kind of document written as a partner might "
           "(codes and places we only read, another alternative of `first`) reads as it was meant, and what we then write keeps "
           "the first law. Documents the schema's own conditions or a `require` refuse are drawn again.", "",
           "Normalisations that are not differences: a default that is filled in or left out, the order of pairs, an amount "
           "with implied decimals is written with all of them (so it is drawn with them), texts that are wrapped have single blanks.", "",
           f"```\ntests/mappings/laws.py PROGRAM --laws {given.laws} --seed {given.seed}\n```", "",
           f"{len(rows)} maps: {sum(laws['documents'] for _, laws in rows)} documents, "
           f"{sum(laws['wires'] for _, laws in rows)} also as a partner might write them, "
           f"{sum(laws['segments'] for _, laws in rows)} segments, {sum(laws['failed'] for _, laws in rows)} differences.", "",
           "| map | documents | drawn | as a partner writes them | segments | differences | rules at work |",
           "|---|---:|---:|---:|---:|---:|---|"]
    never = []
    for name, laws in rows:
        idle = laws["never"]
        out.append(f"| `{name[:-4]}` | {laws['documents']} | {laws['drawn']} | {laws['wires']} | {laws['segments']} "
                   f"| {laws['failed']} | {laws['rules'] - len(idle)} of {laws['rules']} |")
        never += [f"| `{name[:-4]}` | `{one['where']}` | `{one['rule'].replace('|', chr(92) + '|')}` "
                  f"| {'reading' if one['reading'] and not one['writing'] else 'writing' if one['writing'] and not one['reading'] else 'both'} |"
                  for one in idle]
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
    parser.add_argument("--page", type=pathlib.Path)
    given = parser.parse_args()
    rows, bad = [], False
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        names = given.maps or list(maps(given.overlays))
        for name, (laws, done) in zip(names, pool.map(lambda one: run(given, one), names)):
            if laws is None:
                print(f"{name}: {done.stderr or done.stdout}", flush=True)
                bad = True
                continue
            broken = laws["failed"] > 0 or laws["documents"] < given.laws
            bad = bad or broken
            print(f"{'RED' if broken else 'ok '} {name}: {laws['documents']} documents of {laws['drawn']} drawn, "
                  f"{laws['segments']} segments, {laws['failed']} differences, {len(laws['never'])} rules never at work",
                  flush=True)
            if broken:
                print(laws["first"] or laws["refused"], flush=True)
            rows.append((name, laws))
    if given.page:
        given.page.write_text(page(given, rows))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
