#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run each libFuzzer target of a build tree for a while. Usage: run.py BUILD [--seconds N] [NAME...]

New inputs stay under BUILD/fuzz-work/<name>; a crashing one is reported with the command that replays it.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def seeds(source):
    named = re.findall(r"^// SEEDS +(\S+)", source.read_text(), re.M)
    folders = [HERE / "corpora" / source.stem.removesuffix("_fuzz"), *(ROOT / name for name in named)]
    return [str(folder) for folder in folders if folder.is_dir()]


def run(build, source, seconds):
    name = source.stem
    work = build / "fuzz-work" / name
    work.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / (name.removesuffix("_fuzz") + ".dict")
    words = [f"-dict={dictionary}"] if dictionary.exists() else []
    finished = subprocess.run([str(build / name), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
                               "-print_final_stats=1", f"-artifact_prefix={work}/crash-", *words, str(work), *seeds(source)],
                              capture_output=True, text=True, errors="replace",
                              env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}, timeout=seconds + 300)
    runs = re.search(r"number_of_executed_units: (\d+)", finished.stderr)
    return name, finished, int(runs[1]) if runs else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    sources = [path for path in sorted(HERE.glob("*_fuzz.cpp")) if not options.names or path.stem in options.names]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        jobs = [pool.submit(run, options.build.resolve(), source, options.seconds) for source in sources]
        for job in concurrent.futures.as_completed(jobs):
            name, finished, runs = job.result()
            if finished.returncode == 0 and runs > 0:
                print(f"ok      {name}: {runs} inputs tried")
                continue
            failed += 1
            print(f"FAILED  {name}: exit status {finished.returncode} after {runs} inputs")
            print("\n".join(finished.stderr.splitlines()[-60:]))
    print(f"{len(sources) - failed} passed, {failed} failed")
    return bool(failed or not sources)


sys.exit(main())
