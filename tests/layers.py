#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the tree that a machine can hold. Run from the repository root: layers.py [RULE...] (all when none is named)

  arrows   every #include follows the arrows declared by gw_module() in CMakeLists.txt; no loops; foreign headers at home
  names    what may be named in few places only: catch, clocks, chance, Secret::reveal, process execution
  size     files of at most 500 lines, functions of at most 60
  places   no machine's path and no package registry's host anywhere in the tree
  licence  every source file opens with its licence tag

Exit status 1 and one line per offence. An exception is a line in one of the tables below, with its reason.
"""
import pathlib
import re
import subprocess
import sys

FILE_LINES, FUNCTION_LINES = 500, 60

# path (file or folder prefix) -> why it may be longer
LONG_FILES = {
}
# path: function name -> why
LONG_FUNCTIONS = {
}

# Adapters: where an exception of a library becomes an Error, and the outermost loops that must survive a bug.
MAY_CATCH = {
    "gateway/flow/runner.cpp": "the worker loop: a step that throws must not take the others with it",
    "gateway/store/group_writer.cpp": "runs its callers' closures on the writer thread",
    "config/toml.cpp": "the adapter to toml11",
    "gateway/odoo/http_post.cpp": "the adapter to Poco's HTTP client",
    "gateway/odoo_double/records.cpp": "the adapter to Poco::Data",
    "gateway/odoo_double/server.cpp": "the dispatcher: model code raises what Odoo raises; Poco",
    "gateway/odoo_double/load.cpp": "Odoo's load makes messages of what model code raises",
    "gateway/odoo/client.cpp": "the JSON library throws on text that is not UTF-8",
    "transports/http_client.cpp": "the adapter to Poco's sockets and TLS",
    "transports/egress.cpp": "Poco's URI throws",
    "transports/http_server.cpp": "the adapter to Poco's sockets and TLS, and the connection that must outlive its handler",
    "gateway/daemon/control_file.cpp": "the adapter to Poco's HTTP client, towards the running gateway",
    "gateway/daemon/cli.cpp": "CLI11 says --help and usage errors by exception",
}
# Where a secret's octets leave Secret: the calls that hand them to a library or put them on the wire.
MAY_REVEAL = {
    "gateway/base/bytes": "defines it",
    "gateway/base/digest.cpp": "hands a key to OpenSSL's HMAC",
    "certs/keys.cpp": "hands key material to OpenSSL",
    "certs/bundle.cpp": "key stores and their passphrases are OpenSSL's to open",
    "gateway/odoo/client.cpp": "puts the API key into the call",
    "transports/https/webhook.cpp": "compares the secret of a path, decodes a Standard Webhooks secret",
    "transports/as2_sender.cpp": "puts the partner's password into the Authorization field",
    "transports/sftp/login.cpp": "compares a password with its hash through crypt(3) and libargon2",
    "transports/sftp/host_key.cpp": "hands a private key to libssh",
    "transports/sftp/connection.cpp": "hands the host keys to libssh",
    "transports/sftp/client_libssh2.cpp": "hands our key or password for a partner's server to libssh2",
    "transports/sftp/client_libssh.cpp": "hands our key or password for a partner's server to libssh",
    "gateway/api/control_words.cpp": "compares the token of this run",
    "certs/token.cpp": "hands a token's PIN to OpenSSL's engine",
    "gateway/daemon/control_file.cpp": "writes and sends the token of this run",
    "gateway/daemon/cert_commands.cpp": "writes a new key to its file",
    "gateway/daemon/https_door.cpp": "measures the length of a shared key",
    "gateway/daemon/demo_site.cpp": "writes the demonstration's keys to its folder",
}

RULES = (
    # name, pattern on code without comments and strings, allowed (path prefix -> reason), remedy
    ("catch", re.compile(r"\bcatch\s*\("), MAY_CATCH,
     "return a Result; only the adapter that called a throwing library catches"),
    ("clock", re.compile(r"\b(?:system_clock|high_resolution_clock|file_clock|gettimeofday|clock_gettime|Poco::Timestamp|Poco::DateTime|Poco::LocalDateTime)\b"
                         r"|\bsteady_clock::now\b|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)"),
     {"gateway/base/clock": "the only real clocks"}, "take an instant as argument, or a Clock& when it must be read repeatedly"),
    ("chance", re.compile(r"\bstd::random_device\b|\bRAND_(?:priv_)?bytes\b|(?<![\w.>:])s?rand\s*\(|\bPoco::Random\b|\bgetrandom\b"),
     {"gateway/base/clock": "the only real source of chance", "certs/": "key material comes from OpenSSL"},
     "take a number as argument, or a Random& when it must be drawn repeatedly"),
    ("reveal", re.compile(r"[.>]reveal\s*\("), MAY_REVEAL, "pass the Secret on; it is opened only where a library needs the octets"),
    ("execution", re.compile(r"(?<![\w.>:])(?:std::)?system\s*\(|\bpopen\s*\(|\bexec[lv]p?e?\s*\(|\bposix_spawn|\bPoco::Process\b"),
     {}, "nothing a partner sends may ever start a program"),
    ("sleep", re.compile(r"\bsleep_for\b|\bsleep_until\b|(?<![\w.>:])u?sleep\s*\(|\bThread::sleep\b"),
     {"gateway/daemon/compose.cpp": "the pause between tries, handed to the Odoo adapter",
      "gateway/daemon/vendor_desk.cpp": "the same pause, for documents about purchase orders",
      "gateway/daemon/demo.cpp": "looks at the store from outside, as an operator would",
      "tests/bench/as2_load.cpp": "a load of so many messages a second is made by the clock"},
     "wait for the event with a condition and a deadline"),
)

PRODUCT = ("certs", "config", "gateway", "mappings", "parsers", "transports")

CALL = re.compile(r"^gw_module\(\s*(\w+)\s+(\S+?)\s*(?:\s(.*?))?\)", re.M | re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
WATCHED = ("openssl/", "libxml/", "libssh/", "libssh2", "boost/", "Poco/", "sqlite3.h", "nlohmann/", "CLI/", "toml", "zlib.h", "libpq", "pqxx")

# Written in pieces, so that this file does not offend against itself.
PLACES = re.compile(
    r"(?<![\w.])/(?:work|root|Users)/\.?\w|/home/[a-z]\w*/|/tmp/[a-z]\w*[./]"
    r"|\b(?:registry|mirror|packages|deb|archive|snapshot|proxy|ftp|index|files|pypi|repo|static)\.[\w-]+\.(?:org|com|net|io|dev)\b"
    r"|\b(?:crates|pypi|npmjs|pythonhosted|rubygems|conan)\.(?:io|org|com)\b", re.I)
PLACES_MAY = {
    "tests/layers.py": "holds the pattern",
    "tests/layers_test.py": "holds offences to find",
}
BINARY = (".der", ".p12", ".pfx", ".bin", ".png", ".ico", ".woff2", ".gz")


def tracked():
    """Files of the tree, as git sees them: committed or about to be; data of build trees is not."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=True)
    return [path for path in map(pathlib.Path, sorted(filter(None, listed.stdout.decode().split("\0")))) if path.is_file()]


