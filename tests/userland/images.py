"""Golden images, prepared as docs/guides/prepare-linux-image.md says, for each network stack that a distribution can have."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from userland.machine import run

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "prepare-linux-image.md"
_INTERFACES = """\
# This file describes the network interfaces available on your system, as the installer leaves it.
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

# The primary network interface
allow-hotplug eth0
iface eth0 inet dhcp
"""
_HOTPLUG = """\
# What udev does for an interface with allow-hotplug.
[Unit]
After=networking.service
[Service]
Type=oneshot
ExecStart=/sbin/ifup --allow=hotplug --all
[Install]
WantedBy=multi-user.target
"""
_HAND_MADE = {"etc/network/interfaces": _INTERFACES, "etc/systemd/system/hotplug.service": _HOTPLUG}
_NETPLAN = """\
network:
  version: 2
  ethernets:
    all-en:
      match: {name: "e*"}
      dhcp4: true
      dhcp6: true
"""
_OTHERS = {
    # What packages and installers leave there, as the issue trackers of cloud-init and subiquity show.
    "90_dpkg.cfg": "datasource_list: [ Ec2, Azure ]\n",
    "10-locale.cfg": "locale: C.UTF-8\n",
    "99-installer.cfg": "datasource_list: [ Ec2 ]\npreserve_hostname: false\n",
}
_OWN_NETWORK = "network: {config: disabled}\n"
_NO_UDEV = """\
#!/bin/sh
# There is no udev: cloud-init and netplan ask it to set up links and to look at them again.
case "$1 $2" in "test-builtin net_setup_link" | trigger* | control*) exit 0 ;; esac
exec /usr/bin/udevadm.real "$@"
"""


@dataclass(frozen=True)
class Stack:
    """A network stack: its name, its packages by distribution, and the files of an image that has it."""

    name: str
    packages: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    enable: tuple[str, ...] = ()
    resolver: str | None = None
    """What /etc/resolv.conf links to; a file of the installer otherwise."""


_RESOLVED = "../run/systemd/resolve/stub-resolv.conf"
_KEEP_NM = {"etc/NetworkManager/conf.d/managed.conf": "[keyfile]\nunmanaged-devices=none\n"}
STACKS = {
    stack.name: stack
    for stack in (
        Stack(
            "netplan, networkd",
            ("netplan.io", "systemd-resolved"),
            {"etc/netplan/90-default.yaml": _NETPLAN},
            ("systemd-networkd", "systemd-resolved"),
            _RESOLVED,
        ),
        Stack(
            "networkd",
            ("systemd-resolved",),
            {"etc/systemd/network/80-dhcp.network": "[Match]\nName=e*\n\n[Network]\nDHCP=yes\n"},
            ("systemd-networkd", "systemd-resolved"),
            _RESOLVED,
        ),
        Stack("NetworkManager", ("network-manager",), _KEEP_NM, ("NetworkManager",)),
        Stack(
            "netplan, NetworkManager",
            ("netplan.io", "network-manager"),
            {
                "etc/netplan/01-network-manager-all.yaml": "network: {version: 2, renderer: NetworkManager}\n",
                **_KEEP_NM,
            },
            ("NetworkManager",),
        ),
        Stack("ifupdown", ("ifupdown", "isc-dhcp-client"), _HAND_MADE, ("networking", "hotplug")),
        Stack("ifupdown, dhcpcd", ("ifupdown", "dhcpcd-base"), _HAND_MADE, ("networking", "hotplug")),
        Stack(
            "ifupdown, resolvconf",
            ("ifupdown", "isc-dhcp-client", "resolvconf"),
            _HAND_MADE,
            ("networking", "hotplug", "resolvconf"),
            "../run/resolvconf/resolv.conf",
        ),
        Stack(
            "ifupdown, resolved",
            ("ifupdown", "isc-dhcp-client", "systemd-resolved"),
            _HAND_MADE,
            ("networking", "hotplug", "systemd-resolved"),
            _RESOLVED,
        ),
    )
}


def prepare(root: Path, stack: Stack, disc: dict[str, bytes]) -> None:
    """Make the image of the guide, whose packages are installed, with the commands and files of its text."""
    chroot = ["chroot", str(root)]
    # What stands in for hardware: no device appears without udev, and a container is no VM of Microsoft.
    unit = (root / "usr/lib/systemd/system/hv-kvp-daemon.service").read_text()
    kept = [line for line in unit.splitlines() if not line.startswith(("BindsTo=", "ConditionVirtualization="))]
    _write(root / "etc/systemd/system/hv-kvp-daemon.service", "\n".join(kept) + "\n")
    anywhere = "[Unit]\nConditionVirtualization=\n"
    _write(root / "etc/systemd/system/hyperv-operator-guest.service.d/anywhere.conf", anywhere)
    (root / "usr/bin/udevadm").rename(root / "usr/bin/udevadm.real")
    _write(root / "usr/bin/udevadm", _NO_UDEV, 0o755)
    # The kernel of the test may lack iso9660. mount(8) calls this helper for the type that it finds on the device.
    _write(
        root / "usr/sbin/mount.iso9660", '#!/bin/sh\nmount --bind /.disc "$2" && mount -o remount,bind,ro "$2"\n', 0o755
    )
    for name, content in disc.items():
        (root / ".disc" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / ".disc" / name).write_bytes(content)
    for unit in (
        "console-getty",
        "getty@tty1",
        "systemd-networkd-wait-online",
        "apt-daily.timer",
        "apt-daily-upgrade.timer",
    ):
        (root / f"etc/systemd/system/{unit if '.' in unit else unit + '.service'}").symlink_to("/dev/null")
    # What the distribution and its installer leave.
    for name, text in {
        **stack.files,
        **{f"etc/cloud/cloud.cfg.d/{name}": text for name, text in _OTHERS.items()},
    }.items():
        _write(root / name, text)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    if stack.resolver:
        (root / "etc/resolv.conf").symlink_to(stack.resolver)
    else:
        _write(root / "etc/resolv.conf", "nameserver 192.0.2.53\n")
    _write(root / "etc/hostname", "golden\n")
    _write(root / "etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tgolden\n")
    run(*chroot, "systemctl", "--quiet", "enable", "ssh", "hv-kvp-daemon", *stack.enable)
    for other in {"systemd-networkd", "networking", "NetworkManager"} - set(stack.enable):
        run(*chroot, "systemctl", "--quiet", "disable", other, check=False)
    # The guide.
    own = _OWN_NETWORK if "etc/network/interfaces" in stack.files else ""
    name, text = _from_guide(r"`/(etc/cloud/cloud\.cfg\.d/[^`]+)`:\n   ```yaml\n   (.*?)   ```")
    _write(root / name, text + own)
    shutil.rmtree(root / "var/lib/cloud/seed", ignore_errors=True)
    (script,) = _from_guide(r"Generalise the image\..*?```sh\n(.*?)```")
    run(*chroot, "sh", "-ec", script)


def _from_guide(pattern: str) -> tuple[str, ...]:
    found = re.search(pattern, GUIDE.read_text(), re.DOTALL)
    assert found is not None, f"the guide has nothing like {pattern}"
    assert _OWN_NETWORK.strip() in GUIDE.read_text()
    return found.groups()


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
