#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Install the DEB into a clean Debian root, boot it, ask /healthz, remove and purge. As root. Usage: clean_root.py DEB

The root is made by debootstrap from the archive this machine's apt uses, once; its tar is kept in the user's cache. Where
systemd can boot in a container the real unit with its whole sandbox runs; elsewhere the daemon is started in a chroot.
"""
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from checks import Checks, command_output

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sallyport-tests"
BASE = "systemd,systemd-sysv,curl,ca-certificates"


def archive():
    """(codename, [lines for sources.list]) of the Debian archive apt uses here."""
    form = "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)"
    rows = {tuple(line.split()) for line in command_output("apt-get", "indextargets", "--format", form, "Created-By: Packages").stdout.splitlines()}
    debian = sorted((uri, name, component) for uri, name, component, *origin in rows if origin == ["Debian"])
    plain = [row for row in debian if "-" not in row[1] and row[2] == "main"]
    if not plain:
        return None, []
    uri, codename, _ = plain[0]
    return codename, [f"deb {uri} {codename} main"] + [f"deb {u} {c} main" for u, c, k in debian if c.startswith(codename + "-") and k == "main"]


def base_root(checks):
    codename, lines = archive()
    if not codename:
        checks.skip("clean root", "apt knows no Debian archive here (run apt-get update first)")
        return None
    kept = CACHE / f"clean-root-{codename}.tar"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            root = pathlib.Path(folder) / "root"
            uri = lines[0].split()[1]
            done = command_output("debootstrap", "--variant=minbase", f"--include={BASE}", codename, root, uri)
            if done.returncode != 0:
                checks.skip("clean root", "debootstrap cannot run here: " + done.stdout.strip()[-300:])
                return None
            (root / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
            made = pathlib.Path(folder) / "root.tar"
            subprocess.run(["tar", "--numeric-owner", "-C", str(root), "-cf", str(made), "."], check=True)
            made.rename(kept)
    return kept


@contextlib.contextmanager
def unpacked(tar):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sallyport-root-", dir=CACHE))
    try:
        subprocess.run(["tar", "--numeric-owner", "-C", str(folder), "-xpf", str(tar)], check=True)
        folder.chmod(0o755)
        yield folder
    finally:
        for name in ("proc", "dev"):
            subprocess.run(["umount", "-l", str(folder / name)], stderr=subprocess.DEVNULL)
        if not os.path.ismount(folder / "proc") and not os.path.ismount(folder / "dev"):
            shutil.rmtree(folder)


def inside(root, script, **more):
    return command_output("chroot", root, "/bin/sh", "-c", script, **more)


def install(checks, root, deb):
    shutil.copy(deb, root / "opt/sallyport.deb")
    if pathlib.Path("/etc/resolv.conf").exists():
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    for kind, name in (("proc", "proc"), ("devtmpfs", "dev")):
        subprocess.run(["mount", "-t", kind, kind, str(root / name)], check=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    fetched = inside(root, "apt-get update -qq && apt-get install -y -qq --no-install-recommends --download-only /opt/sallyport.deb", env=environment)
    if fetched.returncode != 0:
        checks.skip("installation", "the archive cannot be reached for the libraries: " + fetched.stdout.strip()[-300:])
        return False
    done = inside(root, "apt-get install -y -qq --no-install-recommends /opt/sallyport.deb", env=environment)
    if not checks.that("the DEB installs with its libraries", done.returncode == 0, done.stdout[-3000:]):
        return False
    checks.that("installing it again changes nothing",
                inside(root, "sha256sum /etc/sallyport/keys/* >/tmp/before && dpkg -i /opt/sallyport.deb && sha256sum -c --quiet /tmp/before",
                       env=environment).returncode == 0)
    return True


def installed(checks, root):
    for path, wanted in (("/etc/sallyport", "750 root sallyport"), ("/etc/sallyport/keys", "750 root sallyport"),
                         ("/etc/sallyport/keys/gateway.key", "640 root sallyport"), ("/var/lib/sallyport", "700 sallyport sallyport")):
        found = inside(root, f"stat -c '%a %U %G' {path}").stdout.strip()
        checks.that(f"{path} is {wanted}", found == wanted, found)
    checks.that("the account has no shell", "nologin" in inside(root, "getent passwd sallyport").stdout)
    done = inside(root, "runuser -u sallyport -- sallyport check --config /etc/sallyport/sallyport.toml")
    checks.that("the default configuration passes sallyport check", done.returncode == 0, done.stdout)
    checks.that("the service is enabled", (root / "etc/systemd/system/multi-user.target.wants/sallyport.service").is_symlink())


def can_boot(root):
    """Whether systemd comes up in a container here: tried with an empty task, before anything hangs on it."""
    if not shutil.which("systemd-nspawn"):
        return False
    return boot(root, "exit 0") == ""


def boot(root, script, limit=120):
    """Boot the root, run the script as a unit after the system is up, power off. What it printed, or None if it never ran."""
    (root / "opt/task").write_text("#!/bin/sh\n" + script + "\n")
    (root / "opt/task").chmod(0o755)
    (root / "opt/output").unlink(missing_ok=True)
    (root / "etc/systemd/system/task.service").write_text(
        "[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/bin/sh -c '/opt/task >/opt/output.part 2>&1; "
        "mv /opt/output.part /opt/output'\nExecStopPost=/bin/systemctl --no-block poweroff\n[Install]\nWantedBy=default.target\n")
    inside(root, "systemctl enable -q task.service")
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "-b", "-D", str(root)],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=limit)
    output = root / "opt/output"
    return output.read_text() if output.exists() else None


HEALTH = "curl --silent --fail --max-time 2 --retry 40 --retry-delay 1 --retry-connrefused http://127.0.0.1:{port}/healthz"


def unmount(root):
    for name in ("dev", "proc"):
        subprocess.run(["umount", "-l", str(root / name)], check=False)


def booted(checks, root, port):
    health = HEALTH.format(port=port)
    said = boot(root, f"""
{health} >/dev/null && echo healthy
systemctl is-active sallyport.service
before=$(systemctl show -P MainPID sallyport.service)
kill -9 "$before"
{health} >/dev/null && [ "$(systemctl show -P MainPID sallyport.service)" != "$before" ] && echo restarted
systemctl show -P NRestarts sallyport.service
systemctl stop sallyport.service; systemctl show -P Result sallyport.service
echo 'nonsense = 1' >>/etc/sallyport/sallyport.toml
systemctl start sallyport.service 2>/dev/null; systemctl show -P ExecMainStatus sallyport.service; systemctl show -P SubState sallyport.service
sed -i '$d' /etc/sallyport/sallyport.toml; systemctl reset-failed sallyport.service; systemctl start sallyport.service; {health} >/dev/null && echo mended
DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq sallyport >/dev/null 2>&1 && echo removed
[ -e /etc/sallyport/keys/gateway.key ] && [ -d /var/lib/sallyport ] && echo kept
systemctl is-active sallyport.service
journalctl -u sallyport --no-pager -o cat | tail -40 | sed 's/^/journal: /'
""")
    if said is None:
        checks.that("the booted system ran the script", False)
        return
    lines = [line for line in said.splitlines() if not line.startswith("journal: ")]
    wanted = (("the unit comes up in its sandbox and answers /healthz", "healthy"), ("it is active", "active"),
              ("killed with -9 it comes back", "restarted"), ("systemd counted one restart", "1"), ("it stops cleanly when told", "success"),
              ("a configuration error ends with 78", "78"), ("and is not tried again", "failed"), ("mended, it starts", "mended"),
              ("the package is removed", "removed"), ("removal keeps keys and documents", "kept"), ("and stops the service", "inactive"))
    for at, (what, line) in enumerate(wanted):
        checks.that(what, at < len(lines) and lines[at] == line, said)


def started(checks, root, port):
    daemon = subprocess.Popen(["chroot", str(root), "runuser", "-u", "sallyport", "--", "sallyport", "run", "--config", "/etc/sallyport/sallyport.toml"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        done = command_output("sh", "-c", HEALTH.format(port=port))
        checks.that("the daemon starts and answers /healthz", done.returncode == 0, done.stdout)
    finally:
        os.killpg(daemon.pid, 15)
        said = daemon.communicate(timeout=60)[0]
    checks.that("it stops cleanly when told", daemon.returncode in (0, -15), said[-2000:])
    checks.that("the package is removed", inside(root, "DEBIAN_FRONTEND=noninteractive apt-get remove -y -qq sallyport").returncode == 0)
    checks.that("removal keeps keys and documents", (root / "etc/sallyport/keys/gateway.key").exists() and (root / "var/lib/sallyport").is_dir())


def purged(checks, root):
    done = inside(root, "dpkg --purge sallyport")
    checks.that("the package purges", done.returncode == 0, done.stdout)
    left = inside(root, "find /etc /var/lib /usr /lib -name '*sallyport*' -not -path '/var/lib/apt/*' -not -path '/var/lib/systemd/*'").stdout.split()
    checks.that("purging leaves nothing", not left, str(left))


def api_port(root):
    shown = inside(root, "runuser -u sallyport -- sallyport config show --effective --config /etc/sallyport/sallyport.toml").stdout
    found = re.search(r'listen = "[^"]*:(\d+)"', shown.partition("[api]")[2])
    return int(found[1]) if found else 0


def main(deb):
    checks = Checks()
    if os.geteuid() != 0:
        checks.skip("clean root", "needs root")
        return checks.end()
    tar = base_root(checks)
    if not tar:
        return checks.end()
    with unpacked(tar) as root:
        if not install(checks, root, deb):
            return checks.end()
        installed(checks, root)
        port = api_port(root)
        checks.that(f"the API port is known from the configuration ({port})", port > 0)
        unmount(root)
        if can_boot(root):
            booted(checks, root, port)
        else:
            checks.skip("the unit under systemd", "no container can boot here; the daemon is started by hand instead")
            subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
            started(checks, root, port)
        purged(checks, root)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
