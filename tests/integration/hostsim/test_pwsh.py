"""The relay between WinRM and `pwsh`: every stream, Windows paths, Ctrl-C, death, and scripts that nobody listens to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from controlplane.waiting import wait_until
from hostcalls import Listener, endpoint, provisioning
from hostsim.host import SimulatedHost
from hostsim.pwsh.state import AGENT
from hostsim.pwsh.world import FolderWorld
from hyperv_operator.errors import AgentMissing, CallCancelled, HostError, ProtocolViolation, ShellLost
from hyperv_operator.protocol.records import Outcome, StepRecord
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.pool import SessionPool
from powershell import needs_pwsh

pytestmark = needs_pwsh
_STEP = '{{"type":"step","step":"{step}","state":"started","message":"{message}","at":"2026-01-01T00:00:00Z"}}'


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

    def run(self, context: Listener) -> Outcome:
        return self.agent.run(endpoint(self.host), provisioning(self.host, wait_seconds=1), context)

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
    context = Listener(60)
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


def test_a_script_that_ends_without_an_outcome_reports_why(rig: _Rig) -> None:
    rig.script("throw 'out of order'")
    with pytest.raises(ProtocolViolation, match="out of order"):
        rig.run(Listener(60))
    (rig.folder / "Invoke-ProvisioningJob.ps1").unlink()
    with pytest.raises(AgentMissing):
        rig.run(Listener(60))


def test_a_stop_is_ctrl_c_and_the_script_cleans_up(rig: _Rig) -> None:
    rig.script(_hang(rig, "CopyImage"))
    with pytest.raises(CallCancelled):
        rig.run(Listener(60, cancel_at="CopyImage"))
    wait_until(lambda: rig.trace("cleaned").exists(), what="the script to clean up", within=20)
    wait_until(lambda: _gone(rig), what="the process to be gone", within=20)


def test_a_shell_that_dies_takes_the_process_along(rig: _Rig) -> None:
    rig.script(_record("PreChecks") + _hang(rig, "CopyImage"))
    rig.host.faults.kill_shell_at = "PreChecks"
    with pytest.raises(ShellLost):
        rig.run(Listener(60))
    assert not rig.trace("pid").exists()

    watch = _once_under_way(rig, rig.host.reboot)
    with pytest.raises(ShellLost):
        rig.run(Listener(60))
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
        rig.run(Listener(60))
    watch.join()
    rig.host.come_back()
    if orphans == "die":
        wait_until(lambda: _gone(rig), what="the process to be gone", within=30)
        assert not rig.trace("cleaned").exists()
    else:
        rig.trace("go").touch()
        wait_until(lambda: rig.trace("cleaned").exists(), what="the script to go on to its end", within=30)
