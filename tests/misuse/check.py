#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One misuse case: refused as it stands, for the reason it names, and accepted with -DRIGHT. check.py SOURCE COMPILER..."""
import pathlib
import re
import subprocess
import sys


def main(source, *compiler):
    reason = re.search(r"^// REFUSED (.+)$", pathlib.Path(source).read_text(), re.M)
    if not reason:
        print(f"{source}: no '// REFUSED words of the compiler' line")
        return 1
    command = [*compiler, "-fsyntax-only", source]
    right = subprocess.run([*command, "-DRIGHT"], capture_output=True, text=True)
    wrong = subprocess.run(command, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    if right.returncode != 0:
        print(f"{source}: refused even with -DRIGHT\n{right.stderr}")
    elif wrong.returncode == 0:
        print(f"{source}: compiles, and must not")
    elif not re.search(reason[1], wrong.stderr):
        print(f"{source}: refused, but not for {reason[1]!r}\n{wrong.stderr}")
    else:
        return 0
    return 1


sys.exit(main(*sys.argv[1:]))
