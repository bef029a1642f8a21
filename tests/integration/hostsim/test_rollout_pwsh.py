"""Rollouts where script texts are really run: the relay, the folder, and the faults that strike from outside."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import agent
import pytest
from pypsrp.exceptions import WSManFaultError

from hostsim.host import SimulatedHost
from hostsim.installation import ROOT, digest, name_of
from hostsim.pwsh.world import FolderWorld
from integration.hostsim.client import AGENT_FILES, Client, connected, pieces
from powershell import needs_pwsh

pytestmark = needs_pwsh
_VERSION = name_of(digest(AGENT_FILES))
_REMOVAL = {
    "schema": {"id": "vm-removal", "version": 1},
    "host": {"paths": {"agent": ROOT}},
    "run": {"id": "r-1", "machine_uid": "m-1"},
    "machine": {"vm_name": "one"},
}
_TEXT = agent.script()
_SMALL = r"""
function Invoke-HvoRollout {
    $all = @($input)
    $header = ConvertFrom-Json -InputObject $all[0]
    if ($header.operation -eq 'dance') { throw "There is no operation dance in $($header.root)." }
    ConvertTo-Json -InputObject ([ordered] @{ root = $header.root; inputs = $all.Count }) -Compress
}
$input | Invoke-HvoRollout
"""
"""Shows what reaches a text, and what becomes of an error that it does not catch."""
_SCRIPT = r"""
$job = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(@($input)[0])) | ConvertFrom-Json
ConvertTo-Json -InputObject @{ here = "$PSScriptRoot"; agent = $job.host.paths.agent } -Compress
"""
_FILES = {**AGENT_FILES, "Invoke-RemovalJob.ps1": _SCRIPT.encode()}


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatedHost]:
    with SimulatedHost(agent="pwsh", installation="none") as host:
        yield host


@pytest.fixture
def host(running: SimulatedHost) -> SimulatedHost:
    running.world.agent.clear("versions")
    running.ledger.entries.clear()
    running.ledger.rollouts.clear()
    running.ledger.runs.clear()
    return running


@pytest.fixture
def client(host: SimulatedHost) -> Iterator[Client]:
    with connected(host) as made:
        made.text = _TEXT
        yield made


def test_a_text_gets_every_input_and_the_folder_that_stands_for_the_root(host: SimulatedHost, client: Client) -> None:
    assert isinstance(host.world, FolderWorld)
    client.text = _SMALL
    answer = client.roll("look", "one", "tw\N{LATIN SMALL LETTER O WITH DIAERESIS}")
    assert answer == {"root": ROOT, "inputs": 3}
    assert str(host.world.state.root) not in json.dumps(answer)
    assert list(host.world.agent.files) == ["agent.json"]
    assert [(note.operation, note.code) for note in host.ledger.rollouts] == [("look", "")]


def test_what_a_text_throws_is_an_error(host: SimulatedHost, client: Client) -> None:
    ran = client.run(_SMALL, json.dumps({"operation": "dance", "root": ROOT}))
    assert ran.output == []
    assert ran.errors == [f"There is no operation dance in {ROOT}."]
    assert host.ledger.rollouts[0].code == "NoAnswer"


def test_a_version_is_brought_run_repaired_and_removed(host: SimulatedHost, client: Client) -> None:
    assert client.launch("Invoke-RemovalJob.ps1", _REMOVAL, _VERSION).errors == ["CommandNotFoundException"]
    version = client.bring(_FILES)
    assert host.world.agent.within(f"versions/{version}") == _FILES
    host.ledger.runs.clear()
    ran = client.launch("Invoke-RemovalJob.ps1", _REMOVAL, version)
    assert ran.last == {"here": f"{ROOT}\\versions\\{version}", "agent": ROOT}
    assert [(note.machine_uid, note.run_id, note.version) for note in host.ledger.runs] == [("m-1", "r-1", version)]
    assert host.ledger.versions_of("r-1") == [version]

    host.world.agent.write(version, "steps/Extra.ps1", b"# more\n")
    host.world.agent.delete(version, "steps/Empty.ps1")
    assert client.bring(_FILES) == version
    assert client.roll("prune", keep=["0123456789abcdef"])["removed"] == [version]
    assert host.world.agent.names() == []
    kinds = [(entry.kind, entry.detail) for entry in host.ledger.entries]
    assert kinds == [("activate_version", version), ("repair_version", version), ("remove_version", version)]


def test_what_strikes_the_built_in_agent_strikes_here_as_well(host: SimulatedHost, client: Client) -> None:
    upload, all_pieces = uuid.uuid4().hex, pieces(_FILES)
    staged = f"versions/.incoming-{upload}"
    host.faults.upload_corrupted = True
    client.roll("receive", *all_pieces, upload=upload)
    assert digest(host.world.agent.within(staged)) != digest(_FILES)
    assert host.world.agent.within(staged).keys() == _FILES.keys()

    host.faults.activate_fails = "AccessDenied"
    assert client.roll("activate", upload=upload, digest=digest(_FILES))["code"] == "AccessDenied"
    assert host.world.agent.names() == []
    host.faults.activate_fails = None

    version = client.bring(_FILES)
    host.faults.broken_versions = [version]
    assert client.launch("Invoke-RemovalJob.ps1", _REMOVAL, version).errors == ["RuntimeException"]
    host.faults.broken_versions = ()
    assert client.launch("Invoke-RemovalJob.ps1", _REMOVAL, version).last["agent"] == ROOT


@pytest.mark.parametrize(("where", "left"), [("receive", 0), ("receive:half", 4), ("receive:completed", len(_FILES))])
def test_a_shell_dies_and_leaves_what_was_done(host: SimulatedHost, client: Client, where: str, left: int) -> None:
    upload = uuid.uuid4().hex
    host.faults.kill_shell_at = where
    with pytest.raises(WSManFaultError):
        client.roll("receive", *pieces(_FILES), upload=upload)
    assert len(host.world.agent.within(f"versions/.incoming-{upload}")) == left


@pytest.mark.parametrize(("installation", "there"), [("unprepared", False), ("by-hand", True)])
def test_a_host_starts_as_a_person_has_left_it(installation: Any, *, there: bool) -> None:
    host = SimulatedHost(agent="pwsh", installation=installation)
    assert isinstance(host.world, FolderWorld)
    folder = Path(host.world.state.inward(ROOT))
    assert folder.is_dir() == there
    assert ("Get-HostInventory.ps1" in host.world.agent.files) == there
