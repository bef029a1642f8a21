"""The renderers of the network configuration, in order of preference.

1. NetworkManager (RHEL family, SUSE 16, desktops): if it manages the interface, no other installed service does. It gets a
   keyfile instead of `nmcli connection add`, because a file can be compared and replaced atomically.
2. netplan (Ubuntu, Debian's cloud images).
3. systemd-networkd by itself.
4. wicked (SUSE 15).
5. ifupdown (Debian without netplan).

Each renderer owns one file, which begins with MARK. Its name takes precedence over the files that the image or cloud-init has
written for the interface. The interface is matched by name, because Hyper-V may change the MAC address when a VM moves to another
host. None of them uses `cloud-init devel net-convert`: it leaves out the gateway and the DNS servers for wicked
(canonical/cloud-init#5635), and adds a second stanza beside the installer's for ifupdown.

A renderer has `file`, the path of its file; `fits`, whether it manages the interface; `text`, the content of the file; and
`apply`, which writes the file and activates it.
"""

import json
import os
import re
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Union

from hvo_guest import interfaces
from hvo_guest.settings import Address
from hvo_guest.system import MARK, System

Link = NamedTuple("Link", [("name", str), ("static", Optional[Address])])
"""An interface and its static address, or None for DHCP."""


class NetworkManager:
    """Renders a keyfile of NetworkManager."""

    _path = "/etc/NetworkManager/system-connections/hyperv-operator.nmconnection"

    def file(self, name: str) -> str:
        return self._path

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
        return MARK + "\n".join([*lines, "", "[ipv6]", "method=auto"]) + "\n"

    def apply(self, system: System, link: Link) -> None:
        system.write(self._path, self.text(link), 0o600)
        system.run(["nmcli", "connection", "reload"])
        system.run(["nmcli", "connection", "up", "hyperv-operator"])


class Netplan:
    """Renders a file of netplan. Other files are renamed, because netplan would merge them."""

    _folder = "/etc/netplan"
    _path = _folder + "/90-hyperv-operator.yaml"

    def file(self, name: str) -> str:
        return self._path

    def fits(self, system: System, name: str) -> bool:
        return system.has("netplan") and system.exists(self._folder)

    def text(self, link: Link) -> str:
        interface: Dict[str, Any] = {"dhcp4": link.static is None}
        if link.static:
            interface["addresses"] = ["%s/%d" % (link.static.address, link.static.prefix)]
            interface["routes"] = [{"to": "0.0.0.0/0", "via": link.static.gateway}]  # older netplan lacks `default`
            interface["nameservers"] = {"addresses": list(link.static.dns), "search": _search(link.static)}
        network = {"version": 2, "renderer": "networkd", "ethernets": {link.name: interface}}
        return MARK + json.dumps({"network": network}, indent=2) + "\n"  # JSON is YAML

    def apply(self, system: System, link: Link) -> None:
        system.write(self._path, self.text(link), 0o600)
        folder = system.path(self._folder)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".yaml") and name != os.path.basename(self._path):
                os.replace(os.path.join(folder, name), os.path.join(folder, name + ".hyperv-operator-saved"))
        system.run(["netplan", "apply"])


class Networkd:
    """Renders a file of systemd-networkd. The first match wins; netplan's files begin with 10."""

    _path = "/etc/systemd/network/05-hyperv-operator.network"

    def file(self, name: str) -> str:
        return self._path

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
        return MARK + "\n".join(lines) + "\n"

    def apply(self, system: System, link: Link) -> None:
        system.write(self._path, self.text(link), 0o644)
        # systemd-networkd keeps an earlier lease when it is restarted.
        system.try_run(["ip", "-4", "addr", "flush", "dev", link.name, "scope", "global"])
        system.run(["systemctl", "restart", "systemd-networkd"])


