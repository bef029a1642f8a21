"""The WinRM adapter against the simulated host, over real sockets."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from hostsim.host import SimulatedHost
from hyperv_operator.contract.job import (
    HostOptions,
    HostPaths,
    InventoryJob,
    MachineRef,
    ProvisioningJob,
    RemovalJob,
    RunRef,
    SchemaRef,
)
from hyperv_operator.contract.records import AgentCode, OutcomeKind, StepRecord
from hyperv_operator.errors import (
    AgentMissing,
    AuthenticationFailed,
    CallCancelled,
    CallTimeout,
    HostError,
    HostUnreachable,
    QuotaExceeded,
    ShellLost,
    TlsUntrusted,
)
from hyperv_operator.hyperv.agent import WinRmHostAgent
from hyperv_operator.hyperv.pool import SessionPool
from hyperv_operator.ports import AgentReport, HostCredentials, HostEndpoint, LogLine
from hyperv_operator.telemetry.metrics import PrometheusMetrics

_HOST = HostOptions(
    paths=HostPaths(agent="C:\\ProgramData\\HyperVOperator", images="D:\\I", machines="D:\\V"),
    virtual_switch="External",
    clone="Copy",
)


class _Context:
    def __init__(self, seconds: float = 30, *, cancel_at: str = "") -> None:
        self._ends = time.monotonic() + seconds
        self._cancel_at = cancel_at
        self._cancelled = False
        self.reports: list[AgentReport] = []

    def remaining(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def is_cancelled(self) -> bool:
        return self._cancelled

    def report(self, report: AgentReport) -> None:
        self.reports.append(report)
        if isinstance(report, StepRecord) and report.step.value == self._cancel_at:
            self._cancelled = True


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost(boot_seconds=0.01) as running:
        yield running


@pytest.fixture
def agent() -> Iterator[WinRmHostAgent]:
    metrics = PrometheusMetrics()
    made = WinRmHostAgent(SessionPool(metrics, "hyperv-operator-test", 45), metrics)
    yield made
    made.close()


def _endpoint(host: SimulatedHost, **changes: object) -> HostEndpoint:
    endpoint = HostEndpoint(
        name=host.name,
        address=host.address,
        port=host.port,
        transport="https",
        authentication="ntlm",
        configuration_name="Microsoft.PowerShell",
        agent_path="C:\\ProgramData\\HyperVOperator",
        credentials=HostCredentials(host.username, SecretStr(host.password)),
        credentials_version="1",
        ca_bundle=host.ca_pem,
    )
    return replace(endpoint, **changes)  # type: ignore[arg-type]


def _inventory() -> InventoryJob:
    return InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=_HOST, cluster_uid="c")


def _provisioning() -> ProvisioningJob:
    run = RunRef(
        id=str(uuid.uuid4()),
        machine_uid=str(uuid.uuid4()),
        cluster_uid=str(uuid.uuid4()),
        generation=1,
        attempt=1,
        deadline_seconds=60,
        wait_seconds=2,
    )
    fields = {"vm_name": "a", "image_name": "Ubuntu 24.04", "gb_ram": 1, "cpu_cores": 1}
    schema = SchemaRef(id="vm-provisioning", version=1)
    return ProvisioningJob(schema_ref=schema, host=_HOST, run=run, fields=fields)


@pytest.mark.parametrize("authentication", ["ntlm", "negotiate", "basic"])
def test_an_inventory_is_read_and_the_session_reused(
    host: SimulatedHost, agent: WinRmHostAgent, authentication: str
) -> None:
    endpoint = _endpoint(host, authentication=authentication)
    for _ in range(3):
        report = agent.read_inventory(endpoint, _inventory(), _Context())
        assert [image.name for image in report.images] == ["Windows Server 2022", "Ubuntu 24.04"]
    assert host.ledger.sessions == 1
    assert host.wsman.names == ["hyperv-operator-test"]


def test_a_run_streams_records_and_lines_and_ends_with_its_outcome(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    context = _Context()
    outcome = agent.run(_endpoint(host), _provisioning(), context)
    assert outcome.outcome is OutcomeKind.PENDING
    assert outcome.guest_key is not None
    steps = [report for report in context.reports if isinstance(report, StepRecord)]
    assert [step.percent for step in steps if step.percent] == [25, 50, 75]
    assert any(isinstance(report, LogLine) and "\U0001f680" in report.text for report in context.reports)


def test_a_jea_endpoint_gets_the_command(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    assert agent.read_inventory(_endpoint(host, configuration_name="Hvo"), _inventory(), _Context()).facts


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"credentials": HostCredentials("svc-hyperv", SecretStr("wrong"))}, AuthenticationFailed),
        ({"ca_bundle": None}, TlsUntrusted),
        ({"port": 9}, HostUnreachable),
    ],
)
def test_what_prevents_a_session_is_told_apart(
    host: SimulatedHost, agent: WinRmHostAgent, changes: dict[str, object], error: type[HostError]
) -> None:
    with pytest.raises(error) as raised:
        agent.read_inventory(_endpoint(host, **changes), _inventory(), _Context())
    assert "wrong" not in raised.value.message
    assert not raised.value.effect_unknown


def test_faults_during_a_run_are_told_apart(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.agent_missing = True
    with pytest.raises(AgentMissing):
        agent.run(_endpoint(host), _provisioning(), _Context())
    host.faults.agent_missing = False
    host.faults.kill_shell_at = "RegisterVM"
    with pytest.raises(ShellLost):
        agent.run(_endpoint(host), _provisioning(), _Context())
    host.faults.quota = True
    with pytest.raises(QuotaExceeded):
        agent.run(_endpoint(host), _provisioning(), _Context())
    host.faults.quota = False
    host.faults.lost_replies = 1
    with pytest.raises(HostError) as raised:
        agent.run(_endpoint(host), _provisioning(), _Context())
    assert raised.value.effect_unknown


def test_a_deadline_and_a_cancellation_stop_the_script(host: SimulatedHost, agent: WinRmHostAgent) -> None:
    host.faults.hang_at = "CopyImage"
    with pytest.raises(CallTimeout):
        agent.run(_endpoint(host), _provisioning(), _Context(1.5))
    with pytest.raises(CallCancelled):
        agent.run(_endpoint(host), _provisioning(), _Context(cancel_at="CopyImage"))
    assert host.ledger.count("copy_image") == 0


def test_a_run_that_arrives_after_the_removal_is_refused_by_the_tombstone(
    host: SimulatedHost, agent: WinRmHostAgent
) -> None:
    late = _provisioning()
    uid = late.run.machine_uid
    removal = RemovalJob(
        schema_ref=SchemaRef(id="vm-removal", version=1), host=_HOST, run=late.run, machine=MachineRef(vm_id=None)
    )
    assert agent.run(_endpoint(host), removal, _Context()).outcome is OutcomeKind.COMPLETED
    later = late.model_copy(update={"run": late.run.model_copy(update={"attempt": 2, "machine_uid": uid})})
    assert agent.run(_endpoint(host), later, _Context()).code is AgentCode.SUPERSEDED
    assert host.world.traces_of(uid) == []
