#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/partners/https.md as a partner's programmer follows it: every block of its first half, one after the other in one shell,
with curl and openssl, against a running gateway. Only the address and the token are put in.

usage: tests/https/page.py --build build/dev"""
import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from https_site import HMAC_KEY, ROOT, HttpsSite
import partner as partners

PAGE = ROOT / "docs/partners/https.md"


def blocks():
    partner, _ = PAGE.read_text().split("## For the coordinator")
    return re.findall(r"```sh\n(.*?)```", partner, re.S)


def script(site, token):
    """One bash script: a block that fails ends it, after its number was said."""
    lines = ["set -euo pipefail", f"curl() {{ command curl --cacert '{site.directory}/edge.pem' \"$@\"; }}"]
    for number, block in enumerate(blocks(), 1):
        block = re.sub(r"^URL=.*$", f"URL=https://127.0.0.1:{site.https_port}/v1", block, flags=re.M)
        block = re.sub(r"^AUTH=.*$", f'AUTH="Authorization: Bearer {token}"', block, flags=re.M)
        lines += [f"echo; echo '--- block {number}'", block]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="https-page-"))
    site = HttpsSite(options.build.resolve(), directory / "site")
    process = site.start()
    try:
        if not site.wait_ready(process):
            print(site.log_tail())
            return 1
        desk = directory / "desk"  # what the partner has
        desk.mkdir()
        (desk / "order.edi").write_bytes(partners.order("4500012345", 1))
        (desk / "hmac.key").write_text(HMAC_KEY)
        for name in ("client.pem", "client.key"):
            shutil.copy(site.directory / name, desk / name)
        done = subprocess.run(["bash", "-c", script(site, site.token("acme")["token"])], cwd=desk, capture_output=True, text=True, timeout=300,
                              check=False)
        print(done.stdout + done.stderr)
        reached = done.stdout.count("--- block ")
        print(f"{reached} of {len(blocks())} blocks, exit status {done.returncode}")
        return 0 if done.returncode == 0 and reached == len(blocks()) >= 8 and b"997" in (desk / "997.edi").read_bytes() else 1
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        site.odoo.stdin.close()
        site.odoo.wait(timeout=30)
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
