"""Step Hostname."""

from typing import List, Optional

from hvo_guest.settings import Settings
from hvo_guest.system import System
from hvo_guest.codes import StepFailed

_LOOPBACK = "127.0.1.1"


def apply(system: System, settings: Settings) -> None:
    """Give the system its name, now and after a reboot."""
    name = settings.hostname
    if _current(system) != name:
        if system.has("hostnamectl"):
            system.run(["hostnamectl", "set-hostname", name])
        else:
            system.write("/etc/hostname", name + "\n", 0o644)
            system.run(["hostname", name])
    if _current(system) != name:
        raise StepFailed("HostnameNotSet")
    _name_loopback(system, name, settings.network.suffix if settings.network else None)


def _current(system: System) -> Optional[str]:
    text = system.read("/etc/hostname")
    return text.strip() if text is not None else None


def _name_loopback(system: System, name: str, suffix: Optional[str]) -> None:
    """Keep Debian's line for the own name: without it sudo waits for DNS. Others resolve it with nss-myhostname."""
    text = system.read("/etc/hosts")
    lines: List[str] = text.splitlines() if text is not None else []
    at = [number for number, line in enumerate(lines) if line.split()[:1] == [_LOOPBACK]]
    if not at and not system.exists("/etc/debian_version"):
        return
    names = "%s.%s %s" % (name, suffix, name) if suffix else name
    wanted = "%s %s" % (_LOOPBACK, names)
    if at:
        lines[at[0]] = wanted
    else:
        lines.append(wanted)
    system.write("/etc/hosts", "\n".join(lines) + "\n", 0o644)
