#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway as a client at partners' SFTP servers: OpenSSH through libssh2, OpenSSH with RSA keys alone through libssh, and
paramiko's server. It polls orders there and brings their 997s back.

usage: tests/sftp/servers.py --build build/dev [--server NAME] [--keep]

At each server: a file that still grows is left alone; a file is archived there only after it is durable here, also when the
gateway is killed before and after its commit, and it is one order in the end; a 997 appears whole, under its name, once, also
when the gateway is killed around the rename; a changed host key stops everything and is named with both fingerprints. All the
time a second partner's server accepts connections and says nothing: nobody waits for it. Last line: "N passed, N failed, N
skipped"."""
import argparse
import contextlib
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from sftp_site import ROOT, control, crash, partners

RESULTS = {"ok": 0, "FAILED": 0, "skipped": 0}


class Skip(Exception):
    pass


def expect(holds, text):
    if not holds:
        raise AssertionError(text)


def keygen(path, kind):
    for old in (path, path.with_name(path.name + ".pub")):
        old.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-m", "PEM", "-t", kind, "-N", "", "-f", path], check=True)


def fingerprint(path):
    return subprocess.run(["ssh-keygen", "-lf", path.with_name(path.name + ".pub")], capture_output=True, text=True, check=True).stdout.split()[1]


class Server:
    """A partner's server with three folders of `directory`: orders to fetch, an archive, and a place for what we bring."""

    key_kind = host_kind = "ed25519"
    user = "root"

    def __init__(self, directory):
        self.directory, self.port = directory, partners.free_port()
        directory.mkdir()
        for name in ("orders", "done", "inbound"):
            (directory / name).mkdir()
        keygen(directory / "mine", self.key_kind)
        keygen(directory / "host", self.host_kind)

    def path(self, name):
        return str(self.directory / name)

    def another_host_key(self):
        self.stop()
        for name in ("host", "host.pub"):
            (self.directory / name).rename(self.directory / ("right-" + name))
        keygen(self.directory / "host", self.host_kind)
        self.start()

    def right_host_key(self):
        self.stop()
        for name in ("host", "host.pub"):
            (self.directory / ("right-" + name)).rename(self.directory / name)
        self.start()

    def wait_port(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            threading.Event().wait(0.05)
        raise RuntimeError("the server did not start")


class OpenSsh(Server):
    name = "OpenSSH"

    def start(self):
        import os
        if os.geteuid() != 0 or not pathlib.Path("/usr/sbin/sshd").exists():
            raise Skip("no sshd here, or not allowed to start one")
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        (self.directory / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.directory}/host\nAuthorizedKeysFile {self.directory}/mine.pub\n"
            f"PidFile {self.directory}/pid\nPermitRootLogin yes\nUsePAM no\nStrictModes no\nSubsystem sftp internal-sftp\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", self.directory / "config", "-E", self.directory / "log"])
        self.wait_port()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class OpenSshRsa(OpenSsh):
    """What libssh2 1.10 cannot: rsa-sha2 host keys and user keys."""
    name = "OpenSSH, RSA alone"
    key_kind = host_kind = "rsa"


class Paramiko(Server):
    name = "paramiko"
    user = "sallyport"

    def path(self, name):
        return "/" + name

    def start(self):
        try:
            import paramiko
        except ImportError:
            raise Skip("no paramiko here") from None
        from peers.paramiko_server import serve
        self.stopped, self.listener = serve(paramiko, self.directory, self.port, self.user)

    def stop(self):
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)  # else who waits in accept() keeps the port
        self.listener.close()


