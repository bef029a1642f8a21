"""Root file systems of real distributions, made by debootstrap from the mirror that this machine's apt uses, once per user.

Each is a base with what an image of the guide has, and a layer with the packages of one network stack, which is laid over the
base. Both are folders in the cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from controlplane.cache import locked

Report = Callable[[str], None]
_BASE = (
    *("systemd-sysv", "dbus", "udev", "kmod", "procps", "netbase", "iproute2", "iputils-ping", "ca-certificates"),
    *(
        "python3",
        "sudo",
        "openssh-server",
        "openssh-client",
        "cloud-init",
        "hyperv-daemons",
        "dnsmasq-base",
        "libpam-systemd",
        "locales",
    ),
)
_SUITES = {"Debian 12": "bookworm", "Debian 13": "trixie"}
DISTRIBUTIONS = tuple(_SUITES)
_GENERATION = "2"
"""Part of the name of a base in the cache: a change here makes all of them anew."""


class Unavailable(Exception):
    """A root file system cannot be made on this machine; the text is the reason."""


@dataclass(frozen=True)
class Rootfs:
    """A root file system: folders that are laid over each other, the topmost first."""

    layers: tuple[Path, ...]


def cache_root() -> Path:
    """Return the folder of the cache."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "hyperv-operator" / "userland"


def missing() -> str | None:
    """Return why no root file system can be made or booted here, or None."""
    if os.geteuid() != 0:
        return "a machine is booted in namespaces, which needs root"
    for tool in ("unshare", "nsenter", "ip", "losetup", "chroot"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    if not Path("/dev/fuse").exists() or "overlay" not in Path("/proc/filesystems").read_text():
        return "the kernel has no FUSE or no overlay file system"
    if _cgroups() is None:
        return "the kernel's cgroups of version 2 are not mounted"
    return None


def _cgroups() -> Path | None:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(folder)
    return None


def cgroups() -> Path:
    """Return where the cgroups of version 2 are mounted."""
    found = _cgroups()
    if found is None:
        raise Unavailable(str(missing()))
    return found


def find_or_make(distribution: str, packages: tuple[str, ...], report: Report, within: float = 1_800) -> Rootfs:
    """Return a root file system of the distribution with the packages, made if it is not in the cache.

    Raise Unavailable if it cannot be made, or if one command of that takes longer than `within` seconds.
    """
    base, layer = _base(distribution), _layer(distribution, packages)
    with locked(base.parent, report):
        if not base.is_dir():
            report(f"making {distribution} by debootstrap, about 3 minutes on 2 cores, once per user")
            _make(base, lambda partial: _bootstrap(_SUITES[distribution], partial, within))
        if not layer.is_dir():
            report(f"installing {' '.join(packages)} in {distribution}, once per user")
            _make(layer, lambda partial: _install_layer(base, partial, packages, within))
    return Rootfs((layer, base))


def tools(report: Report) -> Path:
    """Return a base whose commands serve the test itself: dnsmasq, ssh."""
    find_or_make("Debian 12", (), report)
    return _base("Debian 12")


def _base(distribution: str) -> Path:
    return cache_root() / f"{_SUITES[distribution]}-{_GENERATION}" / "base"


def _layer(distribution: str, packages: tuple[str, ...]) -> Path:
    return _base(distribution).parent / ("+".join(packages) or "plain")


def _make(target: Path, make: Callable[[Path], None]) -> None:
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    make(partial)
    partial.rename(target)


def _run(*command: str | Path, within: float = 1_800) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=within)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} takes longer than {within:.0f} seconds here") from None
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(map(str, command))} failed: {(done.stdout + done.stderr)[-800:]}")
    return done.stdout


def _mirror() -> str:
    """Return the mirror of Debian's own packages in this machine's apt configuration."""
    if shutil.which("apt-get") is None:
        raise Unavailable("apt-get is not installed, and its configuration names the mirror")
    query = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages", "Origin: Debian"]
    sites = [site for site in _run(*query).split() if not site.rstrip("/").endswith("-security")]
    if not sites:
        raise Unavailable("the apt configuration of this machine names no mirror of Debian (or needs `apt-get update`)")
    return sites[0]


def _bootstrap(suite: str, target: Path, within: float) -> None:
    mirror = _mirror()
    if shutil.which("debootstrap") is None:
        _run("apt-get", "install", "--yes", "--no-install-recommends", "debootstrap")
    _run("debootstrap", "--variant=minbase", suite, target, mirror, within=within)
    (target / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")  # starts no service in the chroot
    (target / "usr/sbin/policy-rc.d").chmod(0o755)
    (target / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
    (target / "etc/apt/sources.list").write_text(f"deb {mirror} {suite} main\n")
    # dpkg resolves versioned virtual packages, which debootstrap does not.
    _install(target, _BASE, within)


def _install(root: Path, packages: tuple[str, ...], within: float) -> None:
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    script = (
        'export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -q -y install --no-install-recommends "$@"'
    )
    _run("chroot", root, "sh", "-c", script, "install", *packages, within=within)
    _run("chroot", root, "apt-get", "clean")


def _install_layer(base: Path, target: Path, packages: tuple[str, ...], within: float) -> None:
    target.mkdir()
    if packages:
        with overlaid((base,), target) as root:
            _install(root, packages, within)


@contextmanager
def overlaid(lower: tuple[Path, ...], upper: Path) -> Iterator[Path]:
    """Provide the folders laid over each other; what is changed is in `upper`."""
    with tempfile.TemporaryDirectory(dir=upper.parent, prefix=".work-") as work:
        root, scratch = Path(work, "root"), Path(work, "scratch")
        root.mkdir()
        scratch.mkdir()
        options = f"lowerdir={':'.join(map(str, lower))},upperdir={upper},workdir={scratch}"
        _run("mount", "-t", "overlay", "overlay", "-o", options, root)
        try:
            yield root
        finally:
            _run("umount", root)
