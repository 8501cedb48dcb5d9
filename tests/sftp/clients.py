#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Partners' programs against the running gateway: OpenSSH's sftp and scp, paramiko, curl (libssh2), lftp, JSch, PuTTY's psftp,
and WinSCP's sequence of requests. What they upload becomes one order in the Odoo double each, and its 997 waits in /out.

usage: tests/sftp/clients.py --build build/dev [--keep]

A program that is not installed is said to be missing, and counts as skipped. Last line: "N passed, N failed, N skipped"."""
import argparse
import contextlib
import pathlib
import shutil
import subprocess
import sys
import tempfile


from sftp_site import ROOT, USER, AllKeys, control

RESULTS = {"ok": 0, "FAILED": 0, "skipped": 0}


class Skip(Exception):
    pass


def needs(program):
    if not shutil.which(program):
        raise Skip(f"no {program} here")


def orders(site):
    return [row for row in site.ask_odoo("orders")]


def acknowledgements(site, count):
    """Names in /out once there are `count`."""
    def there():
        status, said = site.sftp(["ls -1 /out"])
        names = [line.strip() for line in said.splitlines() if ".edi" in line and not line.startswith("sftp>")]
        return names if status == 0 and len(names) >= count else None
    return site.wait_for(there, f"{count} acknowledgements in /out")


def expect(holds, text):
    if not holds:
        raise AssertionError(text)


def write(site, name, number):
    path = site.directory / name
    path.write_bytes(control(number))
    return path


def openssh_put_and_fetch(site):
    path = write(site, "one.edi", 1)
    status, said = site.sftp([f"put {path} /in/one.edi"])
    expect(status == 0, said)
    site.wait_for(lambda: len(orders(site)) == 1, "the order in Odoo")
    name = acknowledgements(site, 1)[0].rpartition("/")[2]
    status, said = site.sftp([f"get /out/{name} {site.directory}/997.edi"])
    expect(status == 0, said)
    octets = (site.directory / "997.edi").read_text()
    expect("ST*997" in octets and "AK5*A" in octets, octets)
    status, said = site.sftp(["ls -1 /out", "ls -1 /archive"])
    expect(f"/archive/{name}" in said and f"/out/{name}" not in said, said)


def openssh_same_again(site):
    before = len(orders(site))
    status, said = site.sftp([f"put {site.directory}/one.edi /in/again.edi"])
    expect(status == 0, said)
    expect(len(orders(site)) == before, "the same octets made another order")


def openssh_temporary_name(site):
    path = write(site, "two.edi", 2)
    before = len(orders(site))
    status, said = site.sftp([f"put {path} /in/two.edi.tmp", "ls -l /in", "rename /in/two.edi.tmp /in/two.edi"])
    expect(status == 0 and "two.edi.tmp" in said, said)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def openssh_resume(site):
    path = write(site, "three.edi", 3)
    half = site.directory / "half.edi"
    half.write_bytes(path.read_bytes()[:300])
    before = len(orders(site))
    status, said = site.sftp([f"put {half} /in/three.edi.part", f"reput {path} /in/three.edi.part", "rename /in/three.edi.part /in/three.edi"])
    expect(status == 0, said)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def openssh_scp(site):
    path = write(site, "four.edi", 4)
    before = len(orders(site))
    done = subprocess.run(["scp", "-p", *site.ssh_options(), path, f"{USER}@127.0.0.1:/in/four.edi"], capture_output=True, text=True,
                          timeout=60, check=False)
    expect(done.returncode == 0, done.stderr)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def strangers(site):
    for key, user_error in (("stranger", "Permission denied"),):
        status, said = site.sftp(["ls /"], key=key)
        expect(status != 0 and user_error in said, said)


def second_channel(transport):
    """The close of the first channel is on its way when the second one is asked for: the server may still say no."""
    import paramiko
    try:
        return paramiko.SFTPClient.from_transport(transport).listdir("/in") == []
    except paramiko.ChannelException:
        return False


def paramiko_client(site):
    try:
        import paramiko
    except ImportError:
        raise Skip("no paramiko here") from None
    before = len(orders(site))
    with contextlib.closing(paramiko.Transport(("127.0.0.1", site.sftp_port))) as transport:
        transport.connect(username=USER, pkey=paramiko.Ed25519Key.from_private_key_file(str(site.directory / "user")))
        sftp = paramiko.SFTPClient.from_transport(transport)
        sftp.put(str(write(site, "five.edi", 5)), "/in/five.edi", confirm=True)
        sftp.put(str(write(site, "six.edi", 6)), "/in/six.edi.tmp")
        sftp.posix_rename("/in/six.edi.tmp", "/in/six.edi")
        expect(sorted(sftp.listdir("/")) == ["archive", "in", "out"], str(sftp.listdir("/")))
        for wrong in ("/etc/passwd", "../../etc/passwd", "/out/none"):
            try:
                sftp.open(wrong)
                raise AssertionError(wrong + " could be opened")
            except FileNotFoundError:
                pass
        site.wait_for(lambda: len(orders(site)) == before + 2, "both orders in Odoo")
        for name in acknowledgements(site, 1):
            with sftp.open("/out/" + name.rpartition("/")[2]) as file:
                file.prefetch()
                expect(b"ST*997" in file.read(), name)
        expect(sftp.listdir("/out") == [], str(sftp.listdir("/out")))
        sftp.close()
        site.wait_for(lambda: second_channel(transport), "a second channel on the same connection, once the first one is closed")


def lftp_client(site):
    needs("lftp")
    before = len(orders(site))
    script = (f"set sftp:auto-confirm yes; set net:max-retries 1; "
              f"set sftp:connect-program \"ssh -a -x {' '.join(site.ssh_options()[:-2])}\"; "
              f"open -p {site.sftp_port} -u {USER}, sftp://127.0.0.1; put {write(site, 'seven.edi', 7)} -o /in/seven.edi; cls -1 /out")
    done = subprocess.run(["lftp", "--norc", "-c", script], capture_output=True, text=True, timeout=60, check=False,
                          env={"HOME": str(site.directory), "PATH": "/usr/bin:/bin"})
    expect(done.returncode == 0, done.stdout + done.stderr)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def lftp_mirror(site):
    """Many files at once, each under a temporary name of lftp's own (.in.NAME.) and renamed."""
    needs("lftp")
    folder = site.directory / "mirror"
    folder.mkdir()
    before = len(orders(site))
    for number in range(30, 36):
        (folder / f"m{number}.edi").write_bytes(control(number))
    script = (f"set sftp:auto-confirm yes; set net:max-retries 1; set xfer:use-temp-file yes; "
              f"set sftp:connect-program \"ssh -a -x {' '.join(site.ssh_options()[:-2])}\"; "
              f"open -p {site.sftp_port} -u {USER}, sftp://127.0.0.1; mirror -R --parallel=3 --no-perms --no-umask {folder} /in")
    done = subprocess.run(["lftp", "--norc", "-c", script], capture_output=True, text=True, timeout=60, check=False,
                          env={"HOME": str(site.directory), "PATH": "/usr/bin:/bin"})
    expect(done.returncode == 0, done.stdout + done.stderr)
    site.wait_for(lambda: len(orders(site)) == before + 6, "six orders in Odoo")


