"""The relay between WinRM and `pwsh`: every stream, Windows paths, Ctrl-C, death, and scripts that nobody listens to."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from controlplane.waiting import wait_until
from hostsim.host import SimulatedHost
from hostsim.pwsh.state import AGENT
from hostsim.pwsh.world import FolderWorld
from hyperv_operator.contract.job import HostOptions, HostPaths, ProvisioningJob, RunRef, SchemaRef
from hyperv_operator.contract.records import Outcome, StepRecord
from hyperv_operator.errors import AgentMissing, CallCancelled, HostError, ProtocolViolation, ShellLost
from hyperv_operator.hyperv.agent import WinRmHostAgent
from hyperv_operator.hyperv.pool import SessionPool
from hyperv_operator.ports import AgentReport, HostCredentials, HostEndpoint, LogLine
from hyperv_operator.telemetry.metrics import PrometheusMetrics

pytestmark = pytest.mark.skipif(shutil.which("pwsh") is None, reason="pwsh is not installed")
_HOST = HostOptions(
    paths=HostPaths(agent=AGENT, images="D:\\DiskImages", machines="D:\\VMs"), virtual_switch="External", clone="Copy"
)
_STEP = '{{"type":"step","step":"{step}","state":"started","message":"{message}","at":"2026-01-01T00:00:00Z"}}'


class _Context:
    def __init__(self, *, cancel_at: str = "") -> None:
        self._ends = time.monotonic() + 60
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

    def lines(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for report in self.reports:
            if isinstance(report, LogLine):
                found.setdefault(report.stream.value, []).append(report.text)
        return found


class _Rig:
    """A host whose provisioning script is the test's own."""

    def __init__(self, host: SimulatedHost, agent: WinRmHostAgent) -> None:
        assert isinstance(host.world, FolderWorld)
        self.host = host
        self.agent = agent
        self.folder = Path(host.world.state.inward(AGENT))

    def script(self, text: str) -> None:
        head = "$job = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(@($input)[0])) | ConvertFrom-Json\n"
        (self.folder / "Invoke-ProvisioningJob.ps1").write_text(head + text)

    def run(self, context: _Context) -> Outcome:
        endpoint = HostEndpoint(
            name=self.host.name,
            address=self.host.address,
            port=self.host.port,
            transport="https",
            authentication="ntlm",
            configuration_name="Microsoft.PowerShell",
            agent_path=AGENT,
            credentials=HostCredentials(self.host.username, SecretStr(self.host.password)),
            credentials_version="1",
            ca_bundle=self.host.ca_pem,
        )
        run = RunRef(
            id=str(uuid.uuid4()),
            machine_uid=str(uuid.uuid4()),
            cluster_uid=str(uuid.uuid4()),
            generation=1,
            attempt=1,
            deadline_seconds=60,
            wait_seconds=1,
        )
        fields = {"vm_name": "one", "image_name": "Ubuntu 24.04", "gb_ram": 1, "cpu_cores": 1}
        schema = SchemaRef(id="vm-provisioning", version=1)
        job = ProvisioningJob(schema_ref=schema, host=_HOST, run=run, fields=fields)
        return self.agent.run(endpoint, job, context)

    def trace(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def rig() -> Iterator[_Rig]:
    metrics = PrometheusMetrics()
    agent = WinRmHostAgent(SessionPool(metrics, "hyperv-operator-test", 45), metrics)
    with SimulatedHost(agent="pwsh") as host:
        yield _Rig(host, agent)
        agent.close()


def _record(step: str, message: str = "") -> str:
    return f"Write-Information '{_STEP.format(step=step, message=message)}' -Tags HyperVOperator\n"


def _hang(rig: _Rig, step: str) -> str:
    """Return a script that says where it is, and notes whether it could clean up."""
    return (
        f"try {{ Set-Content '{rig.trace('pid')}' $PID; {_record(step)} Start-Sleep 60 }} "
        f"finally {{ Set-Content '{rig.trace('cleaned')}' 'yes' }}"
    )


def _once_under_way(rig: _Rig, act: Callable[[], None]) -> threading.Thread:
    """Do something to the host as soon as the script runs."""

    def wait_and_act() -> None:
        wait_until(rig.trace("pid").exists, what="the script to be under way", within=40)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def _gone(rig: _Rig) -> bool:
    return not Path("/proc", rig.trace("pid").read_text().strip()).exists()


@pytest.fixture(autouse=True)
def _fresh(rig: _Rig) -> None:
    for name in ("pid", "cleaned"):
        rig.trace(name).unlink(missing_ok=True)


def test_every_stream_arrives_and_paths_are_those_of_windows(rig: _Rig) -> None:
    rig.script(
        "$null = Get-VM\n"
        + _record("PreChecks", "half way")
        + "Write-Information ('into ' + $job.host.paths.machines + '/a and ' + $job.host.paths.images)\n"
        "Write-Verbose 'v \U0001f680' -Verbose; Write-Warning 'w'; Write-Debug 'd' -Debug; Write-Error 'e'\n"
        "Write-Progress -Activity 'p' -Status 's'; Write-Host 'h'\n"
        "'an ordinary line'\n"
        '\'{"type":"outcome","outcome":"failed","code":"Internal","message":"\' + $job.host.paths.machines + \'/x y.vhdx"}\''
    )
    context = _Context()
    outcome = rig.run(context)
    assert outcome.message == "D:\\VMs\\x y.vhdx"
    assert [(one.step.value, one.message) for one in context.reports if isinstance(one, StepRecord)] == [
        ("PreChecks", "half way")
    ]
    lines = context.lines()
    assert lines["information"] == ["into D:\\VMs\\a and D:\\DiskImages", "h"]
    assert lines["verbose"] == ["v \U0001f680"]
    assert (lines["warning"], lines["debug"], lines["output"]) == (["w"], ["d"], ["an ordinary line"])
    assert "e" in lines["error"][0]
    assert any("p" in line for line in lines["progress"])


def test_what_ends_a_script_before_its_outcome_is_told(rig: _Rig) -> None:
    rig.script("throw 'out of order'")
    with pytest.raises(ProtocolViolation, match="out of order"):
        rig.run(_Context())
    (rig.folder / "Invoke-ProvisioningJob.ps1").unlink()
    with pytest.raises(AgentMissing):
        rig.run(_Context())


def test_a_stop_is_ctrl_c_and_the_script_cleans_up(rig: _Rig) -> None:
    rig.script(_hang(rig, "CopyImage"))
    with pytest.raises(CallCancelled):
        rig.run(_Context(cancel_at="CopyImage"))
    wait_until(lambda: rig.trace("cleaned").exists(), what="the script to clean up", within=20)
    wait_until(lambda: _gone(rig), what="the process to be gone", within=20)


def test_a_shell_that_dies_takes_the_process_along(rig: _Rig) -> None:
    rig.script(_record("PreChecks") + _hang(rig, "CopyImage"))
    rig.host.faults.kill_shell_at = "PreChecks"
    with pytest.raises(ShellLost):
        rig.run(_Context())
    assert not rig.trace("pid").exists()

    watch = _once_under_way(rig, rig.host.reboot)
    with pytest.raises(ShellLost):
        rig.run(_Context())
    watch.join()
    wait_until(lambda: _gone(rig), what="the process to be gone", within=20)
    assert not rig.trace("cleaned").exists()


@pytest.mark.parametrize("orphans", ["continue", "die"])
def test_a_script_that_nobody_listens_to_goes_on_or_dies(rig: _Rig, orphans: str) -> None:
    rig.host.faults.orphans = "die" if orphans == "die" else "continue"
    rig.script(
        f"Set-Content '{rig.trace('pid')}' $PID\n"
        + _record("CopyImage")
        + f"while (-not [IO.File]::Exists('{rig.trace('go')}')) {{ Start-Sleep -Milliseconds 50 }}\n"
        f"Set-Content '{rig.trace('cleaned')}' 'yes'"
    )
    rig.trace("go").unlink(missing_ok=True)
    watch = _once_under_way(rig, rig.host.go_down)
    with pytest.raises(HostError):
        rig.run(_Context())
    watch.join()
    rig.host.come_back()
    if orphans == "die":
        wait_until(lambda: _gone(rig), what="the process to be gone", within=30)
        assert not rig.trace("cleaned").exists()
    else:
        rig.trace("go").touch()
        wait_until(lambda: rig.trace("cleaned").exists(), what="the script to go on to its end", within=30)
