#!/usr/bin/env python3
"""Check that every #include follows the arrows declared by gw_module() in CMakeLists.txt.

Run from the repository root. Exit status 1 and one line per offence when something points the wrong way.
"""
import pathlib
import re
import sys

CALL = re.compile(r"^gw_module\(\s*(\w+)\s+(\S+?)\s*(?:\s(.*?))?\)", re.M | re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
WATCHED = ("openssl/", "libxml/", "libssh/", "libssh2", "boost/", "Poco/", "sqlite3.h", "nlohmann/", "CLI/", "toml", "zlib.h", "libpq", "pqxx")


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


def main():
    modules = declared(pathlib.Path("CMakeLists.txt").read_text())
    offences = []
    loop = cycle(modules)
    if loop:
        offences.append("CMakeLists.txt: modules form a loop: " + " -> ".join(loop))
    home = {folder: name for name, (folder, _, _) in modules.items()}
    for name, (folder, uses, foreign) in modules.items():
        for path in sorted(pathlib.Path(folder).glob("*.[ch]*")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                target, where = match[2], f"{path}:{number}"
                if match[1] == '"':
                    owner = home.get(target.rpartition("/")[0])
                    if owner is None:
                        offences.append(f"{where}: '{target}' is not a path from the repository root")
                    elif owner != name and owner not in uses:
                        offences.append(f"{where}: {name} may not use {owner} (it may use: {', '.join(uses) or 'nothing'}); "
                                        f"move the shared type down or pass it in through an interface")
                elif target.startswith(WATCHED) and not target.startswith(tuple(foreign)):
                    offences.append(f"{where}: {name} may not include <{target}>; wrap it in the module that owns that library")
    print("\n".join(offences) or f"{len(modules)} modules, every include follows the arrows")
    return bool(offences)


sys.exit(main())
