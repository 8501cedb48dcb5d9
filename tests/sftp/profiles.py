#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What strangers see of our doors' cryptography: ssh-audit looks at the SFTP server, sslscan at the TLS of the HTTPS listener.

usage: tests/sftp/profiles.py --build build/dev [--show]

Everything those programs call weak fails the test, except what stands in ACCEPTED with its reason. --show prints what they
said. A program that is not installed counts as skipped. Last line: "N passed, N failed, N skipped"."""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

from sftp_site import SftpSite, partners

NIST = "a NIST curve: the only one that programs of JSch's age and some hardware know; Curve25519 and Ed25519 are preferred"
MAC = "encrypt-and-MAC: libssh2 up to 1.10 (curl and PHP of many distributions) has no other; EtM and AEAD are preferred"
# By algorithm: why it stays although the program warns of it. A failure that is not here is a failure.
ACCEPTED = {
    "ecdh-sha2-nistp256": NIST, "ecdh-sha2-nistp384": NIST, "ecdh-sha2-nistp521": NIST, "ecdsa-sha2-nistp256": NIST,
    "diffie-hellman-group14-sha256": "2048 bits: for programs without elliptic curves; NIST SP 800-57 allows it until 2030",
    "hmac-sha2-256": MAC, "hmac-sha2-512": MAC,
    "kex-strict-s-v00@openssh.com": "no algorithm but the marker of strict key exchange, which ssh-audit 2.5 does not know",
    "chacha20-poly1305@openssh.com": "prefix truncation needs a peer without strict key exchange; ours has it",
}
FINDING = re.compile(r"\[(fail|warn)\] (.*)$")
OFFERED = re.compile(r"^\((kex|key|enc|mac)\) (\S+)")


class Skip(Exception):
    pass


def ssh(site, show):
    if not shutil.which("ssh-audit"):
        raise Skip("no ssh-audit here")
    done = subprocess.run(["ssh-audit", "-n", "-p", str(site.sftp_port), "127.0.0.1"], capture_output=True, text=True, timeout=120, check=False)
    if show:
        print(done.stdout)
    offered, algorithm, bad, accepted = [], "", [], set()
    for line in done.stdout.splitlines():
        start = OFFERED.match(line)
        if start:
            algorithm = start[2]
            offered.append(algorithm)
        found = FINDING.search(line)
        if not found:
            continue
        if algorithm in ACCEPTED and (start or line.lstrip().startswith("`-")):
            accepted.add(algorithm)
        else:
            bad.append(line.strip())
    if len(offered) < 10:
        bad.append("ssh-audit named only " + str(offered) + done.stdout[-500:] + done.stderr[-500:])
    for must in ("curve25519-sha256", "ssh-ed25519", "aes256-gcm@openssh.com", "hmac-sha2-256-etm@openssh.com"):
        if must not in offered:
            bad.append(must + " is not offered")
    # Not only what the program of today calls weak: SHA-1, CBC and MD5 are on no list without a partner's opt-in.
    bad += [name + " is offered" for name in offered if re.search(r"sha1|cbc|md5|dss|^ssh-rsa$|arcfour|3des|umac-64", name)]
    return f"{len(offered)} algorithms, accepted with a reason: {', '.join(sorted(accepted)) or 'none'}", bad


def terrapin(site, _show):
    """ssh-audit of Debian 12 does not know strict key exchange (CVE-2023-48795); the marker is looked for here."""
    import socket
    with socket.create_connection(("127.0.0.1", site.sftp_port), timeout=20) as stream:
        stream.sendall(b"SSH-2.0-probe\r\n")
        octets = b""
        while b"kex-strict-s-v00@openssh.com" not in octets:
            got = stream.recv(4096)
            if not got:
                return "", ["the server does not offer kex-strict-s-v00@openssh.com"]
            octets += got
    return "strict key exchange is offered", []


def tls(port, show):
    if not shutil.which("sslscan"):
        raise Skip("no sslscan here")
    done = subprocess.run(["sslscan", "--no-colour", "--show-certificate", "--xml=-", f"127.0.0.1:{port}"], capture_output=True,
                          text=True, timeout=180, check=False)
    if show:
        print(subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=180, check=False).stdout)
    scan = ElementTree.fromstring(done.stdout).find("ssltest")
    bad = []
    protocols = {f"{one.get('type')}v{one.get('version')}" for one in scan.iter("protocol") if one.get("enabled") == "1"}
    if protocols != {"tlsv1.2", "tlsv1.3"}:
        bad.append(f"protocols {sorted(protocols)}")
    ciphers = [(one.get("sslversion"), one.get("cipher")) for one in scan.iter("cipher")]
    if len(ciphers) < 4:
        bad.append(f"only {ciphers} were found")
    for version, name in ciphers:
        if not re.search("GCM|CHACHA20", name) or not (version == "TLSv1.3" or name.startswith("ECDHE-")):
            bad.append(f"{version} with {name}: no forward secrecy or no AEAD")
    bad += [f"Heartbleed with {one.get('sslversion')}" for one in scan.iter("heartbleed") if one.get("vulnerable") == "1"]
    bad += [name + " is supported" for name in ("compression", "renegotiation") for one in scan.iter(name) if one.get("supported") == "1"]
    return f"{', '.join(sorted(protocols))}; {', '.join(name for _, name in ciphers)}", bad


class BothDoors(SftpSite):
    """The HTTPS listeners beside the SFTP server."""

    def configure(self, url, database, login):
        self.https_port, self.as2_port = partners.free_port(), partners.free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=edge", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", self.directory / "edge.key", "-out", self.directory / "edge.pem"],
                       check=True, capture_output=True)
        (self.directory / "edge.key").chmod(0o600)
        super().configure(url, database, login)
        settings = self.directory / "sallyport.toml"
        as2 = f'[as2]\nhttps = "127.0.0.1:{self.as2_port}"\ntls_certificate = "edge.pem"\ntls_key = "file:edge.key"\n'
        settings.write_text(settings.read_text().replace("[as2]\n", as2, 1) + f'\n[https]\nlisten = "127.0.0.1:{self.https_port}"\ntls_certificate = "edge.pem"\n'
                            'tls_key = "file:edge.key"\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/dev"))
    parser.add_argument("--show", action="store_true", help="print what the programs said")
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-profiles-"))
    site = BothDoors(options.build.resolve(), directory)
    gateway = site.start()
    counts = {"ok": 0, "FAILED": 0, "SKIPPED": 0}
    try:
        if not site.wait_ready(gateway):
            raise RuntimeError("the gateway did not start: " + site.log_tail())
        for what, look in (("SSH of the SFTP server (ssh-audit)", ssh), ("strict key exchange", terrapin),
                           ("TLS of the partner API's listener (sslscan)", lambda site, show: tls(site.https_port, show)),
                           ("TLS of the AS2 listener (sslscan)", lambda site, show: tls(site.as2_port, show))):
            try:
                said, bad = look(site, options.show)
                result = "FAILED" if bad else "ok"
                said = "; ".join(bad) or said
            except Skip as skip:
                result, said = "SKIPPED", str(skip)
            counts[result] += 1
            print(f"{result:8}{what}: {said}", flush=True)
    finally:
        gateway.terminate()
        gateway.wait(timeout=60)
        site.close()
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['SKIPPED']} skipped")
    return bool(counts["FAILED"])


if __name__ == "__main__":
    sys.exit(main())
