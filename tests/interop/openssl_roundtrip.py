#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays an AS2 partner with the openssl command line and curl alone, against a running receiver.

Builds a signed and encrypted message, posts it, verifies the signed MDN with `openssl cms -verify` and compares its MIC
with one computed by `openssl dgst`. Nothing of the gateway's own code is used, so that agreement means something.

    openssl_roundtrip.py --url http://127.0.0.1:8080/as2 --from PARTNER --to GATEWAY \\
        --key partner.key --cert partner.pem --gateway-cert gateway.pem --document 850.edi

Exit status: 0 everything holds, 1 something does not (the line says what), 2 usage. `--json` prints one object.
"""
import argparse
import email.parser
import email.policy
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid


class Failed(Exception):
    """What does not hold, in one line."""


def run(*words, stdin=None):
    done = subprocess.run(words, input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, words[:3]))} … ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def build(work, options):
    """The signed entity (what the MIC covers is its first part) and the envelope around it."""
    document = pathlib.Path(options.document).read_bytes()
    entity = (f"Content-Type: {options.content_type}\r\nContent-Transfer-Encoding: binary\r\n"
              f"Content-Disposition: attachment; filename=\"{pathlib.Path(options.document).name}\"\r\n\r\n").encode() + document
    (work / "entity").write_bytes(entity)
    run("openssl", "cms", "-sign", "-binary", "-in", work / "entity", "-md", options.digest, "-signer", options.cert, "-inkey",
        options.key, "-outform", "DER", "-out", work / "signature", "-nosmimecap")
    signature = run("openssl", "base64", "-in", work / "signature").replace(b"\n", b"\r\n")
    boundary = f"roundtrip-{uuid.uuid4().hex}"
    signed = (f"Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg={options.micalg}; "
              f"boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n").encode() + entity + (
                  f"\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n").encode() + signature + f"\r\n--{boundary}--\r\n".encode()
    (work / "signed").write_bytes(signed)
    run("openssl", "cms", "-encrypt", "-binary", "-in", work / "signed", f"-{options.cipher}", "-outform", "DER", "-out",
        work / "sealed", options.gateway_cert)


def mic(work, options):
    digest = run("openssl", "dgst", f"-{options.digest}", "-binary", work / "entity")
    return run("openssl", "base64", "-A", stdin=digest).decode()


def post(work, options, message_id):
    headers = {
        "AS2-Version": "1.1", "AS2-From": options.sender, "AS2-To": options.receiver, "Message-ID": message_id,
        "MIME-Version": "1.0", "Content-Type": "application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"",
        "Disposition-Notification-To": "roundtrip@example.test",
        "Disposition-Notification-Options": "signed-receipt-protocol=optional, pkcs7-signature; "
                                            f"signed-receipt-micalg=optional, {options.micalg}",
    }
    words = ["curl", "--silent", "--show-error", "--max-time", str(options.timeout), "--data-binary", f"@{work / 'sealed'}",
             "--dump-header", work / "headers", "--output", work / "body", "--write-out", "%{http_code}"]
    if options.cacert:
        words += ["--cacert", options.cacert]
    for name, value in headers.items():
        words += ["--header", f"{name}: {value}"]
    status = run(*words, options.url).decode()
    if status != "200":
        raise Failed(f"the receiver answered HTTP {status}: {(work / 'body').read_bytes()[:300]!r}")


def response_header(work, name):
    block = (work / "headers").read_bytes().decode("latin-1").split("\r\n\r\n")[-2]
    fields = email.parser.Parser(policy=email.policy.HTTP).parsestr(block.split("\r\n", 1)[1] + "\r\n\r\n")
    return fields.get(name, "")


def receipt(work, options):
    """The fields of the notification, from the octets whose signature openssl has verified."""
    content_type = response_header(work, "Content-Type")
    if not content_type.lower().startswith("multipart/signed"):
        raise Failed(f"the receipt is not signed: Content-Type {content_type or 'missing'}")
    (work / "mdn").write_bytes(f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode() + (work / "body").read_bytes())
    run("openssl", "cms", "-verify", "-in", work / "mdn", "-out", work / "report", "-purpose", "any", "-CAfile",
        options.gateway_cert, "-certfile", options.gateway_cert, "-nointern", "-partial_chain")
    report = email.parser.BytesParser(policy=email.policy.default).parsebytes((work / "report").read_bytes())
    for part in report.walk():
        if part.get_content_type() == "message/disposition-notification":
            return {name.lower(): value for inner in part.get_payload() for name, value in inner.items()}
    raise Failed("the verified report holds no disposition notification")


def check(fields, expected):
    for name, (want, what) in expected.items():
        have = fields.get(name, "").replace("\r", "").replace("\n", "")
        if not want(have):
            raise Failed(f"{what}: the receipt says {name}: {have or 'nothing'}")


def exchange(work, options):
    message_id = options.message_id or f"<{uuid.uuid4()}@roundtrip.test>"
    build(work, options)
    post(work, options, message_id)
    fields = receipt(work, options)
    own_mic = mic(work, options)
    wanted = f"; {options.expect}"
    expected = {
        "original-message-id": (lambda value: value == message_id, f"it is not for {message_id}"),
        "disposition": (lambda value: value.lower().endswith(wanted.lower()), f"the disposition is not {options.expect}"),
    }
    if options.expect == "processed":
        expected["received-content-mic"] = (lambda value: value.split(",")[0].strip() == own_mic, f"the MIC by openssl dgst is {own_mic}")
    check(fields, expected)
    return {"message_id": message_id, "disposition": fields["disposition"], "mic": fields.get("received-content-mic", ""),
            "mic_by_openssl": own_mic, "receipt_signature": "verified by openssl cms"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--from", dest="sender", required=True, help="our AS2 name, as it goes into AS2-From")
    parser.add_argument("--to", dest="receiver", required=True)
    parser.add_argument("--key", required=True, help="the partner's private key, PEM")
    parser.add_argument("--cert", required=True, help="the partner's certificate, PEM")
    parser.add_argument("--gateway-cert", required=True, help="the receiver's certificate, PEM")
    parser.add_argument("--document", required=True)
    parser.add_argument("--content-type", default="application/EDI-X12")
    parser.add_argument("--digest", default="sha256", help="as openssl spells it")
    parser.add_argument("--micalg", default="sha-256", help="as AS2 spells it")
    parser.add_argument("--cipher", default="aes-256-cbc")
    parser.add_argument("--message-id", help="with brackets; default: a new one")
    parser.add_argument("--expect", default="processed", help="the disposition after the semicolon")
    parser.add_argument("--cacert", help="for https")
    parser.add_argument("--timeout", type=int, default=60, help="seconds")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="as2-roundtrip-") as folder:
            result = exchange(pathlib.Path(folder), options)
    except (Failed, OSError) as failure:
        print(f"openssl_roundtrip: {failure}", file=sys.stderr)
        return 1
    print(json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
