"""Installing and pruning versions of the agent on a simulated host, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import bundles
from hostcalls import OPTIONS, Listener, endpoint
from hostsim.host import SimulatedHost
from hyperv_operator.errors import (
    AgentFilesInUse,
    AgentMissing,
    CallTimeout,
    HostError,
    LanguageConstrained,
    RolloutFailed,
    ScriptsBlocked,
    ShellLost,
    WrongHost,
)
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.bundle import load_bundle

JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")
Install = Callable[..., InventoryReport]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> AgentBundle:
    return load_bundle(bundles.build(tmp_path_factory.mktemp("bundle") / "agent", "2.0.0"))


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost(installation="none") as running:
        yield running


@pytest.fixture
def install(host: SimulatedHost, agent: WinRmHostAgent, bundle: AgentBundle) -> Install:
    def call(check: Callable[[HostIdFacts], None] = lambda _: None, seconds: float = 30) -> InventoryReport:
        return agent.install(endpoint(host), bundle, JOB, check, Listener(seconds))

    return call


def _operations(host: SimulatedHost) -> list[str]:
    return [note.operation for note in host.ledger.rollouts]


def test_a_version_is_uploaded_once_and_runs_from_its_folder(
    host: SimulatedHost, install: Install, bundle: AgentBundle
) -> None:
    report = install()
    assert (report.facts.agent.digest, report.facts.agent.version) == (bundle.digest, "2.0.0")
    assert report.facts.agent.versions == (bundle.name,)
    assert sum(note.bytes for note in host.ledger.rollouts) == sum(map(len, bundle.files.values()))
    assert host.ledger.sessions == 1
    before = len(_operations(host))
    assert install().facts.agent.digest == bundle.digest
    assert _operations(host)[before:] == ["look"]


def test_modified_agent_files_are_repaired(host: SimulatedHost, install: Install, bundle: AgentBundle) -> None:
    install()
    folder = host.world.agent
    folder.write(bundle.name, "Get-HostInventory.ps1", b"another")
    folder.write(bundle.name, "steps/Extra.ps1", b"extra")
    folder.delete(bundle.name, "isos/linux.iso")
    assert install().facts.agent.digest == bundle.digest
    assert host.ledger.count("repair_version") == 1


def test_nothing_is_installed_on_an_unexpected_host(host: SimulatedHost, install: Install) -> None:
    def check(found: HostIdFacts) -> None:
        raise WrongHost(f"{found.machine_guid} is another.")

    with pytest.raises(WrongHost):
        install(check)
    assert _operations(host) == ["look"]


def test_a_corrupted_upload_is_not_activated(host: SimulatedHost, install: Install) -> None:
    host.faults.upload_corrupted = True
    with pytest.raises(RolloutFailed, match="DigestMismatch"):
        install()
    assert host.world.agent.versions() == {}
    assert install()


@pytest.mark.parametrize(
    ("code", "error"), [("DiskFull", RolloutFailed), ("InUse", AgentFilesInUse), ("AccessDenied", AgentMissing)]
)
def test_a_refusal_of_the_host_becomes_an_error_with_its_message(
    host: SimulatedHost, install: Install, code: str, error: type[HostError]
) -> None:
    host.faults.activate_fails = code
    with pytest.raises(error) as raised:
        install()
    assert type(raised.value) is error
    assert "as was ordered" in raised.value.message


def test_a_version_that_does_not_work_fails_the_rollout(host: SimulatedHost, install: Install) -> None:
    host.faults.broken_versions = True
    with pytest.raises(RolloutFailed, match="does not work there") as raised:
        install()
    assert not raised.value.was_there
    with pytest.raises(RolloutFailed, match="does not work there") as raised:
        install()
    assert raised.value.was_there


def test_an_unprepared_host_is_reported(agent: WinRmHostAgent, bundle: AgentBundle) -> None:
    with SimulatedHost(installation="unprepared") as host, pytest.raises(AgentMissing, match="not prepared"):
        agent.install(endpoint(host), bundle, JOB, lambda _: None, Listener())


@pytest.mark.parametrize(
    "where", ["look", "receive", "receive:half", "receive:completed", "activate", "activate:completed"]
)
def test_an_upload_interrupted_anywhere_is_completed_by_the_next(
    host: SimulatedHost, install: Install, bundle: AgentBundle, where: str
) -> None:
    host.faults.kills[""] = [where]
    if where == "look":
        assert install().facts.agent.digest == bundle.digest, "the read-only operation is retried"
        return
    with pytest.raises(ShellLost):
        install()
    assert install().facts.agent.digest == bundle.digest
    assert host.ledger.count("activate_version") == 1


def test_a_hanging_call_ends_at_its_deadline(host: SimulatedHost, install: Install) -> None:
    host.faults.hang_at = "activate"
    with pytest.raises(CallTimeout):
        install(seconds=3)


def test_prune_deletes_only_versions_that_are_not_kept(
    host: SimulatedHost, agent: WinRmHostAgent, install: Install, bundle: AgentBundle
) -> None:
    install()
    for name in ("a" * 16, "b" * 16):
        host.world.agent.write(name, "Get-HostInventory.ps1", b"old")
    gone = agent.prune(endpoint(host), bundle, [bundle.name, "a" * 16], Listener())
    assert gone == ("b" * 16,)
    assert host.world.agent.names() == sorted([bundle.name, "a" * 16])


def test_application_control_stops_a_rollout_before_anything_is_sent(host: SimulatedHost, install: Install) -> None:
    host.faults.language_mode = "ConstrainedLanguage"
    with pytest.raises(LanguageConstrained, match=r"in the language mode ConstrainedLanguage on this host"):
        install()
    assert _operations(host) == ["look"]


def test_an_execution_policy_that_lets_no_script_start_is_no_fault_of_the_version(
    host: SimulatedHost, install: Install
) -> None:
    host.faults.scripts_blocked = True
    with pytest.raises(ScriptsBlocked):
        install()
