#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schemathesis over the OpenAPI document of a running gateway: no answer may be a 5xx, and no answer one the document does
not name. Exit status 77, with a loud line, where schemathesis cannot be installed.

usage: tests/https/spec_fuzz.py --build build/dev [--examples N] [--seed N]"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from https_site import HttpsSite

SKIPPED = 77


def install(directory):
    """The program's path, or None."""
    known = shutil.which("schemathesis")
    if known:
        return known
    done = subprocess.run([sys.executable, "-m", "venv", directory / "venv"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        done = subprocess.run([directory / "venv/bin/pip", "install", "--quiet", "schemathesis>=4,<5"], capture_output=True, text=True, check=False)
    if done.returncode:
        print("SKIPPED: schemathesis cannot be installed here, the API was NOT fuzzed: " + (done.stderr or done.stdout).strip().splitlines()[-1])
        return None
    return directory / "venv/bin/schemathesis"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="https-fuzz-"))
    program = install(directory)
    if program is None:
        return SKIPPED
    site = HttpsSite(options.build.resolve(), directory / "site")
    process = site.start()
    try:
        if not site.wait_ready(process):
            print(site.log_tail())
            return 1
        token = site.token("acme")["token"]
        url = f"https://127.0.0.1:{site.https_port}"
        done = subprocess.run([program, "run", url + "/v1/openapi.json", "--url", url, "--tls-verify", str(site.directory / "edge.pem"), "-H",
                               "Authorization: Bearer " + token, "--checks", "not_a_server_error,status_code_conformance,response_schema_conformance",
                               "--max-examples", str(options.examples), "--seed", str(options.seed), "--request-timeout", "40",
                               "--exclude-path", "/v1/changes", "--phases", "examples,coverage,fuzzing"], check=False,
                              env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(pathlib.Path(__file__).parent)})
        return done.returncode
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        site.odoo.stdin.close()
        site.odoo.wait(timeout=30)
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
