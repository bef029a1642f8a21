"""Arguments for calls to a simulated host: an endpoint, a job and a task context."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace

from pydantic import SecretStr

from hostsim.host import SimulatedHost
from hostsim.pwsh.state import AGENT
from hyperv_operator.ports import AgentReport, HostEndpoint, LogLine, PasswordCredentials
from hyperv_operator.protocol.job import HostIdentity, HostOptions, HostPaths, ProvisioningJob, RunRef, SchemaRef
from hyperv_operator.protocol.records import StepRecord

OPTIONS = HostOptions(
    paths=HostPaths(agent=AGENT, images="D:\\DiskImages", machines="D:\\VMs"), virtual_switch="External", clone="Copy"
)


class Listener:
    """The context of one task: it records the reports, and cancels the task at the first record of a step, if given one."""

    def __init__(self, seconds: float = 30, *, cancel_at: str = "") -> None:
        self._ends = time.monotonic() + seconds
        self._cancel_at = cancel_at
        self._cancelled = False
        self.reports: list[AgentReport] = []

    def remaining(self) -> float:
        """Return the seconds until the deadline."""
        return max(0.0, self._ends - time.monotonic())

    def is_cancelled(self) -> bool:
        """Return whether the task is cancelled."""
        return self._cancelled

    def report(self, report: AgentReport) -> None:
        """Record a report."""
        self.reports.append(report)
        if isinstance(report, StepRecord) and report.step.value == self._cancel_at:
            self._cancelled = True

    def lines(self) -> dict[str, list[str]]:
        """Return the log lines by stream."""
        found: dict[str, list[str]] = {}
        for report in self.reports:
            if isinstance(report, LogLine):
                found.setdefault(report.stream.value, []).append(report.text)
        return found


def endpoint(host: SimulatedHost, **changes: object) -> HostEndpoint:
    """Return the endpoint of a host; keyword arguments replace its fields."""
    made = HostEndpoint(
        name=host.name,
        address=host.address,
        port=host.port,
        transport="https",
        authentication="ntlm",
        configuration_name="Microsoft.PowerShell",
        agent_path=AGENT,
        credentials=PasswordCredentials(host.username, SecretStr(host.password)),
        credentials_name="winrm",
        credentials_version="1",
        ca_bundle=host.ca_pem,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def options(host: SimulatedHost) -> HostOptions:
    """Return what a job says about this very host."""
    identity = HostIdentity(smbios_uuid=host.world.smbios_uuid, machine_guid=host.world.machine_guid)
    return OPTIONS.model_copy(update={"identity": identity})


def provisioning(host: SimulatedHost, wait_seconds: int = 2) -> ProvisioningJob:
    """Return the first provisioning job of a new machine on a host."""
    run = RunRef(
        id=str(uuid.uuid4()),
        machine_uid=str(uuid.uuid4()),
        cluster_uid=str(uuid.uuid4()),
        generation=1,
        attempt=1,
        deadline_seconds=60,
        wait_seconds=wait_seconds,
    )
    fields = {"vm_name": "one", "image_name": "Ubuntu 24.04", "gb_ram": 1, "cpu_cores": 1}
    return ProvisioningJob(
        schema_ref=SchemaRef(id="vm-provisioning", version=1), host=options(host), run=run, fields=fields
    )