class Ifupdown:
    """Renders a stanza of ifupdown. Other IPv4 stanzas of the interface become comments, because ifup applies all of them."""

    _resolver = "/etc/resolv.conf"
    _resolved = "/etc/systemd/resolved.conf.d/hyperv-operator.conf"
    _path = "/etc/network/interfaces.d/hyperv-operator"

    def file(self, name: str) -> str:
        return self._path

    def fits(self, system: System, name: str) -> bool:
        return system.has("ifup") and system.exists("/etc/network")

    def text(self, link: Link) -> str:
        lines = ["auto " + link.name, "iface %s inet %s" % (link.name, "static" if link.static else "dhcp")]
        if link.static:
            lines += ["    address %s/%d" % (link.static.address, link.static.prefix)]
            lines += ["    gateway " + link.static.gateway]
            lines += ["    dns-nameservers " + " ".join(link.static.dns)]
            lines += ["    dns-search " + suffix for suffix in _search(link.static)]
        return MARK + "\n".join(lines) + "\n"

    def apply(self, system: System, link: Link) -> None:
        # With the configuration that the interface was brought up with: a DHCP client left running would renew its lease.
        system.try_run(["ifdown", "--force", link.name])
        for name in interfaces.files(system):
            if name != self._path:
                before = system.read(name) or ""
                system.write(name, interfaces.without_stanzas(before, link.name), system.mode(name))
        system.make_folder(os.path.dirname(self._path))
        system.write(self._path, self.text(link), 0o644)
        if not interfaces.is_included(system, self._path):
            system.write(interfaces.MAIN, (system.read(interfaces.MAIN) or "") + "source %s\n" % self._path, 0o644)
        system.try_run(["ip", "-4", "addr", "flush", "dev", link.name, "scope", "global"])
        system.run(["ifup", link.name])
        self._set_dns(system, link.static)

    def _set_dns(self, system: System, static: Optional[Address]) -> None:
        """Give the resolver its servers where nothing reads `dns-nameservers`, or Debian 12's hook of systemd-resolved does.

        That hook sets the names of its variables instead of their values (if-up.d/resolved of systemd-resolved 252).
        """
        if system.try_run(["systemctl", "is-active", "--quiet", "systemd-resolved"])[0] == 0:
            if static:
                lines = ["[Resolve]", "DNS=" + " ".join(static.dns), "Domains=" + " ".join(_search(static))]
                system.make_folder(os.path.dirname(self._resolved))
                system.write(self._resolved, MARK + "\n".join(lines) + "\n", 0o644)
            if static or system.remove(self._resolved):
                # Also after a kill between write and restart.
                system.run(["systemctl", "restart", "systemd-resolved"])
        elif static and not system.has("resolvconf"):
            # A link to the file of a service that does not run is replaced.
            search = "".join("search %s\n" % suffix for suffix in _search(static))
            servers = "".join("nameserver %s\n" % server for server in static.dns)
            system.write(self._resolver, MARK + search + servers, 0o644)


class Wicked:
    """Renders the files of wicked: ifcfg(5), ifroute(5), and netconfig(8) for DNS."""

    _folder = "/etc/sysconfig/network"
    _config = _folder + "/config"
    _routes = _folder + "/routes"

    def file(self, name: str) -> str:
        return "%s/ifcfg-%s" % (self._folder, name)

    def fits(self, system: System, name: str) -> bool:
        return system.has("wicked") and system.exists(self._folder)

    def text(self, link: Link) -> str:
        lines = ["STARTMODE='auto'", "BOOTPROTO='%s'" % ("static" if link.static else "dhcp")]
        lines += ["IPADDR='%s/%d'" % (link.static.address, link.static.prefix)] if link.static else []
        return MARK + "\n".join(lines) + "\n"

    def apply(self, system: System, link: Link) -> None:
        system.write(self.file(link.name), self.text(link), 0o644)
        route = "%s/ifroute-%s" % (self._folder, link.name)
        if link.static:
            system.write(route, MARK + "default %s - %s\n" % (link.static.gateway, link.name), 0o644)
            self._drop_default(system)
        else:
            system.remove(route)
        config = system.read(self._config) or ""
        config = _assign(config, "NETCONFIG_DNS_STATIC_SERVERS", link.static.dns if link.static else ())
        config = _assign(config, "NETCONFIG_DNS_STATIC_SEARCHLIST", _search(link.static) if link.static else ())
        system.write(self._config, config, 0o644)
        system.run(["wicked", "ifreload", link.name])
        system.run(["netconfig", "update", "-f"])

    def _drop_default(self, system: System) -> None:
        """Turn default routes of the global file into comments: wicked would set them beside that of the interface."""
        text = system.read(self._routes)
        if text is not None:
            lines = ["#" + line if line.split()[:1] == ["default"] else line for line in text.splitlines()]
            system.write(self._routes, "\n".join(lines) + "\n", 0o644)


def _assign(text: str, name: str, values: Iterable[str]) -> str:
    """Return a file of shell variables in which the variable has these values."""
    lines = [line for line in text.splitlines() if not re.match(r"\s*%s\s*=" % name, line)]
    return "\n".join([*lines, '%s="%s"' % (name, " ".join(values))]) + "\n"


def _search(address: Address) -> List[str]:
    return [address.suffix] if address.suffix else []


Renderer = Union[NetworkManager, Netplan, Networkd, Ifupdown, Wicked]
RENDERERS: "tuple[Renderer, ...]" = (NetworkManager(), Netplan(), Networkd(), Wicked(), Ifupdown())