class Silent:
    """A server that takes connections and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.held = self.listener.getsockname()[1], []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                self.held.append(self.listener.accept()[0])

    def close(self):
        self.listener.close()
        for one in self.held:
            one.close()


class ClientSite(crash.Site):
    """crash.Site whose partner is reached at its SFTP server; partner bolt's server is silent."""

    def __init__(self, build, directory, server, silent):
        import random
        self.server, self.silent = server, silent
        super().__init__(pathlib.Path(build), directory, random.Random(1))

    def configure(self, url, database, login):
        super().configure(url, database, login)
        shutil.copy(self.server.directory / "mine", self.directory / "mine")
        (self.directory / "mine").chmod(0o600)
        file = self.directory / "partners/acme.toml"
        file.write_text(file.read_text().replace('name = "acme"', 'name = "acme"\ndeliver_by = "sftp-push"', 1) + self.client(
            self.server.port, fingerprint(self.server.directory / "host"), self.server.user, self.server.path))
        (self.directory / "partners/bolt.toml").write_text('name = "bolt"\n' + self.client(self.silent.port, "SHA256:" + "A" * 43, "x", lambda name: "/" + name))

    @staticmethod
    def client(port, host_key, user, path):
        return (f'[sftp_client]\nhost = "127.0.0.1"\nport = {port}\nuser = "{user}"\nhost_keys = ["{host_key}"]\nkey = "file:../mine"\n'
                f'push_folder = "{path("inbound")}"\n[sftp_client.poll]\nfolder = "{path("orders")}"\npatterns = ["*.edi"]\nevery = "200ms"\n'
                f'stable_for = "600ms"\nafter = "archive"\narchive_folder = "{path("done")}"\n')

    def orders(self):
        return sorted(order["client_order_ref"] for order in self.ask_odoo("orders"))

    def received(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.state}/sallyport.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM messages WHERE direction = 'inbound' AND state = 'received'").fetchone()[0]

    def wait_for(self, holds, what, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            value = holds()
            if value:
                return value
            threading.Event().wait(0.05)
        raise RuntimeError(f"waited {limit} s for {what}: {self.log_tail()}")

    @contextlib.contextmanager
    def running(self):
        gateway = self.start()
        try:
            expect(self.wait_ready(gateway), "the gateway did not start: " + self.log_tail())
            yield gateway
        finally:
            gateway.terminate()
            gateway.wait(timeout=60)

    def dies_at(self, point):
        gateway = self.start(point)
        try:
            status = gateway.wait(timeout=60)
        except subprocess.TimeoutExpired:
            gateway.kill()
            gateway.wait()
            raise
        expect(status == -signal.SIGKILL, f"the gateway did not die at {point} but ended with {status}: {self.log_tail()}")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def there(site, folder):
    return names(site.server.directory / folder)


def fetch_and_answer(site):
    """An order that is written slowly under its own name; its 997 comes back whole."""
    octets, path = control(1), site.server.directory / "orders/one.edi"
    with site.running():
        with open(path, "wb") as file:
            for at in range(0, len(octets), max(1, len(octets) // 12)):
                file.write(octets[at:at + max(1, len(octets) // 12)])
                file.flush()
                expect(path.exists(), "the file went while it grew")
                threading.Event().wait(0.1)  # the partner's pace: below stable_for
        site.wait_for(lambda: len(site.orders()) == 1, "the order in Odoo")
        site.wait_for(lambda: there(site, "done") == ["one.edi"], "the archive at the partner")
        site.wait_for(lambda: [name for name in there(site, "inbound") if name.endswith(".edi")], "the 997 at the partner")
    expect(site.received() == 1, f"{site.received()} documents were taken in")
    expect((site.server.directory / "done/one.edi").read_bytes() == octets, "what is archived there is not what was there")
    expect(there(site, "orders") == [], str(there(site, "orders")))
    [name] = there(site, "inbound")
    expect("ST*997" in (site.server.directory / "inbound" / name).read_text(), name)


def killed_around_the_commit(site):
    path = site.server.directory / "orders/two.edi"
    path.write_bytes(control(2))
    site.dies_at("poll.admit.before:1")
    expect(path.exists() and site.received() == 1, "it was removed, or taken in, before the commit")
    site.dies_at("poll.admit.after:1")
    expect(path.exists() and site.received() == 2, "it was removed by a gateway that died before")
    with site.running():
        site.wait_for(lambda: not path.exists(), "the archive at the partner")
        site.wait_for(lambda: len(site.orders()) == 2, "the order in Odoo")
        site.wait_for(lambda: len(there(site, "inbound")) == 2, "the 997 at the partner")
    expect(site.received() == 2 and len(site.orders()) == 2, "the order was taken in twice")


def killed_around_the_push(site):
    (site.server.directory / "orders/three.edi").write_bytes(control(3))
    site.dies_at("push.rename.before:1")
    expect(len(there(site, "inbound")) == 3 and [name for name in there(site, "inbound") if name.endswith(".part")], str(there(site, "inbound")))
    site.dies_at("push.rename.after:1")
    with site.running():
        def settled():
            with contextlib.closing(sqlite3.connect(f"file:{site.state}/sallyport.db?mode=ro", uri=True)) as database:
                return database.execute("SELECT count(*) FROM messages WHERE direction = 'outbound' AND state = 'delivered'").fetchone()[0] == 3
        site.wait_for(settled, "three delivered 997s")
    here = there(site, "inbound")
    expect(len(here) == 3 and all(name.endswith(".edi") for name in here), str(here))


def changed_host_key(site):
    right = fingerprint(site.server.directory / "host")
    site.server.another_host_key()
    wrong = fingerprint(site.server.directory / "host")
    path = site.server.directory / "orders/four.edi"
    path.write_bytes(control(4))
    said = f"host key changed: was {right}, is {wrong}"
    with site.running():
        site.wait_for(lambda: said in (site.directory / "gateway.log").read_text(), f"'{said}' in the log")
        expect(path.exists() and len(site.orders()) == 3, "something was fetched from a stranger")
        site.server.right_host_key()
        site.wait_for(lambda: not path.exists() and len(site.orders()) == 4, "the order, with the right key again")


def nobody_waits(site):
    expect(site.silent.held, "nobody ever asked the silent server")


CASES = (("a file that grows is left alone, archived after the commit, answered", fetch_and_answer),
         ("killed before and after the commit: one order, removed only afterwards", killed_around_the_commit),
         ("killed around the rename of what we bring: there once", killed_around_the_push), ("host key changed", changed_host_key),
         ("the silent partner made nobody wait", nobody_waits))


def play(options, kind):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-servers-"))
    server, silent, site = kind(directory / "far"), Silent(), None
    try:
        server.start()
        site = ClientSite(options.build.resolve(), directory / "near", server, silent)
        for what, case in CASES:
            try:
                case(site)
                result, why = "ok", ""
            except Exception as error:  # one case's trouble must not hide the others' results
                result, why = "FAILED", f": {type(error).__name__}: {error}\n{site.log_tail()}"
            RESULTS[result] += 1
            print(f"{result:8}{kind.name}: {what}{why}", flush=True)
        server.stop()
    except Skip as skip:
        RESULTS["skipped"] += 1
        print(f"SKIPPED {kind.name}: {skip}")
    finally:
        silent.close()
        if site:
            site.close()
        if options.keep:
            print("kept", directory)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def main():
    kinds = {kind.name: kind for kind in (OpenSsh, OpenSshRsa, Paramiko)}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/dev")
    parser.add_argument("--server", choices=kinds, action="append")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    for name in options.server or kinds:
        play(options, kinds[name])
    print(f"{RESULTS['ok']} passed, {RESULTS['FAILED']} failed, {RESULTS['skipped']} skipped")
    return bool(RESULTS["FAILED"])


if __name__ == "__main__":
    sys.exit(main())
