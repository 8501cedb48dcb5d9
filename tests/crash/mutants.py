#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is the crash harness able to fail? Takes one safeguard out of the program at a time and demands that the harness finds it.

usage: tests/crash/mutants.py --build build/dev [--kills 60] [--seed N] [MUTANT...]
       tests/crash/mutants.py --list

A mutant is one source file, changed in a copy, compiled with that file's own command and linked in place of the original:
the source tree and the build tree stay as they are. For each one the harness runs until it is red, with a few seeds; one
that stays green is a failure, and so is a change that no longer fits the source. The unchanged program is run first and must
stay green. Prints "N passed, N failed" last. Not part of tests/run: it takes minutes for each mutant."""
import argparse
import dataclasses
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, DOUBLE, STORE_TESTS = "sallyport", "crash_odoo_double", "store_tests"


@dataclasses.dataclass
class Mutant:
    name: str
    file: str
    old: str
    new: str
    why: str  # what a reader of the report should know
    found_by: str  # a regular expression that one of the violations of crash.py must match
    syncs: bool = False  # kill -9 alone cannot show it; boundaries.py and crash.py --powercut must, each by itself
    files: bool = False  # only large payloads meet it, which boundaries.py has and crash.py has not


MUTANTS = [
    Mutant("archive-without-fsync", "gateway/base/file.cpp",
           'if (::fsync(fd.get()) != 0) return give_up(failed("file.write", temporary, "syncing"));', "",
           "payloads are renamed into place before their octets are on the disk", "I1|archive", syncs=True, files=True),
    Mutant("archive-without-directory-fsync", "gateway/base/file.cpp",
           'if (fd.get() < 0 || ::fsync(fd.get()) != 0)\n        return failed("file.write", directory, "syncing the directory");', "",
           "names in the archive are not on the disk", "I1|archive", syncs=True, files=True),
    Mutant("small-objects-not-written", "gateway/store/group_writer.cpp", "Status ran = write_objects(*m_connection, objects);", "Status ran;",
           "small payloads are never written, only kept in memory until the commit", "I1|archive", syncs=True),
    Mutant("synchronous-off", "gateway/store/sql.cpp", "PRAGMA synchronous=FULL", "PRAGMA synchronous=OFF",
           "commits are acknowledged before they are on the disk", "I1|I6|I8|does not start", syncs=True),
    Mutant("synchronous-normal", "gateway/store/sql.cpp", "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL",
           "the same, milder: the log is synced only at checkpoints", "I1|I6|I8", syncs=True),
    Mutant("replay-key-not-unique", "gateway/store/schema.cpp", "created INTEGER NOT NULL, PRIMARY KEY (layer, replay_key)))",
           "created INTEGER NOT NULL))", "the same key can be claimed twice", "I2|I5|I6|I7"),
    Mutant("odoo-order-without-stable-key", "gateway/odoo/orders.cpp", "const std::string key = order_key(posting.business_key);",
           'const std::string key = order_key(posting.business_key + "|" + std::to_string(chance()));',
           "every attempt to post an order has another external id", "I2|I11"),
]


def compile_commands(build):
    return {command["file"]: command for command in json.loads((build / "compile_commands.json").read_text())}


def compiled(mutant, build, folder):
    """The object file of the changed source."""
    source = ROOT / mutant.file
    text = source.read_text()
    if text.count(mutant.old) != 1:
        raise RuntimeError(f"{mutant.file} has {text.count(mutant.old)} places that read {mutant.old!r}; adapt the mutant")
    changed = folder / source.name
    changed.write_text(text.replace(mutant.old, mutant.new))
    command = compile_commands(build).get(str(source))
    if command is None:
        raise RuntimeError(f"{build} has no command for {mutant.file}")
    words = shlex.split(command["command"])
    words[words.index("-o") + 1] = str(folder / "mutant.o")
    words[words.index(str(source))] = str(changed)
    words = [word for word in words if word != "-Werror" and word != "ccache"] + ["-Wno-unused"]
    subprocess.run(words, cwd=command["directory"], check=True)
    return folder / "mutant.o"


def linked(build, target, extra, to):
    """Links like the build does, with one more object: what it defines is no longer taken from its archive."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", target], capture_output=True, text=True, check=True)
    for part in commands.stdout.strip().splitlines()[-1].split("&&"):
        words = shlex.split(part)
        if "-o" not in words:
            continue
        words[words.index("-o") + 1] = str(to)
        first = next(at for at, word in enumerate(words) if word.endswith(".o"))
        subprocess.run(words[:first] + [str(extra)] + words[first:], cwd=build, check=True)
        return
    raise RuntimeError(f"{build} has no command that links {target}")


