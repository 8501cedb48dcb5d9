#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Live interoperability on loopback: installs pyas2lib, OpenAS2 and as2-lib, and plays the matrix with each (matrix.py).

    live.py [--station PROGRAM] [--cache FOLDER] [--peer pyas2|as2lib|openas2]... [--json FILE]

Needs the registries of Python and Java packages the first time; without them a peer is skipped, loudly. Last line: "N passed, N failed".
A failure that is the peer's own is listed with its reason (xfail); when it passes one day, that is a failure here (XPASS).
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
import matrix  # noqa: E402  (needs the path above)

GCM_STANDARD = "knows AES-GCM in EnvelopedData only, not RFC 5083"
NO_UNSIGNED_MIC = "states no MIC for messages that are not signed"


# What each expected failure looks like from here. A peer that fails in another way fails for another reason.
FAILS_AS = {
    NO_UNSIGNED_MIC: ("as2.mdn.mic.missing",),
    GCM_STANDARD: ("as2.mdn.mic.mismatch",),  # it takes the envelope for the document
    "opens OAEP with SHA-1 only": ("processed/error: decryption-failed",),
    "its sender turns LF into CRLF, whatever the document is": ("we have another document",),
    "its sender hashes the compressed entity; RFC 5402 4.2 wants the document before compression when nothing is signed": ("MIC differs",),
    "its MIC is over the decompressed document, not over what was signed (phase2#68, #140)": ("as2.mdn.mic.mismatch",),
    "expects SHA-256 where no digest was asked for; RFC 4130 7.3.1 says SHA-1": ("MIC differs",),
    "compares the name of its PSS algorithm with the digest's in the MIC": ("MIC differs",),
    "does not unquote AS2-To, so it knows no such partner (phase2#92)": ("as2.mdn.unsigned",),
    "hashes the body without its header when a message is only compressed; RFC 5402 4.3 wants both": ("as2.mdn.mic.mismatch", "msg_send_fail"),
    "ends the connection without an answer when no Disposition-Notification-Options are sent": ("as2.connect", "the later receipt: nothing came"),
    "no OAEP": ("processed/error: decryption-failed",),
    "no AES-GCM": ("as2.mdn.mic.mismatch", "processed/error: decryption-failed"),
    "does not unquote AS2-To of the receipt, so it knows no such partner (OpenAS2#92)": ("msg_send_fail",),
}


