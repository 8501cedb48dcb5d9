#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run each libFuzzer target of a build tree for a while. Usage: run.py BUILD [--seconds N] [--processor N] [--jobs N]
[--timeout N] [--seeds DIR]... [NAME...]

New inputs stay under BUILD/fuzz-work/<name>; a crashing one is reported with the command that replays it. What is printed per
target is what docs/reference/fuzzing.md records: inputs tried, the processor time they took (on a busy machine less than the
seconds given), and the edges of the instrumented code that were reached. BUILD/fuzz-work/ledger.json adds up the runs of one
source state: with --processor N a target runs again, --seconds at a time, until N seconds of processor time stand there.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

LOCK = threading.Lock()
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def seeds(source):
    named = re.findall(r"^// SEEDS +(\S+)", source.read_text(), re.M)
    folders = [HERE / "corpora" / source.stem.removesuffix("_fuzz"), *(ROOT / name for name in named)]
    return [str(folder) for folder in folders if folder.is_dir()]


def finish(command, environment):
    """Exit status, what was said on stderr, processor seconds."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment)
        status, usage = os.wait4(process.pid, 0)[1:]
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return process.returncode, said.read(), usage.ru_utime + usage.ru_stime


def run(build, source, options):
    name = source.stem
    work = build / "fuzz-work" / name
    work.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / (name.removesuffix("_fuzz") + ".dict")
    words = [f"-dict={dictionary}"] if dictionary.exists() else []
    command = [str(build / name), f"-max_total_time={options.seconds}",
               f"-timeout={options.timeout}", "-rss_limit_mb=2048", "-print_final_stats=1",
               "-max_len=16384", f"-artifact_prefix={work}/crash-", *words, str(work), *seeds(source), *options.seeds]
    status, said, processor = finish(command, {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"})
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    edges = re.findall(r"cov: (\d+)", said)
    return name, status, said, int(runs[1]) if runs else 0, processor, int(edges[-1]) if edges else 0


def add_up(build, name, runs, processor, edges):
    """The ledger's line of this target, with this run added."""
    with LOCK:
        path = build / "fuzz-work" / "ledger.json"
        ledger = json.loads(path.read_text()) if path.exists() else {}
        line = ledger.setdefault(name, {"runs": 0, "processor": 0, "edges": 0})
        line["runs"] += runs
        line["processor"] += processor
        line["edges"] = max(line["edges"], edges)
        path.write_text(json.dumps(ledger, indent=1) + "\n")
        return line


def run_until(build, source, options):
    """True when the target ran well, as long as it was asked to."""
    while True:
        name, status, said, runs, processor, edges = run(build, source, options)
        figures = f"{runs} inputs tried in {processor:.0f} s of processor time, {edges} edges"
        if status != 0 or runs == 0:
            print(f"FAILED  {name}: exit status {status}, {figures}")
            print("\n".join(said.splitlines()[-60:]), flush=True)
            return False
        line = add_up(build, name, runs, processor, edges)
        total = f"{line['runs']} in {line['processor']:.0f} s, {line['edges']} edges"
        print(f"ok      {name}: {figures}; with earlier runs {total}", flush=True)
        if line["processor"] >= options.processor:
            return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--processor", type=float, default=0, help="run until the ledger holds so many seconds")
    parser.add_argument("--timeout", type=int, default=20, help="seconds one input may take; by the clock, so more on a busy machine")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--seeds", action="append", default=[], help="a further folder of seeds, for every target")
    options = parser.parse_intermixed_args()
    sources = [path for path in sorted(HERE.glob("*_fuzz.cpp")) if not options.names or path.stem in options.names]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        good = list(pool.map(lambda source: run_until(options.build.resolve(), source, options), sources))
    failed = good.count(False)
    print(f"{len(sources) - failed} passed, {failed} failed")
    return bool(failed or not sources)


sys.exit(main())
