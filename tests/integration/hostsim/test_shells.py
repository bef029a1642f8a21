"""Shells of a host: quota, enumeration and access."""

from __future__ import annotations

import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import NAMESPACES, SelectorSet

from controlplane.waiting import wait_until
from hostsim.host import SimulatedHost
from integration.hostsim.client import SHELL, Client, connected, names

_TOO_MANY = 0x803381A5
_NO_SHELL = 0x8033805B
_ACCESS_DENIED = 5


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost() as running:
        yield running


@pytest.fixture
def client(host: SimulatedHost) -> Iterator[Client]:
    with connected(host, name="mine") as made:
        yield made


def test_a_shell_is_described_like_in_winrm(host: SimulatedHost, client: Client) -> None:
    (told,) = client.shells()
    assert told["ShellId"] == client.pool.shell.id
    assert (told["Name"], told["Owner"], told["State"]) == (
        "mine",
        f"{host.name.upper()}\\{host.username}",
        "Connected",
    )
    assert (told["IdleTimeOut"], told["ClientIP"]) == ("PT180.000S", "127.0.0.1")
    assert told["ResourceUri"] == "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
    assert re.fullmatch(r"P0DT0H0M\dS", told["ShellRunTime"])
    assert re.fullmatch(r"P0DT0H0M\dS", told["ShellInactivity"])


def test_the_commands_of_a_shell_are_enumerated(host: SimulatedHost, client: Client) -> None:
    host.faults.hang_at = "look"
    with connected(host, name="hers") as other:
        thread = threading.Thread(target=other.roll, args=("look",))
        thread.start()
        wait_until(
            lambda: [len(pool.pipelines) for pool in RunspacePool.get_runspace_pools(client.wsman)],
            lambda running: running == [0, 1],
            what="a command in the second shell",
            within=20,
        )
        host.faults.hang_at = None
        thread.join(20)
        assert [len(pool.pipelines) for pool in RunspacePool.get_runspace_pools(client.wsman)] == [0, 0]


@pytest.mark.parametrize(
    ("optimize", "most"),
    [(True, 32_000), (True, 3), (True, 4), (True, None), (False, 3), (False, None), (False, 32_000)],
)
def test_an_enumeration_returns_every_shell_once(
    host: SimulatedHost, client: Client, *, optimize: bool, most: int | None
) -> None:
    host.leak_shells("left behind", 3)
    shells = client.shells(optimize=optimize, most=most)
    assert names(shells) == ["mine", *["left behind"] * 3]
    assert len({shell["ShellId"] for shell in shells}) == 4


def test_an_unused_shell_becomes_idle(host: SimulatedHost, client: Client) -> None:
    host.leak_shells("left behind", idle_seconds=93_784)
    told = client.shells()[-1]
    assert told["ShellInactivity"] == told["ShellRunTime"] == "P1DT2H3M4S"
    selectors = SelectorSet()
    selectors.add_option("ShellId", told["ShellId"])
    got = client.wsman.get(SHELL, selector_set=selectors)
    assert got.findtext("rsp:Shell/rsp:Name", "", NAMESPACES) == "left behind"
    told = client.shells()[-1]
    assert told["ShellRunTime"].startswith("P1DT2H3M")
    assert told["ShellInactivity"].startswith("P0DT0H0M")


def test_the_quota_limits_an_accounts_shells(host: SimulatedHost, client: Client) -> None:
    host.leak_shells("left behind", 29)
    host.leak_shells("not ours", 5, account="somebody")
    assert (host.ledger.shells, host.ledger.shells_peak) == (30, 30)
    with pytest.raises(WSManFaultError, match="maximum number of 30 concurrent shells") as raised, connected(host):
        pass
    assert raised.value.code == _TOO_MANY
    client.end_shell(client.shells()[-1]["ShellId"])
    with connected(host, name="again"):
        assert host.ledger.shells == 30
    host.faults.shell_quota = 2
    with pytest.raises(WSManFaultError, match="maximum number of 2 concurrent shells"), connected(host):
        pass
    assert (host.ledger.shells, host.ledger.shells_peak) == (29, 30)


def test_a_shell_can_be_ended_from_another_connection(host: SimulatedHost, client: Client) -> None:
    with connected(host, name="hers") as other:
        client.end_shell(str(other.pool.shell.id).lower())
        assert names(client.shells()) == ["mine"]
        with pytest.raises(WSManFaultError) as raised:
            other.run("$input", "x")
        assert raised.value.code == _NO_SHELL
        with pytest.raises(WSManFaultError) as raised:
            client.end_shell(str(other.pool.shell.id))
        assert raised.value.code == _NO_SHELL


def test_only_an_administrator_sees_and_ends_shells_of_other_accounts(host: SimulatedHost, client: Client) -> None:
    host.gate.is_administrator = True
    host.leak_shells("not ours", account="somebody")
    told = client.shells()[-1]
    assert (told["Name"], told["Owner"]) == ("not ours", f"{host.name.upper()}\\somebody")

    host.gate.is_administrator = False
    assert names(client.shells()) == ["mine"]
    with pytest.raises(WSManFaultError) as raised:
        client.end_shell(told["ShellId"])
    assert raised.value.code == _ACCESS_DENIED
    assert host.wsman.shells.open_names() == ["mine", "not ours"]

    host.gate.is_administrator = True
    client.end_shell(told["ShellId"])
    assert host.wsman.shells.open_names() == ["mine"]


def test_a_reboot_kills_every_shell(host: SimulatedHost, client: Client) -> None:
    host.leak_shells("left behind", 2)
    host.reboot()
    assert host.wsman.shells.open_names() == []
    assert host.wsman.names == ["mine", "left behind", "left behind"]
    assert (host.ledger.shells, host.ledger.shells_peak) == (0, 3)


def test_an_unoptimized_enumeration_starts_without_items(client: Client) -> None:
    begun = client.wsman.enumerate(SHELL, ET.Element(f"{{{NAMESPACES['wsen']}}}Enumerate"))
    assert begun.findtext(".//wsen:EnumerationContext", "", NAMESPACES).startswith("uuid:")
    assert begun.find(".//rsp:Shell", NAMESPACES) is None


def test_pulling_an_unknown_enumeration_fails(client: Client) -> None:
    with pytest.raises(WSManFaultError, match="enumeration context is invalid"):
        client.pull("uuid:00000000-0000-4000-8000-000000000000")
