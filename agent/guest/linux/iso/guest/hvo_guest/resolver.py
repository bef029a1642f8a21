"""What the system's resolver asks: its DNS servers and its search list, as they are in effect."""

from typing import List, NamedTuple

from hvo_guest.system import System

_CONFIG = "/etc/resolv.conf"
_RESOLVED = "/run/systemd/resolve/resolv.conf"
_STUBS = {"127.0.0.53", "127.0.0.54"}
_MAX_SERVERS = 3
"""glibc ignores further servers (MAXNS)."""

Resolver = NamedTuple("Resolver", [("servers", List[str]), ("search", List[str])])


def read(system: System, interface: str) -> Resolver:
    """Return the servers in the order in which they are asked, and the search list.

    Where a local forwarder is asked, those that it asks count: systemd-resolved writes them to a file, and NetworkManager
    knows those of the interface.
    """
    found = _parse(system.read(_CONFIG) or "")
    if not found.servers or not all(server.startswith("127.") or server == "::1" for server in found.servers):
        return Resolver(found.servers[:_MAX_SERVERS], found.search)
    if set(found.servers) & _STUBS:
        return _parse(system.read(_RESOLVED) or "")
    if system.has("nmcli"):
        return _from_network_manager(system, interface)
    return Resolver([], [])


def _parse(text: str) -> Resolver:
    servers = []
    search: List[str] = []
    for words in (line.split() for line in text.splitlines()):
        if len(words) > 1 and words[0] == "nameserver":
            servers.append(words[1].partition("%")[0])
        elif len(words) > 1 and words[0] in ("search", "domain"):
            search = [word.rstrip(".").lower() for word in words[1:]]
    return Resolver(servers, search)


def _from_network_manager(system: System, interface: str) -> Resolver:
    _, output = system.try_run(["nmcli", "-t", "-f", "IP4", "device", "show", interface])
    pairs = [line.partition(":")[::2] for line in output.splitlines()]
    servers = [value for name, value in pairs if name.startswith("IP4.DNS")]
    search = [value.lower() for name, value in pairs if name.startswith(("IP4.SEARCHES", "IP4.DOMAIN"))]
    return Resolver(servers, search)
