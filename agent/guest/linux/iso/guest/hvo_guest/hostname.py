"""Step Hostname: the name of the system."""

from typing import List, Optional

from hvo_guest.codes import NotAsRequested
from hvo_guest.settings import Settings
from hvo_guest.system import System

_LOOPBACK = "127.0.1.1"


def apply(system: System, settings: Settings) -> None:
    """Set the hostname, now and for later boots."""
    name = settings.hostname
    if _current(system) != name or system.run(["uname", "-n"]).strip() != name:
        if system.has("hostnamectl"):
            system.run(["hostnamectl", "set-hostname", name])
        else:
            system.write("/etc/hostname", name + "\n", 0o644)
            system.run(["hostname", name])
    check(system, settings)
    _name_loopback(system, name, settings.network.suffix if settings.network else None)


def check(system: System, settings: Settings) -> None:
    """Raise NotAsRequested unless the system has the name, now and for later boots."""
    if _current(system) != settings.hostname or system.run(["uname", "-n"]).strip() != settings.hostname:
        raise NotAsRequested("vm_name")


def _current(system: System) -> Optional[str]:
    text = system.read("/etc/hostname")
    return text.strip() if text is not None else None


def _name_loopback(system: System, name: str, suffix: Optional[str]) -> None:
    """Update Debian's /etc/hosts entry of the own name, without which sudo waits for DNS. Others use nss-myhostname."""
    text = system.read("/etc/hosts")
    lines: List[str] = text.splitlines() if text is not None else []
    entries = [number for number, line in enumerate(lines) if line.split()[:1] == [_LOOPBACK]]
    if not entries and not system.exists("/etc/debian_version"):
        return
    names = "%s.%s %s" % (name, suffix, name) if suffix else name
    wanted = "%s %s" % (_LOOPBACK, names)
    if entries:
        lines[entries[0]] = wanted
    else:
        lines.append(wanted)
    system.write("/etc/hosts", "\n".join(lines) + "\n", 0o644)
