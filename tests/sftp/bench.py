#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uploads to the gateway beside OpenSSH's internal-sftp, by the same client in the same run.

usage: tests/sftp/bench.py --build build/release [--mib 1024] [--files 1000] [--rounds 3]

The gateway hashes, syncs and commits each file before close succeeds; sshd does none of that. The partner is paused, so that
what is measured is the door and not the pipeline. Needs root for sshd. Prints one line per case: medians and their ratio."""
import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from sftp_site import USER, SftpSite, partners


class Sshd:
    def __init__(self, directory):
        self.directory, self.port = directory, partners.free_port()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / "sshd_host"], check=True)
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        (directory / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {directory}/sshd_host\nAuthorizedKeysFile {directory}/user.pub\n"
            f"PidFile {directory}/sshd.pid\nPermitRootLogin yes\nUsePAM no\nStrictModes no\nSubsystem sftp internal-sftp\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", directory / "sshd_config", "-E", directory / "sshd.log"])
        (directory / "there").mkdir()

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def put(site, port, user, commands):
    options = site.ssh_options()[:-2] + ["-P", str(port)]
    batch = site.directory / "bench-batch"
    batch.write_text("\n".join(commands) + "\n")
    begun = time.monotonic()
    done = subprocess.run(["sftp", "-q", *options, "-b", batch, f"{user}@127.0.0.1"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-500:] + done.stderr[-500:])
    return time.monotonic() - begun


def fresh(directory, count, size, stamp):
    """Files nobody has seen, so that none is a duplicate."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for number in range(count):
        head = f"{stamp} {number} ".encode()
        with open(directory / f"f{number}", "wb") as file:
            file.write(head)
            left = size - len(head)
            block = (head + b"x" * 1024)[:1024] * 1024
            while left > 0:
                left -= file.write(block[:left])


def peak(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-sftp-bench-"))
    site = SftpSite(options.build.resolve(), directory, None, "", 'quota = "8GiB"\nuploads_per_minute = 1000000\n')
    file = directory / "partners/acme.toml"
    file.write_text(file.read_text().replace('name = "acme"', 'name = "acme"\npaused = true\nlimits.message_bytes = "2GiB"', 1))
    gateway, sshd = site.start(), Sshd(directory)
    try:
        site.wait_ready(gateway)
        threading.Event().wait(0.5)
        before = peak(gateway)
        for what, count, size in ((f"1 x {options.mib} MiB", 1, options.mib << 20), (f"{options.files} x 5 KB", options.files, 5120)):
            ours, theirs = [], []
            for number in range(options.rounds):
                fresh(directory / "load", count, size, f"{what} {number}")
                theirs.append(put(site, sshd.port, "root", [f"put {directory}/load/* {directory}/there/"]))
                ours.append(put(site, site.sftp_port, USER, [f"put {directory}/load/* /in/"]))
            a, b = statistics.median(ours), statistics.median(theirs)
            unit = f"{size / a / 2**20:.0f} MiB/s against {size / b / 2**20:.0f}" if count == 1 else f"{count / a:.0f} files/s against {count / b:.0f}"
            print(f"{what}: {unit}; {a:.2f} s against {b:.2f} s of sshd, ratio {a / b:.2f}; gateway's peak memory {before} -> {peak(gateway)} MiB", flush=True)
    finally:
        sshd.close()
        gateway.terminate()
        gateway.wait(timeout=60)
        site.close()
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
