"""The files of ifupdown: which of them it reads, and stanzas of an interface that become comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hvo_guest import interfaces

from unit.guest_linux.system import CannedSystem

OFF = "#hyperv-operator: "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("auto eth0\niface eth0 inet dhcp\n", f"auto eth0\n{OFF}iface eth0 inet dhcp\n"),
        (
            "iface eth0 inet static\n\taddress 10.0.0.2/8\n\n    # the router\n    gateway 10.0.0.1\niface eth0 inet6 auto\n    mtu 1400\n",
            (
                f"{OFF}iface eth0 inet static\n{OFF}\taddress 10.0.0.2/8\n\n    # the router\n{OFF}    gateway 10.0.0.1\n"
                "iface eth0 inet6 auto\n    mtu 1400\n"
            ),
        ),
        ("iface eth0 inet \\\n  dhcp\nauto lo\n", f"{OFF}iface eth0 inet \\\n{OFF}  dhcp\nauto lo\n"),
        (
            "iface eth0 inet dhcp\nallow-hotplug eth1\niface eth1 inet dhcp\n",
            f"{OFF}iface eth0 inet dhcp\nallow-hotplug eth1\niface eth1 inet dhcp\n",
        ),
        ("iface eth0 inet dhcp\nsource interfaces.d/*\n", f"{OFF}iface eth0 inet dhcp\nsource interfaces.d/*\n"),
        ("iface eth0\n    address 10.0.0.2/8\n", f"{OFF}iface eth0\n{OFF}    address 10.0.0.2/8\n"),
        ("#iface eth0 inet dhcp\n", "#iface eth0 inet dhcp\n"),
        ("iface eth01 inet dhcp\niface lo inet loopback\n", "iface eth01 inet dhcp\niface lo inet loopback\n"),
        ("iface eth0 inet dhcp", f"{OFF}iface eth0 inet dhcp"),
        ("", ""),
    ],
)
def test_ipv4_stanzas_of_the_interface_become_comments_and_nothing_else_does(before: str, after: str) -> None:
    assert interfaces.without_stanzas(before, "eth0") == after
    assert interfaces.without_stanzas(after, "eth0") == after


def test_it_finds_the_files_that_ifupdown_reads(tmp_path: Path) -> None:
    system = CannedSystem(tmp_path)
    assert interfaces.files(system) == []
    system.put(interfaces.MAIN, "source /etc/network/interfaces.d/*\nsource-directory more\nsource interfaces\n")
    system.put("/etc/network/interfaces.d/50-cloud-init", "")
    system.put("/etc/network/interfaces.d/.hidden", "")
    system.put("/etc/network/more/lan", "source /etc/elsewhere\n")
    system.put("/etc/network/more/lan.bak", "")
    system.put("/etc/elsewhere", "")
    system.put("/etc/network/other", "")
    found = [interfaces.MAIN, "/etc/network/interfaces.d/50-cloud-init", "/etc/network/more/lan", "/etc/elsewhere"]
    assert interfaces.files(system) == found


@pytest.mark.parametrize(
    ("text", "included"),
    [
        ("source /etc/network/interfaces.d/*\n", True),
        ("source interfaces.d/*\n", True),
        ("source-directory /etc/network/interfaces.d\n", True),
        ("source-directory interfaces.d/\n", True),
        ("source /etc/network/interfaces.d/*.cfg\n", False),
        ("# source /etc/network/interfaces.d/*\n", False),
        ("", False),
    ],
)
def test_it_knows_whether_a_new_file_would_be_read(tmp_path: Path, text: str, included: bool) -> None:
    system = CannedSystem(tmp_path)
    system.put(interfaces.MAIN, text)
    assert interfaces.is_included(system, "/etc/network/interfaces.d/hyperv-operator") is included
