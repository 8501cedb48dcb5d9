#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the AS2 conformance vectors of this folder with the openssl command line and Python's standard library alone.

    make.py [FOLDER]      keys that are there already are kept; everything else is written anew

Nothing of the product that is tested is used, so that agreement with it means something. README.md says what is in a vector.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent).resolve()
KEYS = FOLDER / "keys"
VECTORS = FOLDER / "vectors"
WORK = pathlib.Path(tempfile.mkdtemp(prefix="as2-vectors-"))
DIGESTS = {"sha1": "sha1", "sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512"}

EDI = ("ISA*00*          *00*          *ZZ*PARTNER        *ZZ*GATEWAY        *261123*0600*U*00401*000000042*0*T*>~"
       "GS*PO*PARTNER*GATEWAY*20261123*0600*42*X*004010~ST*850*0001~BEG*00*NE*PO-4711**20261123~"
       "PO1*1*24*EA*11.11*PE*VN*EDI-1001~CTT*1~SE*5*0001~GE*1*42~IEA*1*000000042~").encode()
PAYLOADS = {
    "binary": EDI.replace(b"~", b"~\r\n") + bytes(range(256)),
    "base64": EDI.replace(b"~", b"~\r\n") + bytes(range(256)),
    "8bit-lf": EDI.replace(b"~", b"~\n") + "Übergröße\n".encode("latin-1"),  # line ends that must stay as they are
}


def run(*words, stdin=None):
    done = subprocess.run([str(word) for word in words], input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def keys():
    KEYS.mkdir(parents=True, exist_ok=True)
    for name in ("gateway", "partner", "stranger"):
        if (KEYS / f"{name}.pem").exists():
            continue
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256", "-nodes", "-days", "36500", "-subj",
            f"/O=AS2 conformance vectors/CN={name}", "-keyout", KEYS / f"{name}.key", "-out", KEYS / f"{name}.pem")


# --- MIME and CMS -------------------------------------------------------------------------------------------------------

def entity(headers, body):
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + b"\r\n" + body


def document(encoding):
    body = PAYLOADS[encoding]
    wire = base64.encodebytes(body).replace(b"\n", b"\r\n") if encoding == "base64" else body
    return entity([("Content-Type", "application/EDI-X12"), ("Content-Disposition", 'attachment; filename="order.edi"'),
                   ("Content-Transfer-Encoding", encoding.split("-")[0])], wire)


def signature(content, digest, signer):
    (WORK / "content").write_bytes(content)
    return run("openssl", "cms", "-sign", "-binary", "-in", WORK / "content", "-md", digest, "-signer", KEYS / f"{signer}.pem",
               "-inkey", KEYS / f"{signer}.key", "-outform", "DER", "-nosmimecap")