def openssh_mput(site):
    """A batch of many, with a wildcard, as scripts have it; RSA key."""
    folder = site.directory / "many"
    folder.mkdir()
    before = len(orders(site))
    for number in range(40, 45):
        (folder / f"b{number}.edi").write_bytes(control(number))
    status, said = site.sftp([f"put -f {folder}/*.edi /in/", "ls -la /in"], key="user-rsa")
    expect(status == 0, said)
    site.wait_for(lambda: len(orders(site)) == before + 5, "five orders in Odoo")
    status, said = site.sftp(["df -h /in"], key="user-rsa")
    expect(status != 0 and "does not support statvfs" in said, said)  # and says so


def curl_client(site):
    """curl is libssh2: its uploads write through one handle, and it looks before it appends."""
    needs("curl")
    if "libssh2" not in subprocess.run(["curl", "-V"], capture_output=True, text=True, check=True).stdout:
        raise Skip("curl is built without libssh2")
    before = len(orders(site))
    base = f"sftp://127.0.0.1:{site.sftp_port}"
    common = ["curl", "-sS", "-u", f"{USER}:", "-k", "--key", site.directory / "user-ecdsa", "--pubkey", site.directory / "user-ecdsa.pub"]
    done = subprocess.run([*common, "-T", write(site, "nine.edi", 9), "-Q", "-rename /in/nine.edi.part /in/nine.edi", f"{base}/in/nine.edi.part"],
                          capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)
    done = subprocess.run([*common, "-T", write(site, "ten.edi", 10), f"{base}/in/ten.edi"], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)
    site.wait_for(lambda: len(orders(site)) == before + 2, "both orders in Odoo")
    name = acknowledgements(site, 1)[0].rpartition("/")[2]
    done = subprocess.run([*common, f"{base}/out/{name}"], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0 and "ST*997" in done.stdout, done.stdout + done.stderr)


