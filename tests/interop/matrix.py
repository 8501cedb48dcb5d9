# SPDX-License-Identifier: Apache-2.0
"""Plays the matrix of cases between as2_station (our receiver and sender) and one live peer, both directions, on loopback.

Every program is steered by lines of JSON on its standard input and tells what happens on its standard output; a case waits for the
events it needs, never for time to pass. A case counts only when both sides agree: the document arrived octet for octet, and the sender
believed the receipt including its MIC.
"""
import hashlib
import json
import queue
import subprocess
import threading
import time

PATIENCE = 40  # seconds for one event


class Program:
    def __init__(self, name, words, **more):
        self.name = name
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)
        self.lines = queue.Queue()
        self.early = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.put(json.loads(line))
        self.lines.put({"event": "ended"})

    def tell(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def await_event(self, *names, patience=PATIENCE):
        """The first event of these names; others are kept for later. None when it does not come."""
        for at, line in enumerate(self.early):
            if line["event"] in names:
                return self.early.pop(at)
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            try:
                line = self.lines.get(timeout=left)
            except queue.Empty:
                return None
            if line["event"] == "ended":
                raise RuntimeError(f"{self.name} ended by itself")
            if line["event"] in names:
                return line
            self.early.append(line)  # a receipt may be faster than the answer to the message
        return None

    def forget(self):
        self.early.clear()
        while not self.lines.empty():
            self.lines.get_nowait()

    def stop(self):
        try:
            self.tell(do="quit")
            self.process.wait(timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


def case(name, **terms):
    return {"name": name, **terms}


CASES = [
    case("plain", sign=False, encrypt=False),
    case("signed", encrypt=False),
    case("encrypted", sign=False),
    case("signed, encrypted"),
    case("compressed", sign=False, encrypt=False, compress="before"),
    case("compressed, signed", encrypt=False, compress="before"),
    case("signed, compressed", encrypt=False, compress="after"),
    case("compressed, encrypted", sign=False, compress="before"),
    case("compressed, signed, encrypted", compress="before"),
    case("signed, compressed, encrypted", compress="after"),
    case("signed, encrypted, async", **{"async": True}),
    case("signed, async", encrypt=False, **{"async": True}),
    case("encrypted, unsigned MDN", sign=False, mdn="unsigned"),
    case("signed, encrypted, unsigned MDN", mdn="unsigned"),
    case("signed, encrypted, unsigned MDN, async", mdn="unsigned", **{"async": True}),
    case("sha-1", digest="sha1"),
    case("sha-384", digest="sha384"),
    case("sha-512", digest="sha512"),
    case("3des", cipher="3des"),
    case("aes-128-cbc", cipher="aes-128-cbc"),
    case("aes-192-cbc", cipher="aes-192-cbc"),
    case("RSA-PSS", scheme="pss"),
    case("RSA-OAEP sha-1", key_transport="oaep-sha-1"),
    case("RSA-OAEP sha-256", key_transport="oaep-sha-256"),
    case("aes-256-gcm, authEnveloped", cipher="aes-256-gcm"),
    case("aes-256-gcm, enveloped and tagged", cipher="aes-256-gcm", gcm_container="enveloped-tagged"),
    case("binary document", payload="binary"),
    case("bare LF document", payload="lf"),
    case("empty document", payload="empty"),
    case("5 MB document", payload="large"),
    case("file name with blanks and umlauts", file_name="Bestellung für Köln 1.edi"),
    case("AS2 name with a blank", partner_id="Partner Two"),
    # Quirks of ours: of what we send, so there is nothing to play the other way.
    case("quirk names-unquoted", partner_id="Partner Two", quirk="names-unquoted"),
    case("quirk mic-missing-unsigned", sign=False, encrypt=False, quirk="mic-missing-unsigned"),
    case("quirk signature-binary", quirk="signature-binary"),
]


def no_failure(event, what):
    if event is None:
        return f"{what}: nothing came"
    if event["event"] in ("refused",) or not event.get("ok", True):
        return f"{what}: " + str(event.get("code", "")) + " " + str(event.get("reason") or event.get("detail") or event.get("status") or "")
    return ""


class Play:
    def __init__(self, station, peer, facts):
        self.station, self.peer, self.facts = station, peer, facts

    def agree(self, terms):
        common = {"our_id": "GATEWAY", "partner_id": self.facts["as2_id"], **terms}
        self.station.forget()
        self.peer.forget()
        self.station.tell(do="agree", key="peer", url=self.facts["url"], async_urls=[self.facts["mdn_url"]],
                          mdn_url=self.facts["station_url"] if terms.get("async") else "", **common)
        self.peer.tell(do="agree", station_port=self.facts["station_url"].split(":")[2].split("/")[0], **common)
        if not self.station.await_event("agreed") or not self.peer.await_event("agreed"):
            raise RuntimeError("no agreement")

    def outbound(self, terms, number):
        path = self.facts["payloads"][terms.get("payload", "edi")]
        self.agree(terms)
        self.station.tell(do="send", id=f"o{number}", file=str(path), name=terms.get("file_name", "order.edi"))
        wrong = []
        sent = self.station.await_event("sent")
        wrong.append(no_failure(sent, "our sender"))
        if sent and sent.get("pending") and not wrong[0]:
            sent = self.station.await_event("receipt", "refused")
            wrong.append(no_failure(sent, "the later receipt"))
        if not any(wrong) and not sent.get("mic") and not (terms.get("mdn") == "unsigned" or not terms.get("sign", True)):
            wrong.append("the receipt states no MIC")
        got = self.peer.await_event("received", "refused", patience=PATIENCE if not any(wrong) else 1)
        wrong.append(no_failure(got, self.peer.name))
        if got and got["event"] == "received" and got["sha256"] != hashlib.sha256(path.read_bytes()).hexdigest():
            wrong.append(f"{self.peer.name} has another document")
        return next((text for text in wrong if text), "")

    def inbound(self, terms, number):
        path = self.facts["payloads"][terms.get("payload", "edi")]
        self.agree(terms)
        self.peer.tell(do="send", id=f"i{number}", file=str(path), url=self.facts["station_url"], name=terms.get("file_name", "order.edi"))
        got = self.station.await_event("received", "refused")
        wrong = [no_failure(got, "our receiver")]
        if got and got["event"] == "received":
            if got["sha256"] != hashlib.sha256(path.read_bytes()).hexdigest():
                wrong.append("we have another document")
            for layer in ("signed", "encrypted"):
                if got[layer] != terms.get({"signed": "sign", "encrypted": "encrypt"}[layer], True):
                    wrong.append(f"it was {'' if got[layer] else 'not '}{layer}")
            digest = got["mic"].rpartition(", ")[2].replace("-", "")
            if got["signed"] and digest != terms.get("digest", "sha256"):  # a peer that ignores the case proves nothing
                wrong.append(f"it was signed with {digest}")
        sent = self.peer.await_event("sent", patience=PATIENCE if not any(wrong) else 5)
        wrong.append(no_failure(sent, self.peer.name))
        if terms.get("async") and not any(wrong):
            wrong.append(no_failure(self.peer.await_event("receipt"), f"{self.peer.name}, later receipt"))
        return next((text for text in wrong if text), "")


def play(station, peer, facts, cases=None):
    """Rows: (case, direction, verdict, remark). facts["cannot"] and facts["expected"]: by (direction, case) or case, with the reason.
    facts["fails_as"]: for each reason what the failure must say, one of several; any other failure is ours until shown otherwise."""
    table = Play(station, peer, facts)
    rows = []
    for number, terms in enumerate(cases or CASES):
        terms = dict(terms)
        name = terms.pop("name")
        if "partner_id" not in terms:
            terms["partner_id"] = facts["as2_id"]
        for direction, run in (("out", table.outbound), ("in", table.inbound)):
            cannot = facts["cannot"].get((direction, name)) or facts["cannot"].get(name)
            if "quirk" in terms and direction == "in":
                cannot = "a quirk is of what we send"
            if cannot:
                rows.append((name, direction, "n/a", cannot))
                continue
            fault = run(terms, f"{facts['as2_id'].lower()}{number}")
            expected = facts["expected"].get((direction, name)) or facts["expected"].get(name)
            ways = facts.get("fails_as", {}).get(expected, ())
            if fault and expected and not any(way in fault for way in ways):
                rows.append((name, direction, "FAIL", f"was expected to fail because it {expected}, failed in another way: {fault}"))
            elif fault and expected:
                rows.append((name, direction, "xfail", expected + " [" + fault[:160] + "]"))
            elif expected:
                rows.append((name, direction, "XPASS", "was expected to fail: " + expected))
            else:
                rows.append((name, direction, "FAIL" if fault else "ok", fault))
    return rows
