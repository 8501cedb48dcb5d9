#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build and run every test; called by tests/run after the packages are there.

Steps run in the order listed below. Every figure in the summary comes from what a tool reported (ctest's JUnit file, a
script's own count), a step that finds no test at all is a failure, and so is one that cannot be built.
The last line is always "N passed, N failed"; the exit status is 0 only if nothing failed.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = str(os.cpu_count() or 2)
COUNT_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\b")

# What is built again under a sanitizer: the folders that read hostile bytes, and those that share state between threads.
# The release tree runs everything, so a case outside these lists is still run, only not three times.
# mappings joins once its law tests were timed under the sanitizers
ASAN = ("base", "certs", "parsers", "config", "transports", "store")
TSAN = ("base", "transports", "store", "flow")


class Tally:
    def __init__(self, passed=0, failed=0, skipped=0, notes=()):
        self.passed, self.failed, self.skipped, self.notes = passed, failed, skipped, list(notes)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.notes += other.notes
        return self


def failure(note):
    return Tally(failed=1, notes=["FAILED " + note])


class Runner:
    def __init__(self, options):
        self.options = options
        self.logs = ROOT / "build" / "test-logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.children = set()

    def call(self, name, *command, env=None, limit=1800):
        """Run a command with its output in a log file; (exit status, output). 124 stands for out of time."""
        log = self.logs / (name + ".log")
        with log.open("wb") as out:
            child = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                     env={**os.environ, **(env or {})}, start_new_session=True)
            try:
                status = child.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                status = 124
        text = log.read_text(errors="replace")
        if status == 124:
            text += f"\nstopped after {limit} s\n"
        return status, text

    def build(self, preset, *targets, configure=()):
        status, text = self.call(f"{preset}-configure", "cmake", "--preset", preset, *configure)
        if status == 0:
            chosen = ["--target", *targets] if targets else []
            status, text = self.call(f"{preset}-build", "cmake", "--build", "--preset", preset, "-j", JOBS, *chosen, limit=3600)
        if status == 0:
            return Tally(passed=1)
        print(tail(text, 60))
        return failure(f"build of preset {preset} (log: build/test-logs/{preset}-build.log)")

    def ctest(self, preset, name, *selection, env=None, jobs=JOBS):
        junit = self.logs / f"{name}.xml"
        junit.unlink(missing_ok=True)
        self.call(name, "ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "--no-tests=error", "-j", jobs,
                  "--timeout", "300", "--output-junit", str(junit), *selection, env=env, limit=2400)
        return read_junit(junit, name)

    def script(self, name, *command, env=None, limit=1800):
        """A script that prints its own "N passed, N failed[, N skipped]" as its last line."""
        status, text = self.call(name, *command, env=env, limit=limit)
        lines = text.strip().splitlines()
        count = COUNT_LINE.match(lines[-1]) if lines else None
        if not count:
            print(tail(text, 60))
            return failure(f"{name}: exit status {status} and no count (log: build/test-logs/{name}.log)")
        tally = Tally(int(count[1]), int(count[2]), int(count[3] or 0))
        tally.notes = [f"{name}: {line}" for line in lines if line.startswith(("SKIPPED", "FAILED"))]
        if tally.failed:
            print(tail(text, 60))
        elif status != 0 or tally.passed + tally.skipped == 0:
            tally.add(failure(f"{name}: exit status {status} after {lines[-1]!r}"))
        return tally


def tail(text, lines):
    return "\n".join(text.rstrip().splitlines()[-lines:])


def read_junit(path, name):
    try:
        cases = ElementTree.parse(path).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError) as reason:
        return failure(f"{name}: ctest wrote no result ({reason})")
    tally = Tally()
    for case in cases:
        state = case.get("status")
        if state == "run":
            tally.passed += 1
        elif state == "disabled":
            continue  # the other half of a crash test: started by it, never by itself
        elif state == "notrun" and case.find("skipped") is not None and case.find("failure") is None \
                and "Unable to find" not in (case.find("skipped").get("message") or ""):
            tally.skipped += 1
            tally.notes.append(f"SKIPPED {name}: {case.get('name')}")
        else:
            tally.failed += 1
            tally.notes.append(f"FAILED {name}: {case.get('name')}")
            print(tail(case.findtext("system-out") or "", 40))
    if tally.passed + tally.failed + tally.skipped == 0:
        return failure(f"{name}: no test found")
    return tally


def pattern(modules):
    return "^(" + "|".join(modules) + r")\."


def existing(modules):
    return [name for name in modules if any((ROOT / "tests" / name).glob("*_test.cpp"))]


def step_static(run):
    """arrows, forbidden names, sizes, formatting, shell scripts, spelling: needs no build"""
    status, text = run.call("release-configure", "cmake", "--preset", "release", "-DSALLYPORT_TESTS=ON")
    if status != 0:
        print(tail(text, 60))
        return failure("configuring preset release")
    return run.ctest("release", "static", "-L", "static")


def step_build(run):
    """everything in the shipped configuration, warnings are errors"""
    return run.build("release", configure=("-DSALLYPORT_TESTS=ON",))


def step_unit(run):
    """unit, golden, misuse and fuzz-replay tests against the shipped objects"""
    return run.ctest("release", "unit", "-LE", "static")


def step_headers(run):
    """every header compiles alone"""
    status, text = run.call("headers", "cmake", "--build", "build/release", "-j", JOBS, "--target",
                            "all_verify_interface_header_sets")
    if status == 0:
        return Tally(passed=1)
    print(tail(text, 40))
    return failure("headers: one does not compile alone")


