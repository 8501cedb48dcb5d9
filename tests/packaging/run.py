#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build the DEB of a release tree and hold it to what it promises. Usage: run.py BUILD [--no-root]

Contents and modes, lint, hardening of the binary, the unit's exposure, manual pages; then, as root, clean_root.py.
"""
import argparse
import os
import pathlib
import re
import sys
import tempfile

from checks import Checks, command_output

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
EXPOSURE_AT_MOST = 2.0

MODES = {
    "usr/bin/sallyport": 0o755,
    "etc/sallyport/sallyport.toml": 0o644,
    "etc/sallyport/partners": 0o755,  # the directories' owner and 0750 come from postinst: the group is not known before
    "lib/systemd/system/sallyport.service": 0o644,
    "usr/lib/sysusers.d/sallyport.conf": 0o644,
    "usr/lib/tmpfiles.d/sallyport.conf": 0o644,
    "usr/share/man/man1/sallyport.1.gz": 0o644,
    "usr/share/man/man5/sallyport.toml.5.gz": 0o644,
    "usr/share/man/man5/sallyport-partner.5.gz": 0o644,
    "usr/share/man/man5/sallyport-map.5.gz": 0o644,
    "usr/share/doc/sallyport/copyright": 0o644,
    "usr/share/doc/sallyport/changelog.gz": 0o644,
    "usr/share/sallyport/maps/x12-850-base.map": 0o644,
}


def build_deb(checks, build):
    packages = build / "packages"
    for old in packages.glob("*.deb"):
        old.unlink()
    checks.run("cpack makes the DEB", "cpack", "-G", "DEB", cwd=build)
    made = list(packages.glob("*.deb"))
    return made[0] if checks.that("there is exactly one", len(made) == 1, str(made)) else None


def contents(checks, tree):
    for name, mode in MODES.items():
        path = tree / name
        found = path.exists() and path.stat().st_mode & 0o7777
        checks.that(f"/{name} is there with mode {mode:o}", found == mode, f"found: {found and oct(found)}")
    for folder, suffix in (("schemas", "*"), ("maps", "*.map"), ("canonical", "*.json")):
        installed = sorted(path.name for path in (tree / "usr/share/sallyport" / folder).rglob(suffix) if path.is_file())
        source = {"schemas": "parsers/schemas", "maps": "mappings/shipped", "canonical": "mappings/canonical"}[folder]
        wanted = sorted(path.name for path in (ROOT / source).rglob(suffix) if path.is_file() and not path.name.startswith("README"))
        checks.that(f"every file of {source} is installed", installed == wanted and wanted, f"{installed}\n{wanted}")
    strays = [path for path in tree.rglob("*") if path.is_file() and path.stat().st_mode & 0o022]
    checks.that("nothing is writable for group or others", not strays, str(strays))


def hardening(checks, binary):
    headers = command_output("readelf", "-hldW", binary).stdout
    symbols = command_output("readelf", "--dyn-syms", "-W", binary).stdout
    checks.that("position independent (PIE)", re.search(r"Type:\s+DYN", headers))
    checks.that("relocations are read-only (RELRO)", "GNU_RELRO" in headers)
    checks.that("all symbols bound at start (BIND_NOW)", re.search(r"FLAGS.*(BIND_NOW|NOW)", headers))
    checks.that("stack is not executable", re.search(r"GNU_STACK.*\sRW\s", headers))
    checks.that("stack protector is in", "__stack_chk_fail" in symbols)
    checks.that("fortified calls are in", re.search(r"__\w+_chk@", symbols))
    checks.that("no build path in the binary", str(ROOT).encode() not in binary.read_bytes())


def unit(checks):
    unit = ROOT / "packaging/systemd/sallyport.service"
    said = command_output("systemd-analyze", "security", "--offline=true", "--no-pager", unit).stdout
    score = re.search(r"exposure level for \S+: ([\d.]+)", said)
    checks.that(f"unit's exposure is at most {EXPOSURE_AT_MOST}" + (f" (it is {score[1]})" if score else ""),
                score and float(score[1]) <= EXPOSURE_AT_MOST, said)


def words_of(command):
    return set(re.findall(r"^  ([a-z][a-z-]+)\b", command_output(*command).stdout, re.M))


def manual(checks, tree, binary):
    pages = {}
    for page in sorted((tree / "usr/share/man").rglob("*.gz")):
        done = command_output("man", "--warnings", "-l", page, env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""})
        pages[page.name.removesuffix(".gz")] = re.sub(r".\x08", "", done.stdout)
        checks.that(f"{page.name} renders without a warning", done.returncode == 0 and "warning:" not in done.stdout, done.stdout[:800])
    commands = words_of([binary, "--help"])
    missing = {word for word in commands if not re.search(rf"\b{word}\b", pages.get("sallyport.1", ""))}
    checks.that(f"sallyport(1) names every command of --help ({len(commands)})", commands and not missing, str(missing))
    reference = command_output(binary, "config", "reference").stdout
    sections = re.split(r"^## .*$", reference, flags=re.M)[1:]
    for page, text in zip(("sallyport.toml.5", "sallyport-partner.5"), sections):
        keys = set(re.findall(r"^\| `([^`]+)` \|", text, re.M))
        missing = {key for key in keys if key not in pages.get(page, "")}
        checks.that(f"{page} explains every setting ({len(keys)}); else run packaging/man/make-settings-pages", keys and not missing, str(missing))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--no-root", action="store_true", help="leave out the installation into a clean root")
    options = parser.parse_args()
    checks = Checks()
    deb = build_deb(checks, options.build.resolve())
    if not deb:
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        checks.run("the DEB unpacks", "dpkg-deb", "-x", deb, tree)
        contents(checks, tree)
        hardening(checks, tree / "usr/bin/sallyport")
        manual(checks, tree, tree / "usr/bin/sallyport")
    unit(checks)
    checks.run("lintian has no error and no warning", "lintian", "--allow-root", "--fail-on", "error,warning", deb)
    if options.no_root:
        return checks.end()
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = command_output(*as_root, sys.executable, HERE / "clean_root.py", deb)
    print(done.stdout)
    count = re.search(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", done.stdout, re.M)
    if count:
        checks.passed += int(count[1])
        checks.failed += int(count[2])
        checks.skipped += int(count[3])
    elif as_root and "sudo" in done.stdout:
        checks.skip("installation into a clean root", "needs root, and sudo refuses: " + done.stdout.strip())
    else:
        checks.that("clean_root.py ran to its end", False, f"exit status {done.returncode}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
