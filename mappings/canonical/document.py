#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/canonical from the schemas beside this file: one page per document, one for the shared records, an index; and
docs/mapping/library.md from the shipped maps.

    mappings/canonical/document.py            rewrites those pages
    mappings/canonical/document.py --check    says which page does not agree with its schema, exit status 1
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
PLACES = (("x12", "X12"), ("edifact", "EDIFACT"), ("ubl", "UBL"), ("odoo", "Odoo"))
MADE = "Made from `mappings/canonical/{}.schema.json` by `mappings/canonical/document.py`.\n"


def page_name(title):
    return "".join(word.capitalize() for word in title.split("_"))


def link(reference):
    """A $ref as words and an anchor; shared records have a page of their own."""
    name = reference.rsplit("/", 1)[1]
    page = "Common.md" if reference.startswith("common.") else ""
    return f"[{name}]({page}#{name})"


def type_of(field):
    if "$ref" in field:
        return link(field["$ref"])
    if field.get("type") == "array":
        items = field["items"]
        inner = link(items["$ref"]) if "$ref" in items else "record"
        return f"list of {inner}" + (f" by {field['x-kind']}" if "x-kind" in field else "")
    if field.get("type") == "object":
        return "record"
    words = field.get("x-type", "text")
    if "x-scale" in field:
        words += f", {field['x-scale']} decimals at most"
    if "maxLength" in field:
        words += f", {field['maxLength']} characters at most"
    return words


def unstopped(text):
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def meaning_of(name, field):
    words = unstopped(field.get("description", ""))
    if not words:
        raise SystemExit(f"{name}: a field without a description")
    if "enum" in field:
        words += ": " + ", ".join(f"`{value}`" for value in field["enum"])
    if "default" in field:
        words += f"; absent means `{field['default']}`"
    if "x-unit" in field:
        words += f". Unit: {field['x-unit']}"
    return words.replace("|", "\\|")


def table(where, record):
    rows = ["| field | type | meaning | example | " + " | ".join(title for _, title in PLACES) + " |",
            "|---" * (4 + len(PLACES)) + "|"]
    required = record.get("required", [])
    for name, field in record.get("properties", {}).items():
        places = field.get("x-where", {})
        example = field.get("examples", [""])[0]
        cells = [f"`{name}`" + (" *" if name in required else ""), type_of(field), meaning_of(f"{where}.{name}", field),
                 f"`{example}`" if example else "", *(places.get(key, "").replace("|", "\\|") for key, _ in PLACES)]
        rows.append("| " + " | ".join(cells) + " |")
        inner = field.get("items", field)
        if "properties" in inner and "$ref" not in inner:
            raise SystemExit(f"{where}.{name}: give the inner record a name under $defs")
    return "\n".join(rows) + "\n"


def page(schema, name):
    title = schema["title"]
    text = [f"# {page_name(title)}\n", MADE.format(name), unstopped(schema["description"]) + ".\n"]
    if "properties" in schema:
        text.append(f"Document `{title}`, version {schema['x-version']}. Fields marked * are always there; of every other "
                    "one absence is the only kind of nothing.\n")
        text.append(table(title, schema))
    for record, body in schema.get("$defs", {}).items():
        text.append(f"## {record}\n")
        text.append(unstopped(body.get("description", "")) + ".\n")
        text.append(table(f"{title}.{record}", body))
    return "\n".join(text)


def index(schemas):
    rows = ["# Canonical documents\n",
            "What a document means, whatever syntax it came in. Every map reads into one of these and writes from it; the REST "
            "API and the Odoo posting read them. Amounts and quantities are exact decimals, written as text so that 10.50 "
            "stays 10.50. Made by `mappings/canonical/document.py` from the schemas in `mappings/canonical`.\n",
            "| document | version | what it is | shipped maps |", "|---|---|---|---|"]
    maps = shipped()
    for name, schema in schemas.items():
        if name == "common":
            continue
        title = schema["title"]
        rows.append(f"| [{page_name(title)}]({page_name(title)}.md) | {schema['x-version']} | {schema['description']} | "
                    f"{', '.join(maps.get(title, [])) or '–'} |")
    rows.append("\nRecords they share: [Common](Common.md).\n")
    return "\n".join(rows)


def shipped():
    """Document -> maps, from the header line of every shipped map."""
    out = {}
    for name, _, words in maps():
        out.setdefault(words[-1], []).append(f"`{name}`")
    return out


def text_of(name):
    return (HERE.parent / "shipped" / (name + ".map")).read_text()


def header_of(name):
    """The words of "x12 004010 850 <-> order", the base's where an overlay has none."""
    base = None
    for line in text_of(name).splitlines():
        words = line.split("#")[0].split()
        if words[:1] and words[0] in ("x12", "edifact", "xml", "odoo") and len(words) >= 4:
            return words
        if words[:1] == ["extends"]:
            base = words[1].strip('"').removesuffix(".map")
    return header_of(base) if base else None


