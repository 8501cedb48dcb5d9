#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What another program makes of public samples, beside what the shipped maps make of them, value by value.

    translation_pairs.py SAMPLES SALLYPORT [--page]

SAMPLES is a checkout of omniparser's extensions/omniv21/samples/edi (MIT): EDI and the JSON it becomes there. Each value of that JSON is
looked for at its place in our canonical document. A difference that EXPLAINED does not explain fails, and so does an explanation nothing
needs. --page writes docs/reference/translation-pairs.md.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from decimal import Decimal

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/translation-pairs.md"
UNITS = {"KG": "kilogram", "LB": "pound", "K": "kilogram", "L": "pound"}

EXPLAINED = {
    ("210", "invoice_due_date"): "B312, which the standard calls a date without saying which; this carrier's guide makes it the due date",
    ("210", "parties.address.line3"): "a second N3: the base reads one, and reports the other as not read",
    ("210", "parties.identification_code"): "N104 with N103 25, a carrier's own account number",
    ("210", "consolidated_bill_plan_number"): "N9 with 18, by this carrier's guide",
    ("210", "line_items.date"): "N903 beside ZZ: this carrier's own use of N9",
    ("210", "line_items.tracking_number"): "N9 with this carrier's own qualifiers",
    ("210", "line_items.ups_product_code"): "a component of N907, this carrier's own",
    ("210", "line_items.consignees"): "the N1 loop of a line, with weights by package: the base reads the addresses of the invoice",
}


def at(document, path):
    """"a.b[0].c"; None where it is not."""
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        if document is None:
            return None
        if name:
            document = document.get(name) if isinstance(document, dict) else None
        else:
            document = document[int(index)] if isinstance(document, list) and len(document) > int(index) else None
    return document


def number(value):
    return None if value is None else Decimal(str(value)).normalize()


def cents(value):
    return None if value is None else (Decimal(str(value)) / 100).normalize()


def day(value):
    return value and value[:10]


def status_facts(theirs, ours):
    """214: (field, what they say, what we say)."""
    yield "tracking_number", theirs.get("tracking_number"), ours.get("number")
    for name, field in (("city", "city"), ("country", "country"), ("state", "region"), ("zip", "postal_code")):
        yield f"dest.{name}", at(theirs, f"dest.{name}"), at(ours, f"ship_to.{field}")
    yield "weight", number(theirs.get("weight")), number(at(ours, "consignments[0].weight.value"))
    yield "weight_uom", UNITS.get(theirs.get("weight_uom"), theirs.get("weight_uom")), at(ours, "consignments[0].weight.unit")
    said = [event for one in ours.get("consignments", []) for event in one.get("events", [])]
    for index, event in enumerate(theirs.get("events", [])):
        own = said[index] if index < len(said) else {}
        when = event.get("date_raw") or event.get("date")
        yield "events.date", when and when[:16], f"{own.get('date')}T{own.get('time')}" if own.get("time") else own.get("date")
        for name, field in (("city", "city"), ("country", "country"), ("state", "region")):
            yield f"events.location.{name}", at(event, f"location.{name}"), own.get(field)


def party_facts(theirs, ours):
    for party in theirs.get("parties", []):
        code = party.get("entity_identifier_code")
        own = ours.get("bill_to") if code == "BT" else next((one for one in ours.get("parties", []) if one.get("kind") == "shipper"), None)
        own = own or {}
        yield "parties.name", party.get("name"), own.get("name")
        yield "parties.identification_code", party.get("identification_code"), own.get("carrier_code")
        for name, field in (("city", "city"), ("country", "country"), ("state_province", "region"), ("postal_code", "postal_code"),
                            ("line1", "street1"), ("line2", "street2"), ("line3", "street3")):
            yield f"parties.address.{name}", at(party, f"address.{name}"), own.get(field)


