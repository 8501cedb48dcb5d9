#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run each libFuzzer target of a build tree for a while. Usage: run.py BUILD [--seconds N] [--jobs N] [--seeds DIR]... [NAME...]

New inputs stay under BUILD/fuzz-work/<name>; a crashing one is reported with the command that replays it. What is printed per
target is what docs/reference/fuzzing.md records: inputs tried, and the processor time they took (on a busy machine less than the
seconds given).
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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


def run(build, source, seconds, further):
    name = source.stem
    work = build / "fuzz-work" / name
    work.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / (name.removesuffix("_fuzz") + ".dict")
    words = [f"-dict={dictionary}"] if dictionary.exists() else []
    command = [str(build / name), f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1",
               f"-artifact_prefix={work}/crash-", *words, str(work), *seeds(source), *further]
    status, said, processor = finish(command, {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"})
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    return name, status, said, int(runs[1]) if runs else 0, processor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--seeds", action="append", default=[], help="a further folder of seeds, for every target")
    options = parser.parse_intermixed_args()
    sources = [path for path in sorted(HERE.glob("*_fuzz.cpp")) if not options.names or path.stem in options.names]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [pool.submit(run, options.build.resolve(), source, options.seconds, options.seeds) for source in sources]
        for job in concurrent.futures.as_completed(jobs):
            name, status, said, runs, processor = job.result()
            figures = f"{runs} inputs tried in {processor:.0f} s of processor time"
            if status == 0 and runs > 0:
                print(f"ok      {name}: {figures}", flush=True)
                continue
            failed += 1
            print(f"FAILED  {name}: exit status {status}, {figures}")
            print("\n".join(said.splitlines()[-60:]), flush=True)
    print(f"{len(sources) - failed} passed, {failed} failed")
    return bool(failed or not sources)


sys.exit(main())
