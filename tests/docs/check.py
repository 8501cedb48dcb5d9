#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the commands of one documentation page and compare what they print. Usage: check.py PAGE BINARY

A fenced block opened by ```console tested is run: each line "$ command" in one shell session in an empty folder, with the
built program on the PATH. The command must end with status 0, or with N where "# exit N" stands behind it. The lines that
follow must occur in its output in that order; "…" in a line stands for anything. An HTML comment <!-- run: command --> is
run too, without being shown to readers. SALLYPORT_SOURCE is the tree's root.
"""
import html
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```console tested\n(.*?)^```$|^<!-- run: (.*?) -->$", re.M | re.S)


def steps(text):
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match[2]:
            yield line, html.unescape(match[2]), []
            continue
        command, wanted, at = None, [], line
        for number, row in enumerate(match[1].splitlines(), line + 1):
            if row.startswith("$ "):
                if command:
                    yield at, command, wanted
                command, wanted, at = row[2:], [], number
            elif command and command.endswith("\\"):
                command += "\n" + row
            elif row.strip() and row.strip() != "…":
                wanted.append(row.rstrip())
        if command:
            yield at, command, wanted


class Shell:
    """One shell that keeps its folder and variables between commands."""

    def __init__(self, folder, binary, root):
        path = f"{binary.parent}:{os.environ['PATH']}"
        keep = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC", "SALLYPORT_SOURCE": str(root), "COLUMNS": "120"}
        self.process = subprocess.Popen(["/bin/sh"], cwd=folder, env=keep, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace")

    def run(self, command):
        mark = f"--end-of-{id(self)}--"
        self.process.stdin.write(f"{command}\nprintf '\\n%s %s\\n' {shlex.quote(mark)} $?\n")
        self.process.stdin.flush()
        said = []
        for line in self.process.stdout:
            if line.startswith(mark):
                return int(line.split()[1]), "".join(said)
            said.append(line)
        return -1, "".join(said) + "\n(the shell ended)"


def missing(wanted, said):
    rows = said.splitlines()
    at = 0
    for row in wanted:
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(r"…|\.\.\.", row)))
        found = next((index for index in range(at, len(rows)) if pattern.fullmatch(rows[index].rstrip())), None)
        if found is None:
            return row
        at = found + 1
    return None


def main(page, binary):
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    todo, failed = list(steps(page.read_text())), 0
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder, binary, root)
        for line, command, wanted in todo:
            expected = re.search(r"# exit (\d+)$", command)
            status, said = shell.run(command)
            absent = missing(wanted, said)
            if status != int(expected[1] if expected else 0) or absent is not None:
                failed += 1
                print(f"{page}:{line}: {command}\n  exit status {status}" + (f", and no line like: {absent}" if absent else "") + f"\n{said}")
        shell.process.stdin.close()
        shell.process.wait(timeout=60)
    print(f"{len(todo) - failed} commands as written, {failed} not")
    return 1 if failed or not todo else 0


sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()))
