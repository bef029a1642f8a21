"""What the guest reads back of the network, and what it calls a difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hvo_guest import network
from hvo_guest.codes import StepFailed
from hvo_guest.settings import Address, Settings

from unit.guest_linux.system import CannedSystem, with_network

STATIC = Address("192.168.1.101", 24, "192.168.1.1", ("192.168.1.10", "192.168.1.11"), "example.com")
ADDRESS, ROUTE = "ip -4 -o addr show dev eth0 scope global", "ip -4 -o route show default"
STUB = "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.com\n"


def settings_of(address: Address | None) -> Settings:
    return Settings("build-01", "operator", "x", address, None)


def _difference(system: CannedSystem, address: Address | None) -> str:
    """Return the code or the field that the guest would report, or nothing."""
    try:
        network.check(system, settings_of(address))
    except StepFailed as failed:
        return failed.field or failed.code
    return ""


def test_a_network_as_requested_has_no_difference(tmp_path: Path) -> None:
    assert _difference(with_network(tmp_path), STATIC) == ""


def _inet(*addresses: str) -> str:
    return "".join(
        f"2: eth0    inet {one} brd 192.168.1.255 scope global eth0\\       valid_lft forever\n" for one in addresses
    )


@pytest.mark.parametrize(
    ("shown", "field"),
    [
        ("", "guest_v4_ipaddr"),
        (_inet("192.168.1.102/24"), "guest_v4_ipaddr"),
        (_inet("192.168.1.10/24"), "guest_v4_ipaddr"),
        (_inet("192.168.1.101/24", "192.168.1.200/24"), "guest_v4_ipaddr"),
        (_inet("192.168.1.200/24", "192.168.1.101/24"), "guest_v4_ipaddr"),
        (_inet("192.168.1.101/16"), "guest_v4_cidrprefix"),
        (_inet("192.168.1.101/32"), "guest_v4_cidrprefix"),
    ],
)
def test_another_address_or_a_second_one_is_a_difference(tmp_path: Path, shown: str, field: str) -> None:
    system = with_network(tmp_path)
    system.answers[ADDRESS] = shown
    assert _difference(system, STATIC) == field


@pytest.mark.parametrize(
    ("shown", "field"),
    [
        ("", "guest_v4_defaultgw"),
        ("default via 192.168.1.2 dev eth0 \n", "guest_v4_defaultgw"),
        ("default via 192.168.1.1 dev eth1 \n", "guest_v4_defaultgw"),
        ("default dev eth0 scope link \n", "guest_v4_defaultgw"),
        (
            "default via 192.168.1.1 dev eth0 metric 200 \ndefault via 192.168.1.2 dev eth0 metric 100 \n",
            "guest_v4_defaultgw",
        ),
        ("default via 192.168.1.2 dev eth0 metric 200 \ndefault via 192.168.1.1 dev eth0 metric 100 \n", ""),
        ("default via 192.168.1.2 dev eth0 \ndefault via 192.168.1.1 dev eth0 metric 100 \n", "guest_v4_defaultgw"),
        ("default via 192.168.1.1 dev eth0 onlink \n", ""),
    ],
)
def test_the_route_that_is_used_has_to_lead_over_the_gateway(tmp_path: Path, shown: str, field: str) -> None:
    system = with_network(tmp_path)
    system.answers[ROUTE] = shown
    assert _difference(system, STATIC) == field


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "guest_v4_dns1"),
        ("search example.com\nnameserver 192.168.1.11\n", "guest_v4_dns1"),
        ("search example.com\nnameserver 192.168.1.10\n", "guest_v4_dns2"),
        (
            "search example.com\nnameserver 192.168.1.12\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n",
            "guest_v4_dns1",
        ),
        ("search example.com\nnameserver 192.168.1.11\nnameserver 192.168.1.10\n", "guest_v4_dns1"),
        ("search example.com\n#nameserver 192.168.1.10\nnameserver 192.168.1.11\n", "guest_v4_dns1"),
        ("search example.com\nnameserver fe80::1%eth0\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n", ""),
        # glibc asks no more than three.
        (
            "search example.com\nnameserver ::2\nnameserver ::3\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n",
            "guest_v4_dns2",
        ),
        ("nameserver 192.168.1.10\nnameserver 192.168.1.11\n", "guest_net_dnssuffix"),
        ("search example.org\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n", "guest_net_dnssuffix"),
        (
            "search example.com\nsearch example.org\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n",
            "guest_net_dnssuffix",
        ),
        ("domain example.com\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n", ""),
        ("search a.example Example.COM.\nnameserver 192.168.1.10\nnameserver 192.168.1.11\n", ""),
    ],
)
def test_each_dns_server_and_the_suffix_have_to_be_in_effect(tmp_path: Path, text: str, field: str) -> None:
    system = with_network(tmp_path)
    system.put("/etc/resolv.conf", text)
    assert _difference(system, STATIC) == field


def test_behind_the_stub_of_systemd_resolved_its_own_servers_count(tmp_path: Path) -> None:
    system = with_network(tmp_path)
    system.put("/etc/resolv.conf", STUB)
    assert _difference(system, STATIC) == "guest_v4_dns1"
    system.put(
        "/run/systemd/resolve/resolv.conf", "nameserver 192.168.1.10\nnameserver 192.168.1.11\nsearch example.com\n"
    )
    assert _difference(system, STATIC) == ""


def test_behind_another_forwarder_networkmanager_is_asked(tmp_path: Path) -> None:
    system = with_network(tmp_path)
    system.put("/etc/resolv.conf", "nameserver 127.0.0.1\n")
    system.put(
        "/run/systemd/resolve/resolv.conf", "nameserver 192.168.1.10\nnameserver 192.168.1.11\nsearch example.com\n"
    )
    assert _difference(system, STATIC) == "guest_v4_dns1"
    shown = "IP4.ADDRESS[1]:192.168.1.101/24\nIP4.DNS[1]:192.168.1.10\nIP4.DNS[2]:192.168.1.11\nIP4.SEARCHES[1]:example.com\n"
    system.answers["nmcli -t -f IP4 device show eth0"] = shown
    assert _difference(system, STATIC) == ""


NETWORKD = "ADDRESS=192.168.1.200\nNETMASK=255.255.255.0\nROUTER=192.168.1.2\n"
DHCLIENT = 'lease {{\n  fixed-address 192.168.1.7;\n}}\nlease {{\n  interface "eth0";\n  {0}\n}}\n'
WITH_ROUTER = "option routers 192.168.1.2;"


@pytest.mark.parametrize(
    ("name", "lease", "code"),
    [
        ("/run/systemd/netif/leases/2", NETWORKD, "RouteMissing"),
        ("/run/systemd/netif/leases/2", NETWORKD.replace("ROUTER=192.168.1.2\n", ""), ""),
        ("/run/systemd/netif/leases/2", NETWORKD + "ROUTES=10.0.0.0/8,192.168.1.3\n", ""),
        ("/run/systemd/netif/leases/3", NETWORKD, ""),
        ("/var/lib/dhcp/dhclient.eth0.leases", DHCLIENT.format(WITH_ROUTER), "RouteMissing"),
        ("/var/lib/dhcp/dhclient.eth0.leases", DHCLIENT.format(WITH_ROUTER) + DHCLIENT.format(""), ""),
        ("/var/lib/dhcp/dhclient.eth1.leases", DHCLIENT.format(WITH_ROUTER), ""),
    ],
)
def test_a_default_route_is_missing_if_the_lease_gives_one(tmp_path: Path, name: str, lease: str, code: str) -> None:
    system = with_network(tmp_path)
    system.put(name, lease)
    assert _difference(system, None) == ""
    system.answers[ROUTE] = "default via 192.168.1.1 dev eth1 \n"
    assert _difference(system, None) == code


@pytest.mark.parametrize(("option", "code"), [("routers = 192.168.1.2", "RouteMissing"), ("routers = ", "")])
def test_networkmanager_says_what_its_lease_gives(tmp_path: Path, option: str, code: str) -> None:
    system = with_network(tmp_path)
    system.answers[ROUTE] = ""
    system.answers["nmcli -t -f DHCP4 device show eth0"] = (
        f"DHCP4.OPTION[1]:ip_address = 192.168.1.9\nDHCP4.OPTION[2]:{option}\n"
    )
    assert _difference(system, None) == code


@pytest.mark.parametrize(("line", "code"), [("routers='192.168.1.2'", "RouteMissing"), ("routers=''", ""), ("", "")])
def test_dhcpcd_says_what_its_lease_gives(tmp_path: Path, line: str, code: str) -> None:
    system = with_network(tmp_path)
    system.answers[ROUTE] = ""
    system.put("/run/dhcpcd/eth0-4.pid", "1")
    system.answers["dhcpcd -U eth0"] = f"ip_address='192.168.1.9'\n{line}\n"
    assert _difference(system, None) == code


def test_without_an_address_dhcp_has_failed(tmp_path: Path) -> None:
    system = with_network(tmp_path)
    system.answers[ADDRESS] = ""
    assert _difference(system, None) == "AddressMissing"
