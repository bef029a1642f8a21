"""The renderers of the network configuration, in order of preference.

1. NetworkManager (RHEL family, SUSE 16, desktops): if it manages the interface, no other installed service does. It gets a
   keyfile instead of `nmcli connection add`, because a file can be compared and replaced atomically.
2. netplan (Ubuntu, Debian's cloud images).
3. systemd-networkd by itself.
4. cloud-init's own renderers, for ifupdown (Debian without netplan) and wicked (SUSE 15): both use several files per
   interface, in a layout that depends on the distribution and that cloud-init knows.

Each renderer owns one file. Its name takes precedence over the files that the image or cloud-init has written for the
interface. The interface is matched by name, because Hyper-V may change the MAC address when a VM moves to another host.

A renderer has `file`, the path of its file; `fits`, whether it manages the interface; `text`, the content of the file; and
`apply`, which writes the file and activates it.
"""

import json
import os
from typing import Any, Dict, List, NamedTuple, Optional, Union

from hvo_guest.settings import Address
from hvo_guest.system import System

_MARK = "# Written by hyperv-operator's guest.\n"

Link = NamedTuple("Link", [("name", str), ("static", Optional[Address])])
"""An interface and its static address, or None for DHCP."""


class NetworkManager:
    """Renders a keyfile of NetworkManager."""

    file = "/etc/NetworkManager/system-connections/hyperv-operator.nmconnection"

    def fits(self, system: System, name: str) -> bool:
        if not system.has("nmcli"):
            return False
        exit_code, output = system.try_run(["nmcli", "-t", "-f", "DEVICE,STATE", "device"])
        states = dict(line.rsplit(":", 1) for line in output.splitlines() if ":" in line)
        return exit_code == 0 and states.get(name, "unmanaged") not in ("unmanaged", "unknown")

    def text(self, link: Link) -> str:
        lines = [
            "[connection]",
            "id=hyperv-operator",
            "uuid=0e1f1f0c-6d0b-5c57-9f0e-6a3c3d0b8f11",
            "type=ethernet",
            "interface-name=" + link.name,
            "autoconnect-priority=999",  # the maximum
            "",
            "[ipv4]",
        ]
        if link.static:
            lines += [
                "method=manual",
                "address1=%s/%d,%s" % (link.static.address, link.static.prefix, link.static.gateway),
                "dns=" + "".join(server + ";" for server in link.static.dns),
            ]
            lines += ["dns-search=%s;" % link.static.suffix] if link.static.suffix else []
        else:
            lines += ["method=auto"]
        return _MARK + "\n".join([*lines, "", "[ipv6]", "method=auto"]) + "\n"

    def apply(self, system: System, link: Link, text: str) -> None:
        system.write(self.file, text, 0o600)
        system.run(["nmcli", "connection", "reload"])
        system.run(["nmcli", "connection", "up", "hyperv-operator"])


class Netplan:
    """Renders a file of netplan. Other files are renamed, because netplan would merge them."""

    _folder = "/etc/netplan"
    file = _folder + "/90-hyperv-operator.yaml"

    def fits(self, system: System, name: str) -> bool:
        return system.has("netplan") and system.exists(self._folder)

    def text(self, link: Link) -> str:
        interface: Dict[str, Any] = {"dhcp4": link.static is None}
        if link.static:
            interface["addresses"] = ["%s/%d" % (link.static.address, link.static.prefix)]
            interface["routes"] = [{"to": "0.0.0.0/0", "via": link.static.gateway}]  # older netplan lacks `default`
            interface["nameservers"] = {"addresses": list(link.static.dns), "search": _search(link.static)}
        network = {"version": 2, "renderer": "networkd", "ethernets": {link.name: interface}}
        return _MARK + json.dumps({"network": network}, indent=2) + "\n"  # JSON is YAML

    def apply(self, system: System, link: Link, text: str) -> None:
        system.write(self.file, text, 0o600)
        folder = system.path(self._folder)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".yaml") and name != os.path.basename(self.file):
                os.replace(os.path.join(folder, name), os.path.join(folder, name + ".hyperv-operator-saved"))
        system.run(["netplan", "apply"])


class Networkd:
    """Renders a file of systemd-networkd. The first match wins; netplan's files begin with 10."""

    file = "/etc/systemd/network/05-hyperv-operator.network"

    def fits(self, system: System, name: str) -> bool:
        return (
            system.has("networkctl")
            and system.try_run(["systemctl", "is-active", "--quiet", "systemd-networkd"])[0] == 0
        )

    def text(self, link: Link) -> str:
        lines = ["[Match]", "Name=" + link.name, "", "[Network]"]
        if link.static:
            lines += ["Address=%s/%d" % (link.static.address, link.static.prefix), "Gateway=" + link.static.gateway]
            lines += ["DNS=" + server for server in link.static.dns]
            lines += ["Domains=" + suffix for suffix in _search(link.static)]
        else:
            lines += ["DHCP=ipv4"]
        return _MARK + "\n".join(lines) + "\n"

    def apply(self, system: System, link: Link, text: str) -> None:
        system.write(self.file, text, 0o644)
        system.run(["systemctl", "restart", "systemd-networkd"])


class CloudInit:
    """Renders a network configuration of cloud-init, version 1, which cloud-init converts for ifupdown or wicked."""

    file = "/etc/cloud/hyperv-operator-network.yaml"

    def fits(self, system: System, name: str) -> bool:
        return system.has("cloud-init") and system.exists("/etc/cloud") and (system.has("wicked") or system.has("ifup"))

    def text(self, link: Link) -> str:
        subnet: Dict[str, Any] = {"type": "dhcp4"}
        if link.static:
            subnet = {
                "type": "static",
                "address": "%s/%d" % (link.static.address, link.static.prefix),
                "gateway": link.static.gateway,
                "dns_nameservers": list(link.static.dns),
                "dns_search": _search(link.static),
            }
        interface = {"type": "physical", "name": link.name, "subnets": [subnet]}
        return _MARK + json.dumps({"version": 1, "config": [interface]}, indent=2) + "\n"

    def apply(self, system: System, link: Link, text: str) -> None:
        system.write(self.file, text, 0o644)
        convert = ["cloud-init", "devel", "net-convert", "-p", system.path(self.file), "-k", "yaml", "-d", system.root]
        if system.has("wicked"):
            system.run([*convert, "-D", "opensuse", "-O", "sysconfig"])
            system.run(["wicked", "ifreload", link.name])
            return
        # Before the old configuration is overwritten: a DHCP client left running would remove the new address.
        system.try_run(["ifdown", "--force", link.name])
        system.run([*convert, "-D", "debian", "-O", "eni"])
        system.run(["ifup", link.name])


def _search(address: Address) -> List[str]:
    return [address.suffix] if address.suffix else []


Renderer = Union[NetworkManager, Netplan, Networkd, CloudInit]
RENDERERS: "tuple[Renderer, ...]" = (NetworkManager(), Netplan(), Networkd(), CloudInit())
