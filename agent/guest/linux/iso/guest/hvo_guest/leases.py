"""The DHCP lease of an interface, as far as its client says what it was given."""

import glob
import os
import re
from typing import Optional

from hvo_guest.system import System

_DHCLIENT = ("/var/lib/dhcp/dhclient.%s.leases", "/var/lib/dhclient/dhclient--%s.lease")


def gives_route(system: System, interface: str) -> Optional[bool]:
    """Return whether the lease gives a default route, or None if no client says so."""
    for ask in (_networkd, _network_manager, _dhclient, _dhcpcd):
        answer = ask(system, interface)
        if answer is not None:
            return answer
    return None


def _networkd(system: System, interface: str) -> Optional[bool]:
    index = (system.read("/sys/class/net/%s/ifindex" % interface) or "").strip()
    lease = system.read("/run/systemd/netif/leases/" + index) if index else None
    if lease is None:
        return None
    return bool(re.search(r"^ROUTER=\S", lease, re.MULTILINE)) and "\nROUTES=" not in lease


def _network_manager(system: System, interface: str) -> Optional[bool]:
    if not system.has("nmcli"):
        return None
    exit_code, output = system.try_run(["nmcli", "-t", "-f", "DHCP4", "device", "show", interface])
    if exit_code != 0 or "DHCP4.OPTION" not in output:
        return None
    return bool(re.search(r":routers = \S", output)) and "classless_static_routes = " not in output


def _dhclient(system: System, interface: str) -> Optional[bool]:
    for name in _DHCLIENT:
        blocks = re.findall(r"^lease \{(.*?)^\}", system.read(name % interface) or "", re.MULTILINE | re.DOTALL)
        if blocks:
            return "option routers " in blocks[-1] and "classless-static-routes" not in blocks[-1]
    return None


def _dhcpcd(system: System, interface: str) -> Optional[bool]:
    if not system.has("dhcpcd") or not glob.glob(os.path.join(system.path("/run/dhcpcd"), "*")):
        return None
    exit_code, output = system.try_run(["dhcpcd", "-U", interface])
    if exit_code != 0 or "ip_address=" not in output:
        return None
    return bool(re.search(r"^routers='?[0-9]", output, re.MULTILINE)) and "classless_static_routes=" not in output
