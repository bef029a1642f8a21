"""Injected faults during rollouts with the simulated agent."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from pypsrp.exceptions import WSManFaultError

from hostsim.host import SimulatedHost
from hostsim.installation import digest, name_of
from integration.hostsim.client import AGENT_FILES, INVENTORY, Client, connected, pieces

_VERSION = name_of(digest(AGENT_FILES))


def test_an_upload_is_corrupted_once(host: SimulatedHost, client: Client) -> None:
    host.faults.upload_corrupted = True
    upload = uuid.uuid4().hex
    assert client.roll("receive", *pieces(AGENT_FILES), upload=upload)["ok"]
    assert client.roll("activate", upload=upload, digest=digest(AGENT_FILES))["code"] == "DigestMismatch"
    assert not host.faults.upload_corrupted
    assert client.bring(AGENT_FILES) == _VERSION


def test_activation_fails_until_the_fault_is_cleared(host: SimulatedHost, client: Client) -> None:
    host.faults.activate_fails = "DiskFull"
    upload = uuid.uuid4().hex
    client.roll("receive", *pieces(AGENT_FILES), upload=upload)
    for _ in range(2):
        answer = client.roll("activate", upload=upload, digest=digest(AGENT_FILES))
        assert (answer["ok"], answer["code"]) == (False, "DiskFull")
    host.faults.activate_fails = None
    assert client.roll("activate", upload=upload, digest=digest(AGENT_FILES))["version"] == _VERSION
    assert [note.code for note in host.ledger.rollouts if note.operation == "activate"] == ["DiskFull", "DiskFull", ""]


@pytest.mark.parametrize("by_name", [True, False])
def test_a_broken_version_ends_with_an_error_instead_of_an_outcome(
    host: SimulatedHost, client: Client, *, by_name: bool
) -> None:
    version = client.bring(AGENT_FILES)
    host.faults.broken_versions = {version} if by_name else True
    ran = client.launch("Get-HostInventory.ps1", INVENTORY, version)
    assert (ran.output, ran.errors) == ([], ["RuntimeException"])
    host.faults.broken_versions = {"0123456789abcdef"} if by_name else False
    assert client.agent(version)["version"] == "2.0.0"


def test_broken_versions_do_not_affect_the_agent_installed_by_hand() -> None:
    with SimulatedHost() as host, connected(host) as client:
        host.faults.broken_versions = True
        assert client.agent()["version"] == "1.0.0"


def test_an_unreadable_manifest_fails_with_an_outcome(host: SimulatedHost, client: Client) -> None:
    version = client.bring(AGENT_FILES)
    host.world.agent.write(version, "agent-manifest.json", b"{")
    assert client.launch("Get-HostInventory.ps1", INVENTORY, version).last["code"] == "Internal"


def test_a_shell_dies_before_during_or_after_a_call(host: SimulatedHost) -> None:
    upload, all_pieces = uuid.uuid4().hex, pieces(AGENT_FILES)

    def dies(where: str, operation: str, *given: str, **header: Any) -> None:
        host.faults.kill_shell_at = where
        with connected(host) as client, pytest.raises(WSManFaultError):
            client.roll(operation, *given, **header)

    dies("receive", "receive", *all_pieces, upload=upload)
    assert host.world.agent.within(f"versions/.incoming-{upload}") == {}
    dies("receive:half", "receive", *all_pieces, upload=upload)
    assert 0 < len(host.world.agent.within(f"versions/.incoming-{upload}")) < len(AGENT_FILES)
    with connected(host) as client:
        other = uuid.uuid4().hex
        client.roll("receive", *all_pieces, upload=other)
    dies("activate:completed", "activate", upload=other, digest=digest(AGENT_FILES))
    assert host.world.agent.names() == [_VERSION]
    assert host.ledger.count("activate_version") == 1
    assert [(note.operation, note.code) for note in host.ledger.rollouts][:2] == [
        ("receive", "NoAnswer"),
        ("receive", ""),
    ]


def test_a_call_hangs_until_the_fault_is_cleared(host: SimulatedHost, client: Client) -> None:
    host.faults.hang_at = "look"
    answers: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(client.roll("look")))
    thread.start()
    with connected(host, name="another") as other:
        assert other.roll("prune", keep=[])["ok"]
        assert answers == []
    host.faults.hang_at = None
    thread.join(20)
    assert answers[0]["ok"]
