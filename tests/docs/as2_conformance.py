#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The AS2 conformance list: every id, the tests that hold it, the verdict.

    as2_conformance.py --check          every id has a test, and docs/reference/as2-conformance.md says which (no build needed)
    as2_conformance.py --write BUILD... runs those tests with the programs in BUILD (the first folder that has each) and writes the page
    as2_conformance.py --missing        the ids without a test

A test holds an id when the id stands in its name (Mdn24…, Mdn02To04…), in its body (// MDN-24) or in what stands between it and the test before.
"""
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/reference/as2-conformance.md"
PROGRAMS = ("transports", "certs", "flow")

IDS = {
    "MIC-01": "plain: MIC over the body alone", "MIC-02": "signed: over header and body as signed",
    "MIC-03": "encrypted only: over header and body after decryption", "MIC-04": "signed, then encrypted: as MIC-02",
    "MIC-05": "compressed only: over the uncompressed entity with its header", "MIC-06": "compressed, then signed: over the compressed entity",
    "MIC-07": "signed, then compressed: over the signed entity", "MIC-08": "compressed and encrypted, unsigned: over the uncompressed entity",
    "MIC-09": "all three: as MIC-06 or MIC-07", "MIC-10": "multipart payload: the whole of it, boundaries included",
    "MIC-11": "compression inside and outside the signature is refused", "MIC-12": "unsigned receipts state the MIC too",
    "MIC-13": "receipts of errors need no MIC", "MIC-14": "the digest of the MIC is the signature's; every digest is compared",
    "CAN-01": "received octets are hashed, never written anew", "CAN-02": "the line end before a boundary belongs to it",
    "CAN-03": "no transfer encoding means binary", "CAN-04": "bare LF in a body stays", "CAN-05": "explicit binary on inner parts",
    "CAN-06": "base64 inside and around", "CAN-07": "base64 with any line breaks, and what follows it", "CAN-08": "preamble and epilogue: never written, tolerated",
    "CAN-09": "folded inner headers, any case", "CAN-10": "BER: indefinite lengths, octet strings in parts",
    "CAN-11": "no S/MIME capabilities in signatures", "CAN-12": "digest parameters NULL or absent", "CAN-13": "a signature without signer fails",
    "CAN-14": "several recipients, by serial or key identifier", "CAN-15": "opaque signatures: taken, never written",
    "CAN-16": "the object identifier decides, not smime-type", "CAN-17": "odd names of types and files", "CAN-18": "compression is no encryption",
    "CAN-19": "several signers: one that is configured must hold",
    "HDR-01": "micalg in every spelling", "HDR-02": "Received-Content-MIC in every spelling", "HDR-03": "AS2 names: quoting, case, length",
    "HDR-04": "needless and doubled quotes", "HDR-05": "Message-ID: strict out, anything in, echoed exactly", "HDR-06": "Message-ID missing",
    "HDR-07": "any Disposition-Notification-To asks for a receipt", "HDR-08": "Disposition-Notification-Options in every spelling",
    "HDR-09": "required and unsupported: failure; optional: the next", "HDR-10": "Date: missing, wrong, English", "HDR-11": "nothing folded out, everything folded in",
    "HDR-12": "header names without case, doubles refused", "HDR-13": "any AS2-Version", "HDR-14": "unknown EDIINT-Features", "HDR-15": "any payload type",
    "HDR-16": "file names are names, never paths", "HDR-17": "multipart/related with and without type",
    "HTTP-01": "any 2xx is success", "HTTP-02": "2xx for a refused message", "HTTP-03": "asynchronous: answered at once",
    "HTTP-04": "one framing or none", "HTTP-05": "nothing allocated from a header", "HTTP-06": "Expect: 100-continue",
    "HTTP-07": "slow and split answers, HTTP/1.0 without length", "HTTP-08": "Content-Length, never chunked, out", "HTTP-09": "102 only to those who ask",
    "HTTP-10": "HEAD on the receipt URL; long URLs", "HTTP-11": "unasked Authorization is ignored", "HTTP-12": "slow senders are cut",
    "HTTP-13": "redirects are not followed", "HTTP-14": "AS2 Restart",
    "MDN-01": "unknown partner", "MDN-02": "decryption failed", "MDN-03": "unknown signer", "MDN-04": "content changed", "MDN-05": "signature required, absent",
    "MDN-06": "unsupported MIC algorithm, required", "MDN-07": "unsupported receipt format, required", "MDN-08": "decompression failed",
    "MDN-09": "identical repeat: the first receipt", "MDN-10": "same id, other content", "MDN-11": "internal failure", "MDN-12": "sender equals receiver",
    "MDN-13": "errors are signed too", "MDN-20": "the receipt is about this message and this pair", "MDN-21": "two parts, verified octets are read",
    "MDN-22": "nothing changes before verification", "MDN-23": "no disposition is no success", "MDN-24": "MIC present and equal",
    "MDN-25": "which warnings are success", "MDN-26": "which errors are tried again", "MDN-27": "a second receipt changes nothing",
    "MDN-28": "Final-Recipient may be anything", "MDN-30": "asynchronous receipts to named URLs only", "MDN-31": "replay key after authentication",
    "MDN-32": "same id: identical or other content, by digest", "MDN-33": "business key as second line",
    "CRT-01": "odd certificates load", "CRT-02": "expired certificates verify, with a warning", "CRT-03": "old and new certificate side by side",
    "CRT-04": "GCM in both containers", "CRT-05": "OAEP with both digests", "CRT-06": "weak algorithms by opt-in", "CRT-07": "one answer for every failed decryption",
    "CRT-08": "CompressedData without OpenSSL's",
}
# What is not done, and why: a line here is a promise that is not kept yet. A test that appears for one is an error, so that the line goes.
NOT_DONE = {}
CANNOT_FAIL = set()  # tests that hold an id and ask nothing
# Tests of other folders that hold an id without naming it.
ELSEWHERE = {
    "MDN-33": ("flow/Pipeline850.HoldsAUsedControlNumberWithOtherContent", "flow/Pipeline850.SuppressesTheSameOrderUnderNewControlNumbersButAnswersIt"),
}


SPELLED = re.compile(r"(MIC|CAN|HDR|HTTP|MDN|CRT|Mic|Can|Hdr|Http|Mdn|Crt)-?(\d\d)((?:(?:To|And)\d\d)*)")


def ids_in(text):
    """MDN-24, Mdn24…, Mdn20And24…, Mdn02To04…"""
    found = set()
    for kind, first, more in SPELLED.findall(text):
        last = int(first)
        found.add(f"{kind.upper()}-{first}")
        for word, digits in re.findall(r"(To|And)(\d\d)", more):
            numbers = range(last + 1, int(digits) + 1) if word == "To" else [int(digits)]
            found.update(f"{kind.upper()}-{number:02}" for number in numbers)
            last = int(digits)
    return found


def tests():
    """(program, Suite.Name, text) of every test in the sources."""
    start = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
    for program in PROGRAMS:
        for path in sorted((ROOT / "tests" / program).glob("*_test.cpp")):
            text = path.read_text(encoding="utf-8")
            found = list(start.finditer(text))
            for at, one in enumerate(found):
                end = found[at + 1].start() if at + 1 < len(found) else len(text)
                # Tables and comments between two tests belong to the second one.
                before = text[found[at - 1].start():one.start()] if at else text[:one.start()]
                if at:  # what follows the end of the test before
                    before = before[before.find("\n}\n") + 3:]
                body = text[one.start():end]
                body = body[:body.find("\n}\n") + 3] if "\n}\n" in body else body
                yield program, f"{one[1]}.{one[2]}", before + body


CAN_FAIL = re.compile(r"\b(?:EXPECT_|ASSERT_|ADD_FAILURE|FAIL\(|expect_)")


def holders():
    """id -> the tests that hold it, sorted."""
    held = {number: [] for number in IDS}
    for program, name, text in tests():
        for number in ids_in(text) | {number for number, names in ELSEWHERE.items() if f"{program}/{name}" in names}:
            if number in held:
                held[number].append((program, name))
                if not CAN_FAIL.search(text):
                    CANNOT_FAIL.add(f"{program}/{name}")
    return held


def rows(held, verdicts):
    for number, what in IDS.items():
        if number in NOT_DONE:
            yield f"| {number} | {what} | – | not done: {NOT_DONE[number]} |"
            continue
        names = ", ".join(f"`{program}/{name}`" for program, name in held[number])
        yield f"| {number} | {what} | {names} | {verdicts.get(number, 'not run')} |"


HEAD = """# AS2 conformance: every id, its tests, the verdict

Made by `tests/docs/as2_conformance.py --write BUILD`, which runs the tests; `ctest -L static` checks that the ids and tests named here are those of
the sources. The ids are those of the project's AS2 conformance list (RFC 4130, 5402, 8098, 5652, 3274, 5083, 9112 and what products do).

| id | what | tests | verdict |
|---|---|---|---|
"""


def program_in(builds, program):
    for build in builds:
        path = pathlib.Path(build).resolve() / f"{program}_tests"
        if path.exists():
            return path
    sys.exit(f"{program}_tests is not built: ninja -C BUILD {program}_tests")


def run(builds, held):
    """id -> verdict, from a real run."""
    wanted = {}
    for names in held.values():
        for program, name in names:
            wanted.setdefault(program, set()).add(name)
    outcome = {}
    for program, names in wanted.items():
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder) / "report.xml"
            patterns = [pattern for name in names for pattern in (name, f"*/{name}/*")]
            subprocess.run([program_in(builds, program), f"--gtest_filter={':'.join(patterns)}", f"--gtest_output=xml:{report}"],
                           stdout=subprocess.DEVNULL, check=False)
            for case in ElementTree.parse(report).iter("testcase"):
                suite = case.get("classname").split("/")[-1]
                key = (program, f"{suite}.{case.get('name').split('/')[0]}")
                good = case.find("failure") is None and case.get("result") == "completed"
                outcome.setdefault(key, []).append(good)
    verdicts = {}
    for number, names in held.items():
        ran = [good for name in names for good in outcome.get(name, [False])]
        verdicts[number] = "holds" if ran and all(ran) else "FAILS"
    return verdicts


def without_verdict(text):
    return [line.rsplit("|", 2)[0] for line in text.splitlines() if line.startswith("| ")]


def main(words):
    held = holders()
    missing = [number for number in IDS if not held[number] and number not in NOT_DONE]
    if words == ["--missing"]:
        print("\n".join(missing))
        return bool(missing)
    faults = [f"{number} has no test" for number in missing]
    faults += [f"{name} asks nothing, so it cannot fail" for name in sorted(CANNOT_FAIL)]
    faults += [f"{number} has a test: it is not «not done» any more" for number in NOT_DONE if held[number]]
    if words[:1] == ["--write"] and len(words) > 1:
        verdicts = run(words[1:], {number: names for number, names in held.items() if names})
        PAGE.write_text(HEAD + "\n".join(rows(held, verdicts)) + "\n", encoding="utf-8")
        faults += [f"{number} fails" for number, verdict in verdicts.items() if verdict != "holds"]
    elif words == ["--check"]:
        text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if without_verdict(HEAD + "\n".join(rows(held, {}))) != without_verdict(text):
            faults.append(f"{PAGE.relative_to(ROOT)} names other tests than the sources hold: run tests/docs/as2_conformance.py --write BUILD")
        faults += [f"{PAGE.relative_to(ROOT)}: {line.split('|')[1].strip()} does not hold"
                   for line in text.splitlines() if line.endswith(("FAILS |", "not run |"))]
    else:
        sys.exit(__doc__)
    for fault in faults:
        print(fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