def prepare(mutant, build, folder, program):
    """A folder that looks like a build tree to the harness."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    linked(build, program, compiled(mutant, build, folder), folder / program)
    (folder / DOUBLE).symlink_to(build / DOUBLE)
    (folder / "share").symlink_to(build / "share")


def boundaries(build, kills, seed):
    """The store's own harness: (exit status, violations)."""
    done = subprocess.run([sys.executable, ROOT / "tests/crash/powercut/boundaries.py", "--build", build, "--kills", str(kills),
                           "--seed", str(seed), "--stop"], capture_output=True, text=True)
    violations = [line for line in done.stdout.splitlines() if line.startswith("VIOLATION")]
    return done.returncode, violations or done.stderr.splitlines()[-1:]


def harness(build, kills, seed, powercut, extra):
    command = [sys.executable, ROOT / "tests/crash/crash.py", "--build", build, "--kills", str(kills), "--seed", str(seed), "--json", "--stop", *extra]
    done = subprocess.run(command + (["--powercut"] if powercut else []), capture_output=True, text=True)
    try:
        violations = json.loads(done.stdout)["violations"]
    except (json.JSONDecodeError, KeyError):
        violations = [line for line in done.stderr.splitlines() if line.startswith("crash.py: ")]
    for line in done.stderr.splitlines():
        match = re.match(r"left behind: (.*sallyport-crash-.*)", line)
        if match:
            shutil.rmtree(match[1], ignore_errors=True)
    return done.returncode, violations


def ways(mutant, options):
    """(which harness, program it needs, how to run it, what a violation must look like)"""
    if mutant.syncs and options.harness != "crash":
        yield "boundaries", STORE_TESTS, boundaries, "VIOLATION"
    if options.harness != "boundaries" and not mutant.files:
        yield ("crash, power cuts" if mutant.syncs else "crash", PROGRAM,
               lambda build, kills, seed: harness(build, kills, seed, mutant.syncs, options.extra), mutant.found_by)


def hunt(run, found_by, folder, options):
    """(was it found, line for the report)"""
    begun, kills = time.monotonic(), 0
    for seed in range(options.seed, options.seed + options.seeds):
        kills += options.kills
        status, violations = run(folder, options.kills, seed)
        if status == 1 and any(re.search(found_by, line) for line in violations):
            first = next(line for line in violations if re.search(found_by, line))
            return True, f"red within {kills} kills, {time.monotonic() - begun:.0f} s, {len(violations)} violations, such as {first[:160]}"
        if status != 0:
            return False, f"red, but not for its own reason: exit status {status}, {violations[:3]}"
    return False, f"stayed green through {kills} kills"


def baseline(options):
    if options.harness != "crash":
        status, violations = boundaries(options.build, options.kills, options.seed)
        yield status == 0, f"the program as it is, boundaries: exit status {status} {violations[:3]}"
    for powercut in () if options.harness == "boundaries" else (False, True):
        status, violations = harness(options.build, options.kills, options.seed, powercut, options.extra)
        yield status == 0, f"the program as it is, crash{', power cuts' if powercut else ''}: exit status {status} {violations[:3]}"


def hunts(mutant, options):
    for name, program, run, found_by in ways(mutant, options):
        folder = options.build / "mutants" / mutant.name
        try:
            prepare(mutant, options.build, folder, program)
            good, line = hunt(run, found_by, folder, options)
        except RuntimeError as reason:
            good, line = False, str(reason)
        except subprocess.CalledProcessError as reason:
            good, line = False, f"{pathlib.Path(reason.cmd[0]).name} failed"
        yield good, f"{mutant.name}, {name}: {line}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", metavar="MUTANT", help="only these")
    parser.add_argument("--build", type=lambda text: pathlib.Path(text).resolve(), default=ROOT / "build" / "dev")
    parser.add_argument("--kills", type=int, default=60, help="in each run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3, help="runs before a mutant counts as missed")
    parser.add_argument("--harness", choices=("boundaries", "crash"), help="only this one; boundaries.py needs store_tests, no daemon")
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--extra", type=shlex.split, default=[], help="more options for crash.py")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        for mutant in MUTANTS:
            print(f"{mutant.name:32} {mutant.file}: {mutant.why}")
        return 0
    unknown = set(options.mutants) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"no mutant {sorted(unknown)[0]!r}; --list names them")
    results = []

    def report(good, line):
        results.append(good)
        print(("ok     " if good else "FAILED ") + line, flush=True)

    if not options.no_baseline:
        for good, line in baseline(options):
            report(good, line)
    for mutant in MUTANTS:
        if options.mutants and mutant.name not in options.mutants:
            continue
        for good, line in hunts(mutant, options):
            report(good, line)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