def jsch_client(site):
    needs("java")
    jars = [pathlib.Path("/usr/share/java") / name for name in ("jsch.jar", "jzlib.jar")]
    if not all(jar.exists() for jar in jars):
        raise Skip("no JSch here (Debian's libjsch-java)")
    before = len(orders(site))
    acknowledgements(site, 1)
    scanned = subprocess.run(["ssh-keyscan", "-p", str(site.sftp_port), "-t", "ecdsa", "127.0.0.1"], capture_output=True, text=True, check=True).stdout
    (site.directory / "jsch-known").write_text(scanned)
    path = write(site, "eleven.edi", 11)
    done = subprocess.run(["java", "-cp", ":".join(map(str, jars)), ROOT / "tests/sftp/peers/JschPeer.java", str(site.sftp_port), USER,
                           site.directory / "user-ecdsa", site.directory / "jsch-known", path, "eleven.edi", site.directory / "jsch-997"],
                          capture_output=True, text=True, timeout=120, check=False)
    expect(done.returncode == 0 and "FAULT" not in done.stdout, done.stdout + done.stderr)
    expect("pwd /" in done.stdout and f"size afterwards {path.stat().st_size}" in done.stdout and "refused 2" in done.stdout, done.stdout)
    expect("ST*997" in (site.directory / "jsch-997").read_text(), done.stdout)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def winscp_habits(site):
    """What WinSCP 5 and 6 send for one file (its log at level Debug 2): questions about extensions, a look at the target, an
    upload as NAME.filepart with the time set before the close, rename, attributes of the final name, and a fresh listing; then
    the same broken off in the middle and resumed."""
    try:
        import paramiko
        from paramiko.sftp import CMD_EXTENDED, CMD_FSETSTAT
    except ImportError:
        raise Skip("no paramiko here") from None
    octets, before = control(12), len(orders(site))

    def connect():
        transport = paramiko.Transport(("127.0.0.1", site.sftp_port))
        transport.connect(username=USER, pkey=paramiko.RSAKey.from_private_key_file(str(site.directory / "user-rsa")))
        return transport, paramiko.SFTPClient.from_transport(transport)

    def absent(sftp, path):
        with contextlib.suppress(FileNotFoundError):
            sftp.stat(path)
            raise AssertionError(path + " is there already")

    transport, sftp = connect()
    expect(sftp.normalize(".") == "/" and sftp.normalize("in/..") == "/", "realpath")
    for question in ("space-available", "statvfs@openssh.com", "check-file"):
        try:
            sftp._request(CMD_EXTENDED, question, "/in")
            raise AssertionError(question + " was answered")
        except OSError as refused:
            expect("not supported" in str(refused), str(refused))
    absent(sftp, "/in/winscp.edi")
    absent(sftp, "/in/winscp.edi.filepart")
    file = sftp.open("/in/winscp.edi.filepart", "wx")
    file.set_pipelined(True)
    file.write(octets[:200])
    transport.close()  # the laptop is shut
    transport, sftp = connect()
    there = sftp.stat("/in/winscp.edi.filepart").st_size
    expect(0 < there <= 200, f"{there} octets to resume from")
    with sftp.open("/in/winscp.edi.filepart", "r+") as file:
        file.set_pipelined(True)
        file.seek(there)
        file.write(octets[there:])
        attributes = paramiko.SFTPAttributes()
        attributes.st_atime = attributes.st_mtime = 1700000000
        sftp._request(CMD_FSETSTAT, file.handle, attributes)
    absent(sftp, "/in/winscp.edi")
    sftp.rename("/in/winscp.edi.filepart", "/in/winscp.edi")
    sftp.utime("/in/winscp.edi", (1700000000, 1700000000))
    sftp.chmod("/in/winscp.edi", 0o644)
    expect(sftp.lstat("/in/winscp.edi").st_size == len(octets), "the size afterwards")
    names = [entry.filename for entry in sftp.listdir_attr("/in")]
    expect("winscp.edi.filepart" not in names, str(names))
    # Below 100 KB it writes the name itself, and sets time and rights afterwards.
    with sftp.open("/in/small.edi", "w") as file:
        file.write(control(13))
    sftp.utime("/in/small.edi", (1700000000, 1700000000))
    # "Delete after upload" and "keep up to date" look at and remove what they put: both are allowed to find it gone.
    expect(sftp.stat("/in/small.edi").st_size == len(control(13)), "the size of the small one")
    sftp.remove("/in/small.edi")
    transport.close()
    site.wait_for(lambda: len(orders(site)) == before + 2, "both orders in Odoo")


