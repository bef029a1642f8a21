"""Rollouts with the simulated agent: installing, running, repairing and pruning versions."""

from __future__ import annotations

import json
import threading
import time
import uuid
from typing import Any

import pytest

from controlplane.waiting import wait_until
from hostsim.host import SimulatedHost
from hostsim.installation import ROOT, digest, name_of
from integration.hostsim.client import AGENT_FILES, INVENTORY, TEXT, Client, connected, piece, pieces, provisioning

_VERSION = name_of(digest(AGENT_FILES))


def test_a_version_is_installed_and_its_scripts_run_from_it(host: SimulatedHost, client: Client) -> None:
    looked = client.roll("look")
    assert (looked["ok"], looked["versions"]) == (True, {})
    assert client.launch("Get-HostInventory.ps1", INVENTORY, _VERSION).errors == ["CommandNotFoundException"]

    assert client.bring(AGENT_FILES) == _VERSION
    assert client.roll("look") == {**looked, "versions": {_VERSION: digest(AGENT_FILES)}}
    about = {"version": "2.0.0", "digest": digest(AGENT_FILES), "schema_versions": [1, 2], "versions": [_VERSION]}
    assert client.agent(_VERSION) == about

    job = provisioning(schema_version=2)
    assert client.launch("Invoke-ProvisioningJob.ps1", job, _VERSION).last["outcome"] == "pending"
    assert client.launch("Invoke-ProvisioningJob.ps1", provisioning(3), _VERSION).last["code"] == "SchemaMismatch"
    assert host.ledger.versions_of(job["run"]["id"]) == [_VERSION]
    assert [(note.machine_uid, note.schema) for note in host.ledger.runs] == [("m-1", "vm-provisioning")]

    size = sum(len(content) for content in AGENT_FILES.values())
    assert [(note.operation, note.bytes, note.code) for note in host.ledger.rollouts] == [
        ("look", 0, ""),
        ("receive", size, ""),
        ("activate", 0, ""),
        ("look", 0, ""),
    ]
    assert host.ledger.rollouts[1].upload == host.ledger.rollouts[2].upload != ""
    assert host.ledger.count("activate_version") == 1


def test_the_digest_follows_the_protocol() -> None:
    files = {"b.ps1": b"a", "lib/a.ps1": b"b", "agent.json": b"{}", "versions/x": b"x"}
    # sha256sum b.ps1 lib/a.ps1 | sort | sha256sum
    assert digest(files) == "sha256:6e9061e7a5e9727a9559062670d305c111efd0aedb314b7c2b9ce9858ef3c461"


def test_only_the_submission_schema_is_checked_against_the_manifest(client: Client) -> None:
    version = client.bring({**AGENT_FILES, "agent-manifest.json": b'{"version":"3.0.0","schema_versions":[2]}'})
    ended = client.launch("Invoke-ProvisioningJob.ps1", provisioning(1), version).last
    assert ended["code"] == "SchemaMismatch"
    removal = {**provisioning(1), "schema": {"id": "vm-removal", "version": 1}, "machine": {"vm_id": None}}
    assert client.launch("Invoke-RemovalJob.ps1", removal, version).last["outcome"] == "completed"


def test_a_script_exists_if_its_file_does(client: Client) -> None:
    part = {path: content for path, content in AGENT_FILES.items() if path != "Invoke-RemovalJob.ps1"}
    version = client.bring(part)
    assert client.agent(version)["version"] == "2.0.0"
    assert client.launch("Invoke-RemovalJob.ps1", INVENTORY, version).errors == ["CommandNotFoundException"]
    assert client.launch("Get-HostInventory.ps1", INVENTORY).errors == ["CommandNotFoundException"]


def test_an_agent_installed_by_hand_works_next_to_versions() -> None:
    with SimulatedHost() as host, connected(host) as client:
        assert client.agent() == {
            "version": "1.0.0",
            "digest": "sha256:" + "ab" * 32,
            "schema_versions": [1],
            "versions": [],
        }
        version = client.bring(AGENT_FILES)
        assert client.agent()["versions"] == [version]
        job = provisioning()
        client.launch("Invoke-ProvisioningJob.ps1", job)
        second = provisioning(run=job["run"]["id"], attempt=2)
        client.launch("Invoke-ProvisioningJob.ps1", second, version)
        assert host.ledger.versions_of(job["run"]["id"]) == ["", version]


def test_an_endpoint_without_language_refuses_script_texts(host: SimulatedHost) -> None:
    with connected(host, configuration="HyperVOperator") as client:
        ran = client.run(TEXT, json.dumps({"operation": "look", "root": ROOT}))
        assert (ran.output, ran.errors) == ([], ["ScriptsNotAllowed"])
        assert client.run("Invoke-HvoJob", "e30=", is_command=True).errors == ["CommandNotFoundException"]
    assert host.ledger.rollouts == []


def test_an_upload_in_several_calls_is_assembled(client: Client) -> None:
    upload, all_pieces = uuid.uuid4().hex, pieces(AGENT_FILES)
    for one in all_pieces:
        assert client.roll("receive", one, upload=upload)["ok"]
    again = client.roll("receive", all_pieces[-1], upload=upload)
    assert (again["ok"], again["code"]) == (False, "UploadBroken")
    assert client.roll("activate", upload=upload, digest=digest(AGENT_FILES))["version"] == _VERSION