def step_demo(run):
    """the whole road once: sallyport demo --once --json"""
    return run.script("demo", "/usr/bin/python3", "tests/demo.py", "build/release/sallyport", limit=300)


def sanitized(run, preset, modules, env):
    modules = existing(modules)
    tally = run.build(preset, *[f"{name}_tests" for name in modules], configure=("-DSALLYPORT_TESTS=ON",))
    if tally.failed:
        return tally
    return tally.add(run.ctest(preset, preset, "-R", pattern(modules), env=env))


def step_asan(run):
    """address and undefined-behaviour sanitizers where hostile bytes are read"""
    modules = tuple(run.options.asan.split(",")) if run.options.asan else ASAN
    return sanitized(run, "asan", modules, {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1", "UBSAN_OPTIONS": "print_stacktrace=1"})


def step_tsan(run):
    """thread sanitizer where threads share state"""
    return sanitized(run, "tsan", TSAN, {"TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/tests/tsan.supp"})


def step_fuzz(run):
    """libFuzzer with both sanitizers, a short run per parser from the kept corpora"""
    names = [path.stem for path in sorted((ROOT / "tests" / "fuzz").glob("*_fuzz.cpp"))]
    if not names:
        return failure("fuzz: no target")
    tally = run.build("fuzz", *names)
    if tally.failed:
        return tally
    return tally.add(run.script("fuzz", "/usr/bin/python3", "tests/fuzz/run.py", "build/fuzz",
                                "--seconds", str(run.options.fuzz_seconds), limit=3600))


def step_crash(run):
    """kill -9 at step boundaries under load, power cuts at file operations; an independent program looks for loss"""
    tally = run.script("powercut-selftest", "/usr/bin/python3", "tests/crash/powercut/selftest.py")
    tally.add(run.script("powercut", "/usr/bin/python3", "tests/crash/powercut/boundaries.py", "--build", "build/release",
                         "--kills", str(run.options.kills)))
    status, text = run.call("crash", "/usr/bin/python3", "tests/crash/crash.py", "--build", "build/release", "--json",
                            "--kills", str(run.options.kills))
    start = text.find("{")
    try:
        result = json.loads(text[start:text.rindex("}") + 1])
    except ValueError:
        print(tail(text, 40))
        return tally.add(failure(f"crash: exit status {status} and no result (log: build/test-logs/crash.log)"))
    print(f"   {result['kills']} kills, {result['orders']} orders, {result['messages_acknowledged']} messages acknowledged")
    for violation in result["violations"][:20]:
        tally.add(failure(f"crash: {violation}"))
    return tally.add(Tally(passed=1) if status == 0 and not result["violations"] and result["kills"] >= run.options.kills else
                     failure(f"crash: exit status {status}, {result['kills']} kills"))


def step_packaging(run):
    """the DEB: contents, lint, hardening, unit file, install, start, purge in a clean root"""
    return run.script("packaging", "/usr/bin/python3", "tests/packaging/run.py", "build/release", limit=1800)


def step_suites(run):
    """every tests/<folder>/run: a suite with a driver of its own, printing its own count last"""
    tally = Tally()
    for path in sorted((ROOT / "tests").glob("*/run")):
        tally.add(run.script("suite-" + path.parent.name, str(path), limit=1800,
                             env={"SALLYPORT_BINARY": str(ROOT / "build/release/sallyport"), "SALLYPORT_BUILD": str(ROOT / "build/release")}))
    return tally


STEPS = {name[5:]: step for name, step in list(globals().items()) if name.startswith("step_")}


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run", description="Build and run the tests; every step when none is named.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="steps:\n" + "\n".join(f"  {name:10} {step.__doc__}" for name, step in STEPS.items()))
    parser.add_argument("steps", nargs="*", metavar="STEP", help="only these")
    parser.add_argument("--fuzz-seconds", type=int, default=20, help="how long each fuzz target runs (default 20)")
    parser.add_argument("--kills", type=int, default=40, help="how often the crash harness kills (default 40; a release: 200 and more)")
    parser.add_argument("--asan", metavar="MODULES", help="only these under the address sanitizer, e.g. base,certs")
    options = parser.parse_args()
    unknown = [name for name in options.steps if name not in STEPS]
    if unknown:
        parser.error(f"no step {unknown[0]!r}; there are: {', '.join(STEPS)}")
    return options


def main():
    options = arguments()
    run = Runner(options)
    total, rows = Tally(), []
    for name, step in STEPS.items():
        if options.steps and name not in options.steps:
            continue
        print(f"== {name}: {step.__doc__}", flush=True)
        started = time.monotonic()
        try:
            tally = step(run)
        except Exception as reason:  # a broken driver must not lose the results so far
            tally = failure(f"{name}: the test driver itself failed: {reason!r}")
        seconds = time.monotonic() - started
        rows.append((name, tally, seconds))
        total.add(tally)
        print(f"   {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped in {seconds:.0f} s", flush=True)

    print("\n== summary")
    for name, tally, seconds in rows:
        print(f"{name:10} {tally.passed:6} passed {tally.failed:4} failed {tally.skipped:4} skipped {seconds:6.0f} s")
    for note in total.notes:
        print(note)
    print(f"{total.passed} passed, {total.failed} failed", flush=True)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