def sign(content, digest, signer="partner", parts=2, der=None):
    der = der if der is not None else signature(content, digest, signer)
    boundary = "as2-vector-" + hashlib.sha256(content).hexdigest()[:20]
    lines = base64.encodebytes(der).replace(b"\n", b"\r\n")
    line = f"\r\n--{boundary}".encode()
    body = (line[2:] + b"\r\n" + content + line + b'\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n" + lines)
    if parts == 3:
        body += line + b"\r\nContent-Type: text/plain\r\n\r\nmore"
    body += line + b"--\r\n"
    return entity([("Content-Type", 'multipart/signed; protocol="application/pkcs7-signature"; '
                    f'micalg={DIGESTS.get(digest, digest)}; boundary="{boundary}"')], body)


def encrypt(content, recipient="gateway", cipher="aes-256-cbc"):
    (WORK / "plain").write_bytes(content)
    der = run("openssl", "cms", "-encrypt", "-binary", "-in", WORK / "plain", f"-{cipher}", "-outform", "DER",
              KEYS / f"{recipient}.pem")
    return entity([("Content-Type", 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'),
                   ("Content-Transfer-Encoding", "binary")], der)


def tlv(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else (
        lambda octets: bytes([0x80 | len(octets)]) + octets)(size.to_bytes((size.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + content


def oid(dotted):
    numbers = [int(part) for part in dotted.split(".")]
    octets = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        octets += bytes(reversed(septets))
    return tlv(6, octets)


def compressed_data(packed):
    """RFC 3274: CompressedData, zlib, with id-data inside."""
    inside = tlv(0x30, oid("1.2.840.113549.1.7.1") + tlv(0xA0, tlv(4, packed)))
    data = tlv(0x30, tlv(2, b"\0") + tlv(0x30, oid("1.2.840.113549.1.9.16.3.8")) + inside)
    return tlv(0x30, oid("1.2.840.113549.1.9.16.1.9") + tlv(0xA0, data))


def compress(content, packed=None):
    return entity([("Content-Type", 'application/pkcs7-mime; smime-type=compressed-data; name="smime.p7z"'),
                   ("Content-Transfer-Encoding", "binary")], compressed_data(packed if packed is not None else zlib.compress(content, 9)))


def no_signer():
    """SignedData that nobody signed (CAN-13)."""
    data = tlv(0x30, tlv(2, b"\1") + tlv(0x31, b"") + tlv(0x30, oid("1.2.840.113549.1.7.1")) + tlv(0x31, b""))
    return tlv(0x30, oid("1.2.840.113549.1.7.2") + tlv(0xA0, data))


# --- constructions: the outermost entity and the octets under the MIC (RFC 4130 7.3.1, RFC 5402 4) ----------------------

def plain(doc, _digest):
    return doc, doc.split(b"\r\n\r\n", 1)[1]


def signed(doc, digest):
    return sign(doc, digest), doc


def encrypted(doc, _digest):
    return encrypt(doc), doc


def signed_encrypted(doc, digest):
    return encrypt(sign(doc, digest)), doc


def compressed(doc, _digest):
    return compress(doc), doc


def compressed_signed(doc, digest):
    inner = compress(doc)
    return sign(inner, digest), inner


def signed_compressed(doc, digest):
    return compress(sign(doc, digest)), doc


def compressed_encrypted(doc, _digest):
    return encrypt(compress(doc)), doc


def compressed_signed_encrypted(doc, digest):
    inner = compress(doc)
    return encrypt(sign(inner, digest)), inner


def signed_compressed_encrypted(doc, digest):
    return encrypt(compress(sign(doc, digest))), doc


CONSTRUCTIONS = {
    "plain": (plain, "MIC-01"), "signed": (signed, "MIC-02"), "encrypted": (encrypted, "MIC-03"),
    "signed-encrypted": (signed_encrypted, "MIC-04"), "compressed": (compressed, "MIC-05"),
    "compressed-signed": (compressed_signed, "MIC-06"), "signed-compressed": (signed_compressed, "MIC-07"),
    "compressed-encrypted": (compressed_encrypted, "MIC-08"), "compressed-signed-encrypted": (compressed_signed_encrypted, "MIC-09"),
    "signed-compressed-encrypted": (signed_compressed_encrypted, "MIC-09"),
}
ANY = {"require_signed": False, "require_encrypted": False, "digests": ["sha1", "sha256", "sha384", "sha512"]}
STRICT = {"require_signed": True, "require_encrypted": True, "digests": ["sha256", "sha384", "sha512"]}


def mic(scope, digest):
    return base64.b64encode(run("openssl", "dgst", f"-{digest}", "-binary", stdin=scope)).decode()


def write(name, wire, expected, micalg="sha-256", **headers):
    fields = {"AS2-Version": "1.1", "AS2-From": "PARTNER", "AS2-To": "GATEWAY", "Message-ID": f"<{name}@vectors.test>",
              "MIME-Version": "1.0", "Disposition-Notification-To": "edi@vectors.test",
              "Disposition-Notification-Options":
                  f"signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, {micalg}"}
    fields.update({key.replace("_", "-"): value for key, value in headers.items()})
    (VECTORS / f"{name}.as2").write_bytes("".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + wire)
    expected.setdefault("mdn", {})["original_message_id"] = fields["Message-ID"]
    expected["mdn"].setdefault("signed", True)
    (VECTORS / f"{name}.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


def positives():
    for construction, (build, rule) in CONSTRUCTIONS.items():
        for digest, spelled in DIGESTS.items():
            for encoding, payload in PAYLOADS.items():
                wire, scope = build(document(encoding), digest)
                write(f"{construction}-{digest}-{encoding}", wire, {
                    "rule": rule, "construction": construction, "agreement": ANY, "transfer_encoding": encoding,
                    "payload_sha256": hashlib.sha256(payload).hexdigest(), "file_name": "order.edi",
                    "was_signed": "signed" in construction, "was_encrypted": "encrypted" in construction,
                    "mdn": {"disposition": "processed", "mic": mic(scope, digest), "mic_algorithm": spelled},
                }, micalg=spelled)


def refused(name, wire, rule, disposition, why, agreement=None, **more):
    write(f"refused-{name}", wire, {"rule": rule, "why": why, "agreement": agreement or ANY,
                                    "mdn": {"disposition": disposition, "signed": more.pop("mdn_signed", True)}}, **more)


def negatives():
    doc = document("binary")
    good = sign(doc, "sha256")
    error = "processed/error: "
    refused("changed-content", good.replace(b"PO-4711", b"PO-4712"), "MDN-04", error + "integrity-check-failed",
            "one octet of the document changed after it was signed")
    refused("unknown-signer", sign(doc, "sha256", signer="stranger"), "MDN-03", error + "authentication-failed",
            "signed with a certificate nobody configured; it travels in the message")
    refused("no-signer", sign(doc, "sha256", der=no_signer()), "CAN-13", error + "authentication-failed", "SignedData without SignerInfo")
    refused("three-parts", sign(doc, "sha256", parts=3), "MDN-21", error + "authentication-failed", "multipart/signed with a third part")
    refused("wrong-recipient", encrypt(good, recipient="stranger"), "MDN-02", error + "decryption-failed", "encrypted for somebody else")
    refused("unsigned", encrypt(doc), "MDN-05", error + "insufficient-message-security", "a signature is agreed", STRICT)
    refused("unencrypted", good, "MDN-05", error + "insufficient-message-security", "encryption is agreed", STRICT)
    refused("compressed-only", compress(doc), "CAN-18", error + "insufficient-message-security",
            "application/pkcs7-mime is no encryption when it holds CompressedData", STRICT)
    refused("weak-digest", encrypt(sign(doc, "sha1")), "CRT-06", error + "insufficient-message-security", "SHA-1 is not agreed", STRICT)
    refused("md5-signature", sign(doc, "md5"), "CRT-06", error + "insufficient-message-security", "MD5 is never accepted")
    refused("compressed-twice", compress(sign(compress(doc), "sha256")), "MIC-11", error + "decompression-failed",
            "compressed inside and outside of the signature (RFC 5402 section 3)")
    packed = zlib.compress(doc, 9)
    refused("compressed-cut", compress(doc, packed[:-20]), "MDN-08", error + "decompression-failed", "the zlib stream ends early")
    refused("zip-bomb", compress(b"", zlib.compress(b"Content-Type: text/plain\r\n\r\n" + b"0" * (128 << 20), 9)), "CRT-08",
            error + "decompression-failed", "128 MiB in 128 KiB: beyond any sane ratio")
    refused("same-party", good, "MDN-12", "failed/failure: sender-equals-receiver", "AS2-From is AS2-To", AS2_From="GATEWAY", mdn_signed=False)
    refused("unknown-partner", good, "MDN-01", error + "unknown-trading-partner", "nobody knows AS2-From", AS2_From="NOBODY", mdn_signed=False)
    refused("micalg-required", good, "MDN-06", "failed/failure: unsupported MIC-algorithms", "the receipt's digest is required and unknown",
            Disposition_Notification_Options="signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=required, tiger-192")
    refused("protocol-required", good, "MDN-07", "failed/failure: unsupported format", "the receipt's format is required and unknown",
            Disposition_Notification_Options="signed-receipt-protocol=required, pgp-signature; signed-receipt-micalg=optional, sha-256",
            mdn_signed=None)


def main():
    keys()
    VECTORS.mkdir(exist_ok=True)
    for old in VECTORS.iterdir():
        old.unlink()
    positives()
    negatives()
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(FOLDER)}\n"
            for path in sorted([*KEYS.iterdir(), *VECTORS.iterdir()])]
    (FOLDER / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print(f"{len(list(VECTORS.glob('*.as2')))} vectors, {sum(path.stat().st_size for path in VECTORS.iterdir())} octets")


if __name__ == "__main__":
    main()