def freight_facts(theirs, ours):
    """210."""
    yield "invoice_number", theirs.get("invoice_number"), ours.get("number")
    yield "invoice_date", day(theirs.get("invoice_date")), ours.get("date")
    yield "invoice_due_date", day(theirs.get("invoice_due_date")), at(ours, "terms.net_due")
    yield "invoice_total_amount", cents(theirs.get("invoice_total_amount")), number(ours.get("amount"))
    yield "invoice_total_amount_currency", theirs.get("invoice_total_amount_currency"), ours.get("currency")
    yield "consolidated_bill_plan_number", theirs.get("consolidated_bill_plan_number"), None
    yield "payment_method", (theirs.get("payment_method") or "").lower() or None, ours.get("payment")
    yield from party_facts(theirs, ours)
    for index, line in enumerate(theirs.get("line_items", [])):
        own = at(ours, f"lines[{index}]") or {}
        yield "line_items.item_no", number(line.get("item_no")), number(own.get("no"))
        yield "line_items.date", day(line.get("date")), own.get("date")
        yield "line_items.tracking_number", line.get("tracking_number"), own.get("tracking_number")
        yield "line_items.ups_product_code", line.get("ups_product_code"), own.get("product_code")
        yield "line_items.consignees", len(line["consignees"]) if "consignees" in line else None, None
        yield "line_items.number_of_pieces", number(line.get("number_of_pieces")), number(own.get("packages"))
        for which, charge in enumerate(line.get("fees_and_charges", [])):
            mine = at(own, f"charges[{which}]") or {}
            yield "fees_and_charges.charge", cents(charge.get("charge")), number(mine.get("amount"))
            yield "fees_and_charges.charge_type", charge.get("charge_type"), mine.get("charge")
            yield "fees_and_charges.charge_desc", charge.get("charge_desc"), mine.get("text")


PAIRS = (("214", "1_canadapost_edi_214", "Test1_CanadaPost_EDI_214", "x12-214-base.map", status_facts, {}),
         ("210", "2_ups_edi_210", "Test2_UPS_EDI_210", "x12-210-base.map", freight_facts, {"*004030": "*004010", "*00403*": "*00401*"}))


def compared(samples, program, pair):
    kind, name, snapshot, base, facts, changes = pair
    text = (samples / f"{name}.input.txt").read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sample.edi"
        path.write_text(text)
        done = subprocess.run([program, "map", "run", base, path, "--json"], capture_output=True, text=True, check=False)
    ours = [one["document"] for one in json.loads(done.stdout)["documents"]]
    theirs = [one["TransformedRecord"] for one in json.loads((samples / ".snapshots" / snapshot).read_text())]
    equal, other, fields = 0, collections.defaultdict(list), set()
    if len(ours) != len(theirs):
        other["documents"].append((len(theirs), len(ours)))
    for one, own in zip(theirs, ours):
        for field, said, mine in facts(one, own):
            if said is None:
                continue
            fields.add(field)
            if said == mine:
                equal += 1
            else:
                other[field].append((said, mine))
    return kind, len(theirs), len(fields), equal, other


HEAD = """# Public translation pairs: what another program makes of the same documents

Made by `tests/mappings/translation_pairs.py SAMPLES SALLYPORT --page`. The samples are omniparser's (MIT; not part of this project): a
carrier's 214 and a parcel service's 210, each with the JSON that program makes of it. Each value of that JSON is looked for at its place in our
canonical document; both say amounts, weights and dates in their own form, so values are compared and not texts. The 210 is of release 004030, which is not
shipped; it is read as 004010.

Other public pairs were looked at and are no translations: EDIFACT and X12 to a tree of the same segments (StAEDI, smooks), which
compares parsers; and pairs of acknowledgements, which are in [the oracle's page](oracle.md). Those of the bots plugins (X12 and EDIFACT to formats of
their own) were not compared.

No value that both read is different. What is missing here are places to which a carrier's guide gives a meaning of its own, which a partner's overlay
reads, and two that the base leaves out: a second N3 and the parties of a line. `sallyport map run` names each of them as not read.

| set | documents | fields compared | values equal | values different | explained |
|---|---:|---:|---:|---:|---:|
"""


def main(words):
    if len(words) < 2:
        sys.exit(__doc__)
    results = [compared(pathlib.Path(words[0]), words[1], pair) for pair in PAIRS]
    rows, notes, faults, used = "", "", [], set()
    for kind, documents, fields, equal, other in results:
        explained = sum(len(found) for field, found in other.items() if (kind, field) in EXPLAINED)
        rows += f"| {kind} | {documents} | {fields} | {equal} | {sum(map(len, other.values()))} | {explained} |\n"
        for field, found in sorted(other.items()):
            said, mine = found[0]
            used.add((kind, field))
            why = EXPLAINED.get((kind, field))
            if why is None:
                faults.append(f"{kind} {field}: {len(found)} times, as {said!r} there and {mine!r} here")
            notes += f"| {kind} | `{field}` | {len(found)} | {said} | {mine or '–'} | {why or 'not explained'} |\n"
    faults += [f"{kind} {field} is explained, and there is no difference" for kind, field in EXPLAINED.keys() - used]
    if "--page" in words:
        PAGE.write_text(HEAD + rows + "\n| set | their field | times | there | here | why |\n|---|---|---:|---|---|---|\n" + notes)
    print(rows + "".join(f"{fault}\n" for fault in faults) + f"{len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