def maps():
    """Name, base or None, header words; files of fragments are none."""
    out = []
    for path in sorted((HERE.parent / "shipped").glob("*.map")):
        lines = [line.split("#")[0].split() for line in path.read_text().splitlines()]
        if not any(words[:1] == ["map"] for words in lines):
            continue
        base = [words[1].strip('"').removesuffix(".map") for words in lines if words[:1] == ["extends"]]
        out.append((path.stem, base[0] if base else None, header_of(path.stem)))
    return out


def about(name):
    """The sentence on top of a map."""
    words = []
    for line in text_of(name).splitlines():
        if not line.startswith("#"):
            words = words or [line.partition("#")[2].strip()]
            break
        words.append(line.lstrip("# "))
    text = " ".join(words)
    return text.split(": ", 1)[1] if ": " in text else text


LIBRARY = """# The shipped library

Made by `mappings/canonical/document.py` from `mappings/shipped`. A base map covers what the standard and common practice need; a
partner's own map extends one of them and says what differs ([tutorial](tutorial.md)). What a base does not read is listed
after every run, never dropped unseen; a code no table has holds the document until somebody adds the row.

Each map has goldens in `tests/golden/maps/shipped` (a wire, the document it gives, what that document gives when written) and
keeps both laws on random documents; `sallyport map test NAME.map --laws 10000` is the long run.

Conventions the bases share:

* Codes become words by tables; the words are the same in every syntax (`case`, `prepaid`, `allowance`), so an order that came by X12
  can be answered by EDIFACT.
* A missing basis of a price stays missing: nobody guesses "each".
* References and dates stand by kind: `refs[department]`, `dates[cancel_after]`. An overlay adds a kind with one line.
* One X12 N1 or EDIFACT NAD has room for one identification; when a document holds several, the first of gln, duns, buyer's and
  seller's code that is there is written.
* The buyer's article number is `BP` (X12) or `IN` (EDIFACT); partners who send `IN`, `SK` or `CB` replace that one line.
* Ship notices: one tree for every structure (S-O-T-P-I, S-O-P-I, S-O-T-I, S-O-I, S-O-I-P; CPS in DESADV). A level that is not there has
  no records; numbers and parents are made when writing.
"""


def library():
    goldens = {}
    for path in (ROOT / "tests" / "golden" / "maps" / "shipped").glob("*.txt"):
        stem = path.name.split(".")[0]
        goldens[stem] = goldens.get(stem, 0) + 1
    rows = {"base": [], "other": []}
    for name, base, words in maps():
        arrow = {"<->": "both", "->": "reads", "<-": "writes"}[words[-2]]
        cells = [f"`{name}`", " ".join(words[:-2]), f"[{words[-1]}](../canonical/{page_name(words[-1])}.md)", arrow,
                 *([f"`{base}`"] if base else []), str(goldens.get(name, 0)), about(name).replace("|", "\\|")]
        rows["other" if base else "base"].append("| " + " | ".join(cells) + " |")
    text = [LIBRARY, "## Base maps\n", "| map | header | document | directions | goldens | what it is |", "|---|---|---|---|---|---|",
            *rows["base"], "\n## Overlays: other releases, worked partners\n",
            "| map | header | document | directions | extends | goldens | what it is |", "|---|---|---|---|---|---|---|", *rows["other"],
            "\n## Tables\n", "| file | columns | rows |", "|---|---|---|"]
    for path in sorted((HERE.parent / "shipped" / "tables").glob("*.csv")):
        lines = path.read_text().splitlines()
        text.append(f"| `tables/{path.name}` | {lines[0].replace(',', ', ')} | {len(lines) - 1} |")
    return "\n".join(text) + "\n"


def pages():
    schemas = {path.name.split(".")[0]: json.loads(path.read_text()) for path in sorted(HERE.glob("*.schema.json"))}
    out = {"canonical/README.md": index(schemas), "mapping/library.md": library()}
    for name, schema in schemas.items():
        out[f"canonical/{page_name(schema['title'])}.md"] = page(schema, name)
    return out


def main():
    wanted = pages()
    if sys.argv[1:] == ["--check"]:
        wrong = [name for name, text in wanted.items()
                 if not (DOCS / name).is_file() or (DOCS / name).read_text() != text]
        wrong += sorted(f"canonical/{path.name}" for path in (DOCS / "canonical").glob("*.md")
                        if f"canonical/{path.name}" not in wanted)
        for name in wrong:
            print(f"docs/{name} does not agree with what it is made from; run mappings/canonical/document.py")
        return 1 if wrong else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for name, text in wanted.items():
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