class Skip(Exception):
    """This peer cannot be had here; the reason."""


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise Skip(f"{' '.join(map(str, words))[:120]}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_keys(folder):
    for name in ("gateway", "peer"):
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256", "-nodes", "-days", "30", "-subj", f"/O=Interop/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    run("openssl", "pkcs12", "-export", "-name", "peer", "-inkey", folder / "peer.key", "-in", folder / "peer.pem", "-out", folder / "peer.p12",
        "-passout", "pass:testas2")
    return folder


def make_payloads(folder):
    edi = (ROOT / "tests/golden/x12/850-valid.edi").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    seed = hashlib.sha256(b"interop").hexdigest()
    large = b"".join(hashlib.sha256(f"{seed}{line}".encode()).hexdigest().encode() + b"\r\n" for line in range(80_000))
    made = {"edi": edi, "binary": bytes(range(256)) * 8, "lf": edi.replace(b"\r\n", b"\n"), "empty": b"", "large": large}
    paths = {}
    for name, octets in made.items():
        paths[name] = folder / f"{name}.bin"
        paths[name].write_bytes(octets)
    return paths


JVM = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # starts fast; tests/bench/as2-load takes it away


# --- the peers ----------------------------------------------------------------------------------------------------------

def pyas2(cache, keys, _work):
    venv = cache / "pyas2"
    python = venv / "bin/python"
    if not (venv / "ready").exists():
        shutil.rmtree(venv, ignore_errors=True)
        run(sys.executable, "-m", "venv", venv)
        run(python, "-m", "pip", "install", "-q", "pyas2lib==1.4.4", "setuptools<80", timeout=300)
        # oscrypto 1.3.0 reads one digit of each part of OpenSSL's version; 3.0.2x has two (wbond/oscrypto #75, #78).
        for name in ("_libcrypto_cffi.py", "_libcrypto_ctypes.py"):
            for path in venv.glob(f"lib/python3*/site-packages/oscrypto/_openssl/{name}"):
                path.write_text(path.read_text().replace(r"\\d\\.\\d\\.\\d", r"\\d+\\.\\d+\\.\\d+"))
        (venv / "ready").touch()
    port = free_port()
    peer = matrix.Program("pyas2lib", [str(python), str(HERE / "peers/pyas2_peer.py"), str(keys), str(port)])
    no_send = "its sender cannot"
    return peer, {
        "as2_id": "PYAS2", "url": f"http://127.0.0.1:{port}/as2", "mdn_url": f"http://127.0.0.1:{port}/mdn",
        "cannot": {("in", name): no_send for name in (
            "signed, compressed", "signed, compressed, encrypted", "RSA-PSS", "RSA-OAEP sha-1", "RSA-OAEP sha-256")}
        | {"aes-256-gcm, authEnveloped": "no AES-GCM", "aes-256-gcm, enveloped and tagged": "no AES-GCM"},
        "expected": {("out", name): NO_UNSIGNED_MIC for name in ("plain", "encrypted", "compressed", "compressed, encrypted")}
        | {("in", name): "its sender turns LF into CRLF, whatever the document is" for name in ("binary document", "bare LF document")}
        | {("out", "RSA-OAEP sha-256"): "opens OAEP with SHA-1 only"},
    }


def java_classpath(cache, name, dependencies):
    """The jars, fetched with Maven once."""
    if shutil.which("mvn") is None or shutil.which("java") is None:
        raise Skip("needs java and mvn")
    folder = cache / name
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        rows = "".join(f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>" for g, a, v in dependencies)
        (folder / "pom.xml").write_text(
            "<project><modelVersion>4.0.0</modelVersion><groupId>interop</groupId><artifactId>peer</artifactId><version>1</version>"
            f"<packaging>pom</packaging><dependencies>{rows}</dependencies></project>", encoding="utf-8")
        run("mvn", "-q", "-B", "-f", folder / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={folder}/lib",
            "-DincludeScope=runtime", timeout=400)
        (folder / "ready").touch()
    return folder


def java_peer(cache, name, dependencies, source, words):
    folder = java_classpath(cache, name, dependencies)
    classes = folder / "classes"
    stamp = classes / (hashlib.sha256((HERE / "peers" / source).read_bytes()).hexdigest()[:16])
    if not stamp.exists():
        classes.mkdir(exist_ok=True)
        # Not a reason to skip: the source here does not fit the library any more.
        build = subprocess.run(["javac", "-nowarn", "-cp", f"{folder}/lib/*", "-d", classes, HERE / "peers" / source], check=False, timeout=200)
        if build.returncode != 0:
            sys.exit(f"{source} does not compile")
        stamp.touch()
    return ["java", *JVM, "-cp", f"{classes}:{folder}/lib/*", source.removesuffix(".java"),
            *map(str, words)]


def as2lib(cache, keys, work):
    port = free_port()
    words = java_peer(cache, "as2lib", [("com.helger.as2", "as2-lib", "5.1.7"), ("org.slf4j", "slf4j-nop", "2.0.17")], "As2LibPeer.java",
                      [keys, port])
    peer = matrix.Program("as2-lib", words, cwd=work, stderr=subprocess.DEVNULL)
    mic = "its MIC is over the decompressed document, not over what was signed (phase2#68, #140)"
    packed = "its sender hashes the compressed entity; RFC 5402 4.2 wants the document before compression when nothing is signed"
    later = "AS2Client takes receipts in the answer only"
    return peer, {
        "as2_id": "ASTWOLIB", "url": f"http://127.0.0.1:{port}/", "mdn_url": f"http://127.0.0.1:{port + 1}/",
        "cannot": {("in", name): "its sender cannot" for name in ("RSA-OAEP sha-256", "RSA-OAEP sha-1", "aes-256-gcm, authEnveloped")} | {("in", name): later for name in (
            "signed, encrypted, async", "signed, async", "signed, encrypted, unsigned MDN, async")},
        "expected": {
            ("out", "compressed, signed"): mic, ("out", "compressed, signed, encrypted"): mic,
            ("in", "compressed"): packed, ("in", "compressed, encrypted"): packed,
            ("out", "aes-256-gcm, authEnveloped"): GCM_STANDARD,
            ("out", "AS2 name with a blank"): "does not unquote AS2-To, so it knows no such partner (phase2#92)",
            ("in", "RSA-PSS"): "compares the name of its PSS algorithm with the digest's in the MIC",
            ("in", "encrypted, unsigned MDN"): "expects SHA-256 where no digest was asked for; RFC 4130 7.3.1 says SHA-1"},
    }


def openas2(cache, keys, work):
    port = free_port()
    words = java_peer(cache, "openas2", [("net.sf.openas2", "openas2-server", "2.10.1")], "OpenAs2Peer.java", [keys, port, work])
    peer = matrix.Program("OpenAS2", words, cwd=work, stderr=subprocess.DEVNULL)
    header = "hashes the body without its header when a message is only compressed; RFC 5402 4.3 wants both"
    silent = "ends the connection without an answer when no Disposition-Notification-Options are sent"
    gcm = "no AES-GCM"
    return peer, {
        "as2_id": "OPENAS2", "url": f"http://127.0.0.1:{port}/", "mdn_url": f"http://127.0.0.1:{port + 1}/",
        "cannot": {("in", name): "its sender cannot" for name in (
            "RSA-PSS", "RSA-OAEP sha-1", "RSA-OAEP sha-256", "aes-256-gcm, authEnveloped", "aes-256-gcm, enveloped and tagged")},
        "expected": {
            "compressed": header, ("out", "encrypted, unsigned MDN"): silent, ("out", "signed, encrypted, unsigned MDN"): silent,
            ("out", "signed, encrypted, unsigned MDN, async"): silent, ("out", "RSA-OAEP sha-1"): "no OAEP",
            ("out", "RSA-OAEP sha-256"): "no OAEP", ("out", "aes-256-gcm, authEnveloped"): gcm,
            ("out", "aes-256-gcm, enveloped and tagged"): gcm,
            ("in", "AS2 name with a blank"): "does not unquote AS2-To of the receipt, so it knows no such partner (OpenAS2#92)"},
    }


PEERS = {"pyas2": pyas2, "as2lib": as2lib, "openas2": openas2}


def play(name, options, work):
    keys = make_keys(pathlib.Path(tempfile.mkdtemp(dir=work)))
    peer, facts = PEERS[name](options.cache, keys, work)
    station = None
    try:
        if not peer.await_event("listening", patience=90):
            raise Skip("the peer does not start")
        station = matrix.Program("as2_station", [str(options.station), str(keys), "0"])
        port = station.await_event("listening")["port"]
        facts |= {"station_url": f"http://127.0.0.1:{port}/as2", "payloads": make_payloads(keys), "fails_as": FAILS_AS}
        cases = [one for one in matrix.CASES if not options.case or one["name"] in options.case]
        return matrix.play(station, peer, facts, cases)
    finally:
        for program in (peer, station):
            if program:
                program.stop()


def show(name, rows):
    by_case = {}
    for case, direction, verdict, _remark in rows:
        by_case.setdefault(case, {})[direction] = verdict
    print(f"\n{name:<40} we send   we receive")
    for case, verdicts in by_case.items():
        print(f"  {case:<38} {verdicts.get('out', ''):<9} {verdicts.get('in', '')}")
    for case, direction, verdict, remark in rows:
        if verdict not in ("ok", "n/a"):
            print(f"    {verdict} {case} ({'we send' if direction == 'out' else 'we receive'}): {remark}")


PAGE_HEAD = """# AS2 interoperability: the matrix

Made by `tests/interop/live.py --page docs/reference/as2-interop.md` (`tests/interop/run` plays it too): our receiver and sender (`as2_station`)
against live peers on loopback, both directions. A case counts only when both sides agree: the document arrived octet for octet, and the sender
believed the receipt with its MIC. *fails* is an expected failure of the peer, with its reason below; it must fail in exactly that way, and one that
passes one day fails the run. *n/a*: the peer's sender cannot do it.
"""


def page(results):
    """The matrix as a page; refuses one with an unexpected row or a peer that was not played."""
    words = {"ok": "ok", "xfail": "fails", "n/a": "n/a"}
    text = PAGE_HEAD + "\n| case | " + " | ".join(f"{TITLES[peer]}, we send | we receive" for peer in results) + " |\n|---" + "|---|---" * len(results) + "|\n"
    cases = list(dict.fromkeys(row[0] for rows in results.values() for row in rows))
    cells = {(peer, row[0], row[1]): words[row[2]] for peer, rows in results.items() for row in rows}
    for case in cases:
        verdicts = (cells.get((peer, case, direction), "–") for peer in results for direction in ("out", "in"))
        text += f"| {case} | " + " | ".join(verdicts) + " |\n"
    for peer, rows in results.items():
        text += f"\n## What {TITLES[peer]} does otherwise\n\n| case | direction | why, and how it shows here |\n|---|---|---|\n"
        for case, direction, verdict, remark in rows:
            if verdict == "xfail":
                reason = remark.split(" [")[0]
                text += f"| {case} | {'we send' if direction == 'out' else 'we receive'} | {reason} ({' or '.join(FAILS_AS[reason])}) |\n"
    return text


TITLES = {"pyas2": "pyas2lib 1.4.4", "as2lib": "as2-lib 5.1.7", "openas2": "OpenAS2 2.10.1"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--station", type=pathlib.Path, default=os.environ.get("AS2_STATION", ROOT / "build/dev/as2_station"))
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "sallyport-interop")
    parser.add_argument("--peer", action="append", choices=PEERS)
    parser.add_argument("--case", action="append", help="only this one; may be repeated")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--page", type=pathlib.Path, help="write the matrix as a page, when every peer was played and nothing failed")
    return parser.parse_args()


def main():
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    results, skipped, passed, failed = {}, {}, 0, 0
    with tempfile.TemporaryDirectory(prefix="as2-interop-") as folder:
        for name in options.peer or PEERS:
            begun = time.monotonic()
            try:
                rows = play(name, options, pathlib.Path(folder))
            except (Skip, subprocess.TimeoutExpired) as reason:
                skipped[name] = str(reason)
                print(f"\n!!! SKIPPED: {name} was NOT played: {reason}")
                continue
            results[name] = rows
            show(f"{name} ({time.monotonic() - begun:.0f} s)", rows)
            passed += sum(row[2] in ("ok", "xfail") for row in rows)
            failed += sum(row[2] in ("FAIL", "XPASS") for row in rows)
    if options.json:
        options.json.write_text(json.dumps({"results": results, "skipped": skipped}, indent=1), encoding="utf-8")
    if options.page and not failed and not skipped:
        options.page.write_text(page(results), encoding="utf-8")
    for name, reason in skipped.items():
        print(f"!!! SKIPPED: {name}: {reason}")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
