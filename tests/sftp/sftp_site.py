# SPDX-License-Identifier: Apache-2.0
"""A gateway with an SFTP door, the Odoo double behind it, and the keys of one partner: for the suites in this folder."""
import json
import pathlib
import random
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/crash"))
import crash  # noqa: E402
import partner as partners  # noqa: E402

USER = "acme"


class SftpSite(crash.Site):
    """crash.Site with [sftp] on both sides; what we send waits in /out."""

    KEYS = (("user", "ed25519"), ("stranger", "ed25519"))

    def __init__(self, build, directory, rng=None, more_sftp="", more_partner=""):
        self.sftp_port = partners.free_port()
        self.more_sftp, self.more_partner = more_sftp, more_partner
        directory.mkdir(parents=True, exist_ok=True)
        for name, kind in self.KEYS:
            subprocess.run(["ssh-keygen", "-q", "-m", "PEM", "-t", kind, "-N", "", "-f", directory / name], check=True)
        super().__init__(pathlib.Path(build), directory, rng or random.Random(1))

    def configure(self, url, database, login):
        super().configure(url, database, login)
        settings = self.directory / "sallyport.toml"
        settings.write_text(settings.read_text().replace('log_level = "warn"', 'log_level = "info"') +
                            f'[sftp]\nlisten = "127.0.0.1:{self.sftp_port}"\nban_points = 500.0\n{self.more_sftp}')
        file = self.directory / "partners" / "acme.toml"
        publics = [" ".join((self.directory / f"{name}.pub").read_text().split()[:2]) for name, _ in self.KEYS if name != "stranger"]
        file.write_text(file.read_text().replace('name = "acme"', 'name = "acme"\ndeliver_by = "sftp"', 1) +
                        f'[sftp]\nuser = "{USER}"\npublic_keys = {json.dumps(publics)}\n{self.more_partner}')

    def wait_ready(self, process, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if process.poll() is not None:
                return False
            try:
                with socket.create_connection(("127.0.0.1", self.sftp_port), timeout=1):
                    return True
            except OSError:
                threading.Event().wait(0.01)
        raise RuntimeError("the gateway did not start: " + self.log_tail())

    def ssh_options(self, key="user"):
        return ["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes",
                "-o", f"UserKnownHostsFile={self.directory / 'known'}", "-i", str(self.directory / key), "-P", str(self.sftp_port)]

    def sftp(self, commands, key="user", more=()):
        """(exit status, what it said) of OpenSSH's sftp with a batch of commands."""
        batch = self.directory / f"batch-{threading.get_ident()}"
        batch.write_text("\n".join(commands) + "\n")
        done = subprocess.run(["sftp", *self.ssh_options(key), *more, "-b", batch, f"{USER}@127.0.0.1"], capture_output=True, text=True,
                              timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def wait_for(self, holds, what, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            value = holds()
            if value:
                return value
            threading.Event().wait(0.05)
        raise RuntimeError(f"waited {limit} s for {what}: {self.log_tail()}")


class AllKeys(SftpSite):
    """Every kind of key that a partner may have."""

    KEYS = (*SftpSite.KEYS, ("user-ecdsa", "ecdsa"), ("user-rsa", "rsa"))


def control(number):
    """The 850 of one purchase order."""
    return partners.order(f"PO-{number:06d}", number)
