#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run `sallyport demo --once --json` and hold it to what it promises, from outside. Usage: demo.py BINARY"""
import json
import subprocess
import sys


def get(value, *path):
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def checks(answer):
    yield "the receipt is a positive MDN", get(answer, "receipt", "mdn") == "processed"
    yield "its MIC is that of what was sent", get(answer, "receipt", "mic_ok") is True
    yield "the document is an 850", get(answer, "documents", 0, "set") == "850"
    yield "it has four status axes", len(get(answer, "documents", 0, "status") or {}) == 4
    yield "the back office has an order id", bool(get(answer, "documents", 0, "order", "id"))
    yield "a 997 went back and was received", get(answer, "ack", "set") == "997" and get(answer, "ack", "mdn") == "processed"
    yield "the repeat got the same MDN", get(answer, "replay", "same_mdn") is True
    yield "the repeat made no second order", get(answer, "replay", "orders") == 1
    yield "the order under a new Message-ID got its MDN", get(answer, "new_message_id", "mdn") == "processed"
    yield "it was recognised and made no second order", get(answer, "new_message_id", "suppressed") is True and \
        get(answer, "new_message_id", "orders") == 1
    yield "the audit chain has entries", (get(answer, "audit", "entries") or 0) > 0
    yield "the audit chain verifies", get(answer, "audit", "verified") is True


def main():
    run = subprocess.run([sys.argv[1], "demo", "--once", "--json"], capture_output=True, text=True, timeout=240)
    results = [("exit status 0", run.returncode == 0)]
    try:
        results += checks(json.loads(run.stdout))
    except json.JSONDecodeError as reason:
        results.append((f"standard output is one JSON document ({reason})", False))
    for what, good in results:
        print(("ok     " if good else "FAILED ") + what)
    failed = sum(not good for _, good in results)
    if failed:
        print(run.stdout[-4000:], run.stderr[-4000:], sep="\n")
    print(f"{len(results) - failed} passed, {failed} failed")
    return bool(failed)


sys.exit(main())
