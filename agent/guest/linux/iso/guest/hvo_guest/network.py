"""Step Network: a static IPv4 address or DHCP, configured through the network service of this system and read back from it."""

import os
import re
from typing import List, Optional

from hvo_guest import cloudinit, leases, resolver
from hvo_guest.codes import NotAsRequested, StepFailed
from hvo_guest.renderers import RENDERERS, Link, Renderer
from hvo_guest.settings import Address, Settings
from hvo_guest.system import MARK, System

_NET = "/sys/class/net"
_CHECKS = 10
"""How often the network is read back, with a pause in between, before the configuration is written and activated again."""


def apply(system: System, settings: Settings) -> None:
    """Configure the address. Without one, change nothing, unless the image has the address of an earlier machine."""
    link = Link(_interface(system), settings.network)
    earlier = [one for one in RENDERERS if (system.read(one.file(link.name)) or "").startswith(MARK)]
    if link.static is None and not earlier:
        cloudinit.keep_name(system)
        _wait(system, settings)
        return
    renderer = _select(system, link.name)
    # cloud-init writes the network at the first boot of an instance, which would override the file below.
    cloudinit.keep_network(system)
    for other in earlier:
        if other is not renderer:
            system.remove(other.file(link.name))
    is_written = system.read(renderer.file(link.name)) == renderer.text(link)
    if link.static and is_written and _is_configured(system, settings):
        return
    renderer.apply(system, link)
    _wait(system, settings)


def check(system: System, settings: Settings) -> None:
    """Raise StepFailed unless the system has the network that was requested."""
    name = _interface(system)
    if settings.network is None:
        _check_lease(system, name)
    else:
        _check_address(system, name, settings.network)
        _check_resolver(system, name, settings.network)


def _check_lease(system: System, name: str) -> None:
    if not _addresses(system, name):
        raise StepFailed("AddressMissing")
    if leases.gives_route(system, name) and not any(
        route.endswith(" dev " + name) for route in _default_routes(system)
    ):
        raise StepFailed("RouteMissing")


def _check_address(system: System, name: str, wanted: Address) -> None:
    # Another address is a lease that a DHCP client still renews, with its route and its DNS servers.
    found = _addresses(system, name)
    if [address.partition("/")[0] for address in found] != [wanted.address]:
        raise NotAsRequested("guest_v4_ipaddr")
    if found != ["%s/%d" % (wanted.address, wanted.prefix)]:
        raise NotAsRequested("guest_v4_cidrprefix")
    if _default_routes(system)[:1] != ["via %s dev %s" % (wanted.gateway, name)]:
        raise NotAsRequested("guest_v4_defaultgw")


def _check_resolver(system: System, name: str, wanted: Address) -> None:
    found = resolver.read(system, name)
    servers = [server for server in found.servers if ":" not in server]
    for number, server in enumerate(wanted.dns):
        if servers[number : number + 1] != [server]:
            raise NotAsRequested("guest_v4_dns%d" % (number + 1))
    if wanted.suffix and wanted.suffix not in found.search:
        raise NotAsRequested("guest_net_dnssuffix")


def _addresses(system: System, name: str) -> List[str]:
    """Return the IPv4 addresses of the interface, with their prefixes, without link-local ones."""
    shown = system.run(["ip", "-4", "-o", "addr", "show", "dev", name, "scope", "global"])
    return re.findall(r" inet ([0-9.]+/[0-9]+) ", shown)


def _default_routes(system: System) -> List[str]:
    """Return the default routes as `via GATEWAY dev INTERFACE`, the one that is used first."""
    routes = []
    for line in system.run(["ip", "-4", "-o", "route", "show", "default"]).splitlines():
        words = line.split()
        options = dict(zip(words, words[1:]))
        metric = options.get("metric", "0")
        text = "via %s dev %s" % (options.get("via", "none"), options.get("dev", "none"))
        routes.append((int(metric) if metric.isdigit() else 0, text))
    return [text for _, text in sorted(routes, key=lambda route: route[0])]


def _wait(system: System, settings: Settings) -> None:
    """Wait until the network is as requested; raise what differs if it is not after some time."""
    for _ in range(_CHECKS - 1):
        if _is_configured(system, settings) or system.stop.is_set():
            break
        system.wait()
    check(system, settings)


def _is_configured(system: System, settings: Settings) -> bool:
    try:
        check(system, settings)
    except StepFailed:
        return False
    return True


def _select(system: System, name: str) -> Renderer:
    for renderer in RENDERERS:
        if renderer.fits(system, name):
            return renderer
    raise StepFailed("NoNetworkService")


def _interface(system: System) -> str:
    """Return the first network interface of Hyper-V, without its SR-IOV twin, which has another driver."""
    try:
        names = os.listdir(system.path(_NET))
    except FileNotFoundError:
        names = []
    hyperv = [name for name in names if _driver(system, name) == "hv_netvsc"]
    if not hyperv:
        raise StepFailed("NoInterface")
    return min(hyperv, key=lambda name: (_index(system, name), name))


def _driver(system: System, name: str) -> Optional[str]:
    try:
        return os.path.basename(os.readlink(system.path("%s/%s/device/driver" % (_NET, name))))
    except OSError:
        return None


def _index(system: System, name: str) -> int:
    text = system.read("%s/%s/ifindex" % (_NET, name))
    return int(text) if text and text.strip().isdigit() else 0