def paramiko_asynchronous(site):
    """Many writes under way before an answer is read, and a file that is fetched with many reads at once."""
    try:
        import paramiko
    except ImportError:
        raise Skip("no paramiko here") from None
    before = len(orders(site))
    with contextlib.closing(paramiko.Transport(("127.0.0.1", site.sftp_port))) as transport:
        transport.connect(username=USER, pkey=paramiko.ECDSAKey.from_private_key_file(str(site.directory / "user-ecdsa")))
        sftp = paramiko.SFTPClient.from_transport(transport)
        octets = control(14)
        with sftp.open("/in/async.edi", "w") as file:
            file.set_pipelined(True)
            for at in range(0, len(octets), 7):
                file.write(octets[at:at + 7])
        site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")
        site.wait_for(lambda: sftp.listdir("/out"), "an acknowledgement")
        name = sftp.listdir("/out")[0]
        sftp.get("/out/" + name, str(site.directory / "async-997"))
        expect(b"ST*997" in (site.directory / "async-997").read_bytes(), name)


def psftp_client(site):
    needs("psftp")
    before = len(orders(site))
    subprocess.run(["puttygen", site.directory / "user", "-O", "private", "-o", site.directory / "user.ppk"], check=True, timeout=60)
    keys = subprocess.run(["ssh-keyscan", "-p", str(site.sftp_port), "-t", "ed25519", "127.0.0.1"], capture_output=True, text=True, check=True)
    public = site.directory / "scanned.pub"
    public.write_text(" ".join(keys.stdout.split()[1:3]) + "\n")
    fingerprint = subprocess.run(["ssh-keygen", "-lf", public], capture_output=True, text=True, check=True).stdout.split()[1]
    batch = site.directory / "psftp.batch"
    batch.write_text(f"put {write(site, 'eight.edi', 8)} /in/eight.edi\nls /out\nquit\n")
    done = subprocess.run(["psftp", "-batch", "-hostkey", fingerprint, "-P", str(site.sftp_port), "-i", site.directory / "user.ppk", "-b", batch,
                           f"{USER}@127.0.0.1"], capture_output=True, text=True, timeout=60, check=False, env={"HOME": str(site.directory), "PATH": "/usr/bin:/bin"})
    expect(done.returncode == 0, done.stdout + done.stderr)
    site.wait_for(lambda: len(orders(site)) == before + 1, "the order in Odoo")


def audited(site):
    import sqlite3
    with contextlib.closing(sqlite3.connect(f"file:{site.state}/sallyport.db?mode=ro", uri=True)) as database:
        events = {row[0] for row in database.execute("SELECT DISTINCT event FROM audit")}
    missing = {"sftp.login", "sftp.session", "sftp.login.refused", "sftp.fetched", "sftp.upload.duplicate", "message.received"} - events
    expect(not missing, f"not in the audit: {missing}")


def effective(site):
    done = subprocess.run([site.build / "sallyport", "config", "show", "--effective", "--config", site.directory / "sallyport.toml"],
                          capture_output=True, text=True, timeout=60, check=False)
    expect(f"file:{site.state}/sftp_host_ed25519_key" in done.stdout, done.stdout + done.stderr)
    expect((site.state / "sftp_host_ed25519_key").stat().st_mode & 0o777 == 0o600, "the host key can be read by others")


CASES = (("OpenSSH sftp: put an order, get its 997", openssh_put_and_fetch),
         ("OpenSSH sftp: the same octets again make no second order", openssh_same_again),
         ("OpenSSH sftp: temporary name, then rename", openssh_temporary_name), ("OpenSSH sftp: reput", openssh_resume),
         ("OpenSSH scp -p", openssh_scp), ("a stranger's key is refused", strangers), ("paramiko", paramiko_client), ("lftp", lftp_client),
         ("lftp: mirror -R with temporary names", lftp_mirror),
         ("OpenSSH sftp: put *.edi with an RSA key", openssh_mput), ("curl (libssh2), ECDSA key", curl_client),
         ("JSch 0.1.54, ECDSA key", jsch_client), ("WinSCP's habits", winscp_habits),
         ("paramiko: pipelined writes, prefetch", paramiko_asynchronous), ("PuTTY psftp", psftp_client), ("everything is in the audit", audited), ("host key by reference, mode 0600", effective))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/dev"))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-sftp-"))
    site = AllKeys(options.build.resolve(), directory)
    gateway = site.start()
    try:
        expect(site.wait_ready(gateway), "the gateway did not start: " + site.log_tail())
        for what, case in CASES:
            try:
                case(site)
                result, why = "ok", ""
            except Skip as skip:
                result, why = "skipped", f": {skip}"
            except Exception as error:  # one program's trouble must not hide the others' results
                result, why = "FAILED", f": {type(error).__name__}: {error}\n{site.log_tail()}"
            RESULTS[result] += 1
            print(f"{result:8}{what}{why}", flush=True)
    finally:
        gateway.terminate()
        gateway.wait(timeout=60)
        site.close()
        if options.keep:
            print("kept", directory)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{RESULTS['ok']} passed, {RESULTS['FAILED']} failed, {RESULTS['skipped']} skipped")
    return bool(RESULTS["FAILED"])


if __name__ == "__main__":
    sys.exit(main())
