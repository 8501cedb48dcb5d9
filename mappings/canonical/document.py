#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/canonical from the schemas beside this file: one page per document, one for the shared records, an index.

    mappings/canonical/document.py            rewrites docs/canonical
    mappings/canonical/document.py --check    says which page does not agree with its schema, exit status 1
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs" / "canonical"
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
    for path in sorted((HERE.parent / "shipped").glob("*.map")):
        for line in path.read_text().splitlines():
            words = line.split("#")[0].split()
            if words[:1] and words[0] in ("x12", "edifact", "xml", "odoo") and len(words) >= 4:
                out.setdefault(words[-1], []).append(f"`{path.stem}`")
    return out


def pages():
    schemas = {path.name.split(".")[0]: json.loads(path.read_text()) for path in sorted(HERE.glob("*.schema.json"))}
    out = {"README.md": index(schemas)}
    for name, schema in schemas.items():
        out[page_name(schema["title"]) + ".md"] = page(schema, name)
    return out


def main():
    wanted = pages()
    if sys.argv[1:] == ["--check"]:
        have = {path.name for path in DOCS.glob("*.md")}
        wrong = [name for name, text in wanted.items() if name not in have or (DOCS / name).read_text() != text]
        wrong += sorted(have - wanted.keys())
        for name in wrong:
            print(f"docs/canonical/{name} does not agree with its schema; run mappings/canonical/document.py")
        return 1 if wrong else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    DOCS.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (DOCS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