@pytest.mark.parametrize(
    "path", ["../x.ps1", "lib//x.ps1", "/x.ps1", "versions/x.ps1", "a b.ps1", "lib/./x.ps1", "", "x" * 201, "lib\\x"]
)
def test_a_path_outside_the_version_is_refused(host: SimulatedHost, client: Client, path: str) -> None:
    before = dict(host.world.agent.files)
    answer = client.roll("receive", piece(path, b"x"), upload=uuid.uuid4().hex)
    assert (answer["ok"], answer["code"]) == (False, "InvalidRequest")
    assert host.world.agent.files == before


@pytest.mark.parametrize(
    "header",
    [
        {"operation": "look", "root": 7},
        {"operation": "dance"},
        {"operation": ["look"]},
        {"operation": "receive", "upload": "../x"},
        {"operation": "activate", "upload": "a" * 32, "digest": "sha256:x"},
        {"operation": "prune", "keep": "all"},
        {"operation": "prune", "keep": ["../x"]},
    ],
)
def test_an_invalid_header_is_refused(client: Client, header: dict[str, Any]) -> None:
    answer = client.run(TEXT, json.dumps({"root": ROOT, **header})).last
    assert (answer["ok"], answer["code"]) == (False, "InvalidRequest")
    assert client.run(TEXT, "no json").last["code"] == "InvalidRequest"
    assert client.run(TEXT).last["code"] == "InvalidRequest"


def test_an_unprepared_host_is_reported() -> None:
    with SimulatedHost(installation="unprepared") as host, connected(host) as client:
        assert client.roll("look")["code"] == "HostNotPrepared"
        host.world.agent.files["agent.json"] = b"{}"
        assert client.roll("look")["ok"]
        assert client.roll("look", root="D:\\Elsewhere")["code"] == "HostNotPrepared"


def test_an_upload_with_another_digest_is_not_activated(host: SimulatedHost, client: Client) -> None:
    upload = uuid.uuid4().hex
    client.roll("receive", *pieces(AGENT_FILES), upload=upload)
    answer = client.roll("activate", upload=upload, digest="sha256:" + "0" * 64)
    assert answer["code"] == "DigestMismatch"
    assert list(host.world.agent.files) == ["agent.json"]
    assert client.roll("activate", upload=upload, digest=digest(AGENT_FILES))["code"] == "UploadBroken"


def test_activation_is_idempotent(host: SimulatedHost, client: Client) -> None:
    upload = uuid.uuid4().hex
    client.bring(AGENT_FILES, upload)
    assert client.roll("activate", upload=upload, digest=digest(AGENT_FILES))["version"] == _VERSION
    assert client.bring(AGENT_FILES) == _VERSION
    assert (host.ledger.count("activate_version"), host.ledger.count("repair_version")) == (1, 0)


def test_a_modified_version_is_repaired(host: SimulatedHost, client: Client) -> None:
    version = client.bring(AGENT_FILES)
    agent = host.world.agent
    agent.write(version, "Get-HostInventory.ps1", b"# something else\n")
    agent.write(version, "steps/Extra.ps1", b"# more\n")
    agent.delete(version, "Invoke-UpdateJob.ps1")
    told = client.roll("look")["versions"][version]
    assert told == client.agent(version)["digest"] != digest(AGENT_FILES)

    assert client.bring(AGENT_FILES) == version
    assert agent.within(f"versions/{version}") == AGENT_FILES
    assert (host.ledger.count("activate_version"), host.ledger.count("repair_version")) == (1, 1)


def test_old_versions_and_uploads_are_pruned(host: SimulatedHost, client: Client) -> None:
    kept, other = client.bring(AGENT_FILES), client.bring({**AGENT_FILES, "steps/More.ps1": b"# more\n"})
    fresh, stale = uuid.uuid4().hex, uuid.uuid4().hex
    for upload in (fresh, stale):
        client.roll("receive", piece("x.ps1", b"x"), upload=upload)
    host.world.agent.uploads[stale] = time.time() - 3700
    assert client.roll("prune", keep=[kept])["removed"] == [other]
    assert client.roll("look")["versions"] == {kept: digest(AGENT_FILES)}
    assert f"versions/.incoming-{fresh}/x.ps1" in host.world.agent.files
    assert f"versions/.incoming-{stale}/x.ps1" not in host.world.agent.files
    assert host.ledger.count("remove_version") == 1
    assert host.ledger.count("remove_version_in_use") == 0


def test_removing_a_version_in_use_is_recorded(host: SimulatedHost, client: Client) -> None:
    version = client.bring(AGENT_FILES)
    host.faults.hang_at = "CopyImage"
    with connected(host, name="a runner") as runner:
        thread = threading.Thread(target=runner.launch, args=("Invoke-ProvisioningJob.ps1", provisioning(), version))
        thread.start()
        wait_until(lambda: host.ledger.running_from[version], lambda runs: runs == 1, what="the run", within=20)
        assert client.roll("prune", keep=[])["removed"] == [version]
        host.faults.hang_at = None
        thread.join(20)
    assert host.ledger.count("remove_version_in_use") == 1
    assert host.ledger.running_from[version] == 0
