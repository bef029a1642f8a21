"""WinRmHostAgent against a simulated host over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Timer

import pytest
from pydantic import SecretStr
from typing_extensions import override

from hostcalls import OPTIONS, Listener, endpoint, options, provisioning
from hostsim.host import SimulatedHost
from hyperv_operator.api.catalogue.preflight import ROWS
from hyperv_operator.errors import (
    AgentMissing,
    CallCancelled,
    CallTimeout,
    HostError,
    HostUnreachable,
    LanguageConstrained,
    LogonRefused,
    ProtocolViolation,
    QuotaExceeded,
    ScriptsBlocked,
    ShellLost,
    TlsUntrusted,
    WinRmUnavailable,
)
from hyperv_operator.ports import AgentReport, LogLine, PasswordCredentials
from hyperv_operator.protocol.job import (
    InventoryJob,
    MachineRef,
    PreflightJob,
    RemovalJob,
    SchemaRef,
)
from hyperv_operator.protocol.preflight import RowState
from hyperv_operator.protocol.records import AgentCode, OutcomeKind, Step, StepRecord
from hyperv_operator.winrm.agent import WinRmHostAgent


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost(boot_seconds=0.01) as running:
        yield running


def _inventory() -> InventoryJob:
    return InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate", "basic"])
def test_inventories_reuse_one_session(host: SimulatedHost, agent: WinRmHostAgent, authentication: str) -> None:
    reached = endpoint(host, authentication=authentication)
    for _ in range(3):
        report = agent.read_inventory(reached, _inventory(), Listener())
        assert [image.name for image in report.images] == ["Windows Server 2022", "Ubuntu 24.04"]
    assert host.ledger.sessions == 1
    assert host.wsman.names == ["hyperv-operator-test"]


def test_a_run_streams_records_and_lines_and_returns_its_outcome(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    context = Listener()
    outcome = agent.run(endpoint(host), provisioning(host), context)
    assert outcome.outcome is OutcomeKind.PENDING
    assert outcome.guest_key is not None
    steps = [report for report in context.reports if isinstance(report, StepRecord)]
    assert [step.percent for step in steps if step.percent] == [25, 50, 75]
    assert any(isinstance(report, LogLine) and "\U0001f680" in report.text for report in context.reports)


def test_a_jea_endpoint_runs_the_command(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    assert agent.read_inventory(endpoint(host, configuration_name="Hvo"), _inventory(), Listener()).facts


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"credentials": PasswordCredentials("svc-hyperv", SecretStr("wrong"))}, LogonRefused),
        ({"ca_bundle": None}, TlsUntrusted),
        ({"port": 9}, WinRmUnavailable),
        ({"address": "nowhere.invalid"}, HostUnreachable),
    ],
)
def test_each_obstacle_to_a_session_has_its_own_error(
    host: SimulatedHost, agent: WinRmHostAgent, changes: dict[str, object], error: type[HostError]
) -> None:
    with pytest.raises(error) as raised:
        agent.read_inventory(endpoint(host, **changes), _inventory(), Listener())
    assert type(raised.value) is error
    assert "wrong" not in raised.value.message
    assert not raised.value.effect_unknown


def test_each_fault_during_a_run_has_its_own_error(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.agent_missing = True
    with pytest.raises(AgentMissing):
        agent.run(endpoint(host), provisioning(host), Listener())
    host.faults.agent_missing = False
    host.faults.kill_shell_at = "RegisterVM"
    with pytest.raises(ShellLost):
        agent.run(endpoint(host), provisioning(host), Listener())
    host.faults.quota = True
    with pytest.raises(QuotaExceeded):
        agent.run(endpoint(host), provisioning(host), Listener())
    host.faults.quota = False
    host.faults.lost_replies = 1
    with pytest.raises(HostError) as raised:
        agent.run(endpoint(host), provisioning(host), Listener())
    assert raised.value.effect_unknown


_PREFLIGHT = PreflightJob(schema_ref=SchemaRef(id="host-preflight", version=1), host=OPTIONS, max_concurrent_runs=4)


@pytest.mark.parametrize("configuration", ["Microsoft.PowerShell", "Hvo"])
def test_a_preflight_is_read_also_at_a_jea_endpoint(
    host: SimulatedHost, agent: WinRmHostAgent, configuration: str
) -> None:
    host.world.switches = ["Lab"]
    report = agent.read_preflight(endpoint(host, configuration_name=configuration), _PREFLIGHT, Listener())
    assert report.at
    assert report.unreadable == 0
    assert [row.id for row in report.rows if row.state is RowState.BLOCKING] == ["VirtualSwitch"]
    assert {row.id for row in report.rows} <= ROWS.keys()
    assert host.ledger.entries == []


def test_an_agent_of_an_earlier_version_has_no_preflight(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.preflight_missing = True
    with pytest.raises(AgentMissing):
        agent.read_preflight(endpoint(host), _PREFLIGHT, Listener())
    mismatch = '{"type":"outcome","outcome":"failed","reason":"SchemaMismatch","code":"SchemaMismatch","message":"No."}'
    host.faults.preflight_missing, host.faults.preflight = False, lambda _: [mismatch]
    with pytest.raises(AgentMissing):
        agent.read_preflight(endpoint(host), _PREFLIGHT, Listener())


@pytest.mark.parametrize("lines", [[], ["no JSON"], ['{"type":"outcome","outcome":"failed","message":"Broken."}']])
def test_a_preflight_that_is_not_whole_says_nothing(
    host: SimulatedHost, agent: WinRmHostAgent, lines: list[str]
) -> None:
    host.faults.preflight = lambda _: lines
    with pytest.raises(ProtocolViolation):
        agent.read_preflight(endpoint(host), _PREFLIGHT, Listener())


def test_application_control_and_the_execution_policy_are_named(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.language_mode = "ConstrainedLanguage"
    with pytest.raises(LanguageConstrained, match=r"in the language mode ConstrainedLanguage on this host"):
        agent.read_inventory(endpoint(host), _inventory(), Listener())
    assert agent.run(endpoint(host), provisioning(host), Listener()).code is AgentCode.CONSTRAINED_LANGUAGE
    host.faults.language_mode, host.faults.scripts_blocked = "FullLanguage", True
    for call in (
        lambda: agent.read_inventory(endpoint(host), _inventory(), Listener()),
        lambda: agent.run(endpoint(host), provisioning(host), Listener()),
    ):
        with pytest.raises(ScriptsBlocked, match=r"running scripts is disabled on this system"):
            call()
    assert host.ledger.entries == []


class _SlowDown(Listener):
    """Makes the host take 2.5 s per operation once it copies the image, and keeps it copying for several operations."""

    def __init__(self, host: SimulatedHost) -> None:
        super().__init__(60)
        self._host = host

    @override
    def report(self, report: AgentReport) -> None:
        super().report(report)
        if isinstance(report, StepRecord) and report.step is Step.COPY_IMAGE and not self._host.faults.latency_seconds:
            self._host.faults.latency_seconds = 2.5
            Timer(8, setattr, (self._host.faults, "hang_at", None)).start()


def test_a_slow_host_without_output_does_not_time_out(
    host: SimulatedHost, agent: WinRmHostAgent, caplog: pytest.LogCaptureFixture
) -> None:
    host.faults.hang_at = "CopyImage"
    assert agent.run(endpoint(host), provisioning(host), _SlowDown(host)).outcome is OutcomeKind.PENDING
    assert [record.getMessage() for record in caplog.records if "Timeout" in record.getMessage()] == []


def test_a_deadline_and_a_cancellation_stop_the_script(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.hang_at = "CopyImage"
    with pytest.raises(CallTimeout):
        agent.run(endpoint(host), provisioning(host), Listener(1.5))
    with pytest.raises(CallCancelled):
        agent.run(endpoint(host), provisioning(host), Listener(cancel_at="CopyImage"))
    assert host.ledger.count("copy_image") == 0


def test_a_run_that_arrives_after_the_removal_is_superseded(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    late = provisioning(host)
    uid = late.run.machine_uid
    removal = RemovalJob(
        schema_ref=SchemaRef(id="vm-removal", version=1),
        host=options(host),
        run=late.run,
        machine=MachineRef(vm_id=None),
    )
    assert agent.run(endpoint(host), removal, Listener()).outcome is OutcomeKind.COMPLETED
    later = late.model_copy(update={"run": late.run.model_copy(update={"attempt": 2, "machine_uid": uid})})
    assert agent.run(endpoint(host), later, Listener()).code is AgentCode.SUPERSEDED
    assert host.world.traces_of(uid) == []