def sources(paths, tops=PRODUCT):
    return [path for path in paths if path.suffix in (".cpp", ".h") and path.parts[0] in tops]


def may(path, table):
    return any(str(path).startswith(prefix) for prefix in table)


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'', re.S)


def code_only(text):
    """The text with comments and literals blanked out, every line still on its number."""
    def blank(match):
        inside = re.sub(r"[^\n]", " ", match[0])
        return inside if match[0].startswith("/") else '"' + inside[1:-1] + '"' if len(inside) > 1 else inside
    return TOKEN.sub(blank, text)


def declared(text):
    modules = {}
    for name, folder, rest in CALL.findall(text):
        words, key, lists = (rest or "").split(), None, {"USES": [], "FOREIGN": []}
        for word in words:
            if word in ("USES", "FOREIGN", "LIBS"):
                key = word
            elif key in lists:
                lists[key].append(word)
        modules[name] = (folder, lists["USES"], lists["FOREIGN"])
    return modules


def cycle(modules):
    done, path = set(), []

    def walk(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        path.append(name)
        for used in modules[name][1]:
            found = walk(used)
            if found:
                return found
        path.pop()
        done.add(name)
        return None

    return next((found for found in map(walk, list(modules)) if found), None)


def wrong_includes(name, module, home, path, text):
    folder, uses, foreign = module
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target, where = match[2], f"{path}:{number}"
        if match[1] == '"':
            owner = home.get(target.rpartition("/")[0])
            if owner is None:
                yield f"{where}: '{target}' is not a path from the repository root"
            elif owner != name and owner not in uses:
                yield (f"{where}: {name} may not use {owner} (it may use: {', '.join(uses) or 'nothing'}); "
                       f"move the shared type down or pass it in through an interface")
        elif target.startswith(WATCHED) and not target.startswith(tuple(foreign)):
            yield f"{where}: {name} may not include <{target}>; wrap it in the module that owns that library"


def arrows(paths):
    modules = declared(pathlib.Path("CMakeLists.txt").read_text())
    loop = cycle(modules)
    if loop:
        yield "CMakeLists.txt: modules form a loop: " + " -> ".join(loop)
    home = {folder: name for name, (folder, _, _) in modules.items()}
    for name, module in modules.items():
        for path in paths:
            if str(path.parent) == module[0] and path.suffix in (".cpp", ".h"):
                yield from wrong_includes(name, module, home, path, path.read_text())


def names(paths):
    for path in sources(paths):
        lines = code_only(path.read_text()).splitlines()
        for name, pattern, allowed, remedy in RULES:
            if may(path, allowed):
                continue
            for number, line in enumerate(lines, 1):
                if pattern.search(line):
                    yield f"{path}:{number}: {name} is not allowed here; {remedy} (or name the file and a reason in tests/layers.py)"
    for path in sources(paths, ("tests",)):
        if may(path, RULES[-1][2]):
            continue
        for number, line in enumerate(code_only(path.read_text()).splitlines(), 1):
            if RULES[-1][1].search(line):
                yield f"{path}:{number}: a test must not sleep; wait for the event itself"


NOT_A_FUNCTION = re.compile(r"\b(?:namespace|class|struct|union|enum)\b[^()]*$")
CONTROL = re.compile(r"\b(?:if|for|while|switch|catch|do|else|try)\b")


def functions(code):
    """(first line, lines, name) of each function body: a brace pair after a parameter list, outside any other function."""
    opened, start, inside, line = [], 0, None, 1
    for at, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[start:at]
            is_body = inside is None and ")" in head and not NOT_A_FUNCTION.search(head) and "=" not in head.rpartition(")")[2]
            opened.append(is_body)
            if is_body:
                lead = len(head) - len(head.lstrip())
                first = line - head[lead:].count("\n")
                named = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
                inside = (first, named[1] if named else "?")
            start = at + 1
        elif char == "}":
            if opened and opened.pop():
                yield inside[0], line - inside[0] + 1, inside[1]
                inside = None
            start = at + 1
        elif char == ";":
            start = at + 1
        elif char == "#" and not code[code.rfind("\n", 0, at) + 1:at].strip():
            start = at + 1


def size(paths):
    for path in sources(paths, PRODUCT + ("tests",)):
        text = path.read_text()
        count = text.count("\n")
        if count > FILE_LINES and not may(path, LONG_FILES):
            yield f"{path}:1: {count} lines, the budget is {FILE_LINES}; split it by what it is about"
        for first, lines, name in functions(re.sub(r"(?m)^\s*#.*(?:\\\n.*)*", "", code_only(text)) if "\\\n" in text else code_only(text)):
            if lines > FUNCTION_LINES and f"{path}: {name}" not in LONG_FUNCTIONS:
                yield f"{path}:{first}: {name} has {lines} lines, the budget is {FUNCTION_LINES}; name its parts"


def places(paths):
    for path in paths:
        if path.suffix in BINARY or may(path, PLACES_MAY):
            continue
        for number, line in enumerate(path.read_bytes().decode("latin-1").splitlines(), 1):
            match = PLACES.search(line)
            if match:
                yield f"{path}:{number}: names a machine's path or a registry: {match[0]!r}; take it from the environment or the configuration"


def licence(paths):
    for path in paths:
        if path.suffix in (".cpp", ".h", ".py", ".cmake") or path.name == "CMakeLists.txt":
            if not any("SPDX-License-Identifier: Apache-2.0" in line for line in path.read_text().splitlines()[:2]):
                yield f"{path}:1: the first line must be the licence tag, SPDX-License-Identifier: Apache-2.0"


ALL = {"arrows": arrows, "names": names, "size": size, "places": places, "licence": licence}


def main(chosen):
    paths, offences = tracked(), []
    for rule in chosen or ALL:
        offences += ALL[rule](paths)
    print("\n".join(offences) or f"{', '.join(chosen or ALL)}: {len(paths)} files, no offence")
    return bool(offences)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
