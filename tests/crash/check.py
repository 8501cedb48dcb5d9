# SPDX-License-Identifier: Apache-2.0
"""The invariants, read from outside: the database through Python's own sqlite3, the archive from the disk, the partner's
ledger and the orders in the back office. Nothing here calls the gateway. Names I1 to I12: docs/crash.md."""
import collections
import contextlib
import hashlib
import re
import shutil
import sqlite3

ZERO = bytes(32)


def rows(database, query, *values):
    return database.execute(query, values).fetchall()


def open_store(state):
    database = sqlite3.connect(f"file:{state}/sallyport.db?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    return database


def in_flight(state):
    """Jobs that a worker has or will get."""
    database = open_store(state)
    try:
        return rows(database, "SELECT count(*) FROM jobs WHERE state IN ('ready', 'leased')")[0][0]
    finally:
        database.close()


def archived(state, address, database):
    """An object of the archive, wherever it lies: small ones in the database, large ones as files."""
    row = database.execute("SELECT octets FROM objects WHERE address = ?", (address,)).fetchone()
    if row is not None:
        return bytes(row[0] or b"")
    path = state / "archive" / address[:2] / address[2:4] / address
    return path.read_bytes() if path.is_file() else None


def kept(state, sent, look):
    """I1 in between: what `sent` holds, in the state that a power cut left. Looks at a copy of the database."""
    shutil.rmtree(look, ignore_errors=True)
    look.mkdir()
    for path in state.glob("sallyport.db*"):
        shutil.copy(path, look)
    try:
        with contextlib.closing(sqlite3.connect(look / "sallyport.db")) as database:
            sound = database.execute("PRAGMA integrity_check").fetchone()[0]
            if sound != "ok":
                return [f"the database is damaged: {sound}"]
            if not sent:
                return []
            stored = {name: addresses for name, *addresses in database.execute(
                "SELECT transport_id, payload_ref, raw_ref FROM messages WHERE direction = 'inbound' AND state = 'received'")}
            octets_of = {address: archived(state, address, database) for addresses in stored.values() for address in addresses}
    except sqlite3.Error as reason:
        return [f"I1 the database cannot be read: {reason}"]
    faults = [f"I1 {message.message_id} was acknowledged and is gone" for message in sent if message.message_id not in stored]
    for name, addresses in stored.items():
        for address in addresses:
            octets = octets_of[address]
            if octets is None or hashlib.sha256(octets).hexdigest() != address:
                faults.append(f"I1 {name}: {address} is {'gone from' if octets is None else 'damaged in'} the archive")
    return faults


class Check:
    def __init__(self, state, partner, orders):
        self.state, self.partner, self.orders = state, partner, orders
        self.database = open_store(state)
        self.violations = list(partner.faults)

    def claim(self, holds, text):
        if not holds:
            self.violations.append(text)

    def run(self):
        for part in (self.accepted_are_there, self.one_order_each, self.outbound_is_settled_or_visible, self.control_numbers,
                     self.one_acknowledgement_each, self.audit_chain, self.order_per_key, self.sums, self.owners):
            part()
        self.database.close()
        return self.violations

    def accepted_are_there(self):
        """I1: what we acknowledged is stored, octet for octet."""
        stored = {row["transport_id"]: row for row in
                  rows(self.database, "SELECT * FROM messages WHERE direction = 'inbound' AND state = 'received'")}
        for message in self.partner.sent:
            row = stored.get(message.message_id)
            if row is None:
                self.violations.append(f"I1 {message.message_id} was acknowledged and is gone")
                continue
            octets = archived(self.state, row["payload_ref"], self.database)
            self.claim(octets == message.payload, f"I1 {message.message_id}: the archived payload is not what was sent")
            raw = archived(self.state, row["raw_ref"], self.database)
            self.claim(raw is not None and raw.endswith(message.body), f"I1 {message.message_id}: the message as received is not kept")
            receipt = bytes(row["receipt_body"] or b"")
            self.claim(receipt == message.mdn[1], f"I6 {message.message_id}: the stored receipt is not the one that was sent")

    def one_order_each(self):
        """I2: exactly one order for each purchase order that was acknowledged, and none that nobody sent."""
        found = collections.Counter(order["client_order_ref"] for order in self.orders)
        wanted = {message.number for message in self.partner.sent}
        for number in sorted(wanted):
            self.claim(found[number] == 1, f"I2 {number} has {found[number]} orders")
        for number in sorted(set(found) - wanted - self.partner.maybe):
            self.violations.append(f"I2 order for {number}, which nobody sent")
        named = {row["business_key"]: row for row in rows(self.database, "SELECT * FROM back_office_results")}
        records = collections.Counter(row["record"] for row in named.values())
        for record, count in records.items():
            self.claim(count == 1, f"I2 order {record} stands for {count} business keys")

    def outbound_is_settled_or_visible(self):
        """I3: nothing of ours is silently 'sent': delivered with the partner's receipt, or in sight of a person."""
        for row in rows(self.database, "SELECT * FROM messages WHERE direction = 'outbound'"):
            seen = self.partner.received.get(row["transport_id"])
            if row["state"] == "delivered":
                self.claim(seen is not None, f"I3 {row['transport_id']} is called delivered, the partner never saw it")
                self.claim(bool(row["receipt_body"]), f"I3 {row['transport_id']} is called delivered without a receipt")
            else:
                parked = rows(self.database, "SELECT count(*) FROM jobs WHERE message = ? AND state = 'parked'", row["id"])[0][0]
                self.claim(parked == 1, f"I3 {row['transport_id']} is {row['state']} and nobody is told")
        known = {row[0] for row in rows(self.database, "SELECT transport_id FROM messages WHERE direction = 'outbound'")}
        for message_id in self.partner.received:
            self.claim(message_id in known, f"I3 the partner got {message_id}, which is not stored")

    def control_numbers(self):
        """I5: no control number twice, no gap."""
        numbers = collections.defaultdict(list)
        for message_id, message in self.partner.received.items():
            isa = message["payload"].split(b"~")[0].split(b"*")
            group = re.search(rb"GS\*(?:[^*~]*\*){5}(\d+)", message["payload"])
            numbers["ISA"].append(int(isa[13]))
            numbers["GS"].append(int(group[1]))
        last = {row["kind"].split(".")[0]: row["last_used"] for row in rows(self.database, "SELECT * FROM control_numbers")}
        for kind, used in numbers.items():
            twice = [number for number, count in collections.Counter(used).items() if count > 1]
            self.claim(not twice, f"I5 {kind} numbers used twice: {twice[:5]}")
            self.claim(sorted(set(used)) == list(range(1, max(used) + 1)) and last.get(kind) == max(used),
                       f"I5 {kind} numbers have gaps: {len(set(used))} seen, highest {max(used)}, ledger {last.get(kind)}")

    def one_acknowledgement_each(self):
        """I7: one 997 for each interchange content, however often it came."""
        answers = collections.Counter()
        for message in self.partner.received.values():
            for group in re.findall(rb"AK1\*PO\*(\d+)", message["payload"]):
                answers[int(group)] += 1
                accepted = re.search(rb"AK9\*A\*", message["payload"])
                self.claim(accepted, f"I7 group {int(group)} was not accepted: {message['payload'][:300]!r}")
        for message in self.partner.sent:
            self.claim(answers[message.control] == 1, f"I7 group {message.control} has {answers[message.control]} acknowledgements")

    def audit_chain(self):
        """I8: the chain holds, computed here from the documented layout; every message and document is in it."""
        previous, expected = ZERO, 1
        subjects = set()
        for row in self.database.execute("SELECT * FROM audit ORDER BY seq"):
            layout = b"sallyport-audit-1\n" + previous
            for field in (str(row["seq"]), str(row["time"]), row["actor"], row["event"], row["subject"], row["detail"]):
                octets = field.encode()
                layout += len(octets).to_bytes(8, "big") + octets
            whole = row["seq"] == expected and bytes(row["previous"]) == previous and bytes(row["hash"]) == hashlib.sha256(layout).digest()
            if not whole:
                self.violations.append(f"I8 the audit chain breaks at entry {row['seq']}")
                return
            previous, expected = bytes(row["hash"]), expected + 1
            subjects.add(row["subject"])
        head = rows(self.database, "SELECT * FROM audit_head")[0]
        self.claim(head["seq"] == expected - 1, f"I8 the chain ends at {expected - 1}, its head says {head['seq']}")
        for row in rows(self.database, "SELECT id FROM messages"):
            self.claim(row["id"] in subjects, f"I8 message {row['id']} is not in the audit chain")
        self.entries = expected - 1

    def order_per_key(self):
        """I9: jobs of one key never overlap and end in the order of their rank."""
        tries = rows(self.database, "SELECT j.order_key, j.rank, j.id, a.started, a.ended FROM attempts a JOIN jobs j ON j.id = a.job "
                                    "WHERE j.order_key IS NOT NULL ORDER BY j.order_key, a.id")
        last = {}
        for row in tries:
            before = last.get(row["order_key"])
            if before is not None:
                self.claim((before["rank"], before["id"]) <= (row["rank"], row["id"]),
                           f"I9 {row['order_key']}: job {row['id']} ran after job {before['id']}, which stands behind it")
                self.claim(before["ended"] <= row["started"] or before["id"] == row["id"],
                           f"I9 {row['order_key']}: jobs {before['id']} and {row['id']} ran at the same time")
            last[row["order_key"]] = row

    def sums(self):
        """I11: everything accepted is done, held or in flight; a received message has its steps."""
        orphans = rows(self.database, "SELECT m.id FROM messages m WHERE m.state = 'received' AND NOT EXISTS "
                                      "(SELECT 1 FROM jobs j WHERE j.message = m.id)")
        for row in orphans:
            self.violations.append(f"I11 message {row['id']} was received and no step ever began")
        posted = rows(self.database, "SELECT count(*) FROM documents WHERE doc_set = '850' AND back_office = 'posted'")[0][0]
        wanted = len({message.number for message in self.partner.sent})
        waiting = rows(self.database, "SELECT count(*) FROM jobs WHERE state = 'parked'")[0][0]
        self.claim(waiting == 0, f"I11 {waiting} jobs are parked: " + "; ".join(
            row["kind"] + " " + row["reason"] for row in rows(self.database, "SELECT * FROM jobs WHERE state = 'parked' LIMIT 3")))
        self.claim(posted >= wanted, f"I11 {posted} orders are posted, {wanted} were acknowledged")

    def owners(self):
        """I12: nothing waits for a person without a reason and a due time."""
        for row in rows(self.database, "SELECT * FROM documents WHERE next_actor NOT IN ('nobody', 'gateway')"):
            waits_for_answer = row["next_actor"] == "partner"
            self.claim(row["next_due"] is not None and (row["reason"] or waits_for_answer),
                       f"I12 document {row['id']} waits for the {row['next_actor']} without due time or reason")
