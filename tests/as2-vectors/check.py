#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens every vector that is to be taken with `openssl cms`, `openssl dgst` and zlib alone, and compares MIC and document.

Shares no code with make.py: it sees only the octets of the message. Exit status: 0 all agree, 1 otherwise.
"""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zlib

FOLDER = pathlib.Path(__file__).resolve().parent
KEYS = FOLDER / "keys"


def openssl(*words, stdin=None):
    done = subprocess.run(["openssl", *map(str, words)], input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(f"openssl {words[0]} {words[1]}: {done.stderr.decode(errors='replace').strip().splitlines()[-1]}")
    return done.stdout


def split(entity):
    head, _, body = entity.partition(b"\r\n\r\n")
    return {line.split(b":", 1)[0].strip().lower().decode(): line.split(b":", 1)[1].strip().decode("latin-1")
            for line in head.split(b"\r\n") if b":" in line}, body


def compressed_content(der):
    """The OCTET STRING of a CompressedData, found by openssl asn1parse: the last one in the structure."""
    rows = openssl("asn1parse", "-inform", "DER", stdin=der).decode().splitlines()
    offset, header, size = map(int, re.match(r"\s*(\d+):d=\d+\s+hl=(\d+)\s+l=\s*(\d+)", [r for r in rows if "OCTET STRING" in r][-1]).groups())
    return zlib.decompress(der[offset + header:offset + header + size])


def verify(body, boundary, work):
    parts = body.split(b"--" + boundary.encode())
    content = parts[1][2:-2]
    signature = base64.b64decode(split(parts[2][2:])[1])
    (work / "content").write_bytes(content)
    (work / "signature").write_bytes(signature)
    openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", work / "signature", "-content", work / "content", "-CAfile",
            KEYS / "partner.pem", "-certfile", KEYS / "partner.pem", "-nointern", "-purpose", "any", "-out", work / "verified")
    return content


def open_message(wire, work):
    """MIC scope, document, and what was met on the way."""
    headers, body = split(wire)
    scope, met = body, set()
    while True:
        kind = headers.get("content-type", "").lower()
        if kind.startswith("application/pkcs7-mime") and "enveloped-data" in kind:
            (work / "sealed").write_bytes(body)
            entity = openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", work / "sealed", "-recip", KEYS / "gateway.pem",
                             "-inkey", KEYS / "gateway.key")
            met.add("encrypted")
        elif kind.startswith("application/pkcs7-mime"):
            entity = compressed_content(body)
        elif kind.startswith("multipart/signed"):
            entity = verify(body, re.search(r'boundary="([^"]+)"', headers["content-type"]).group(1), work)
            scope = entity
            met.add("signed")
        else:
            document = base64.b64decode(body) if headers.get("content-transfer-encoding") == "base64" else body
            return scope, document, met
        if "signed" not in met:
            scope = entity
        headers, body = split(entity)


def check(path, work):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if "mic" not in expected["mdn"]:
        return None
    scope, document, met = open_message(path.read_bytes(), work)
    mic = base64.b64encode(openssl("dgst", f"-{expected['mdn']['mic_algorithm'].replace('-', '')}", "-binary", stdin=scope)).decode()
    if mic != expected["mdn"]["mic"]:
        raise ValueError(f"MIC {mic}, expected {expected['mdn']['mic']}")
    if hashlib.sha256(document).hexdigest() != expected["payload_sha256"]:
        raise ValueError("another document came out")
    if met != {word for word in ("signed", "encrypted") if expected[f"was_{word}"]}:
        raise ValueError(f"layers met: {met}")
    return True


def main():
    agreed, wrong, refused = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="as2-check-") as folder:
        for path in sorted((FOLDER / "vectors").glob("*.as2")):
            try:
                done = check(path, pathlib.Path(folder))
            except (ValueError, KeyError, IndexError, zlib.error) as fault:
                print(f"{path.stem}: {fault}")
                wrong += 1
                continue
            agreed += 1 if done else 0
            refused += 0 if done else 1
    print(f"{agreed} agree, {wrong} do not; {refused} are to be refused and say nothing about octets")
    return 1 if wrong or agreed < 120 else 0


if __name__ == "__main__":
    sys.exit(main())
