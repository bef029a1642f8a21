"""WinRmHostAgent: the agent on a host, over WinRM."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from hyperv_operator.api.host import FULL_LANGUAGE
from hyperv_operator.errors import AgentMissing, HostError, ProtocolViolation, RecordError
from hyperv_operator.ports import HostEndpoint, LogLine, LogStream, Metrics, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import InventoryReport, parse_inventory
from hyperv_operator.protocol.job import JobDefinition
from hyperv_operator.protocol.records import Outcome, StepRecord, parse_record
from hyperv_operator.winrm.measurement import measured
from hyperv_operator.winrm.pool import SessionPool, harmless
from hyperv_operator.winrm.rollout import AgentRollout, Check
from hyperv_operator.winrm.session import Ended, Statement, StreamItem
from hyperv_operator.winrm.stream import PowerShellStreamDecoder

RECORD_TAG = "HyperVOperator"
JEA_COMMAND = "Invoke-HvoJob"
_SCRIPTS = {
    "vm-provisioning": "Invoke-ProvisioningJob.ps1",
    "vm-removal": "Invoke-RemovalJob.ps1",
    "vm-update": "Invoke-UpdateJob.ps1",
    "host-inventory": "Get-HostInventory.ps1",
}


def script_text(agent_path: str, schema_id: str) -> str:
    """Return the constant text that starts a script; only the host's folder is in it, as a quoted string."""
    path = f"{agent_path}\\{_SCRIPTS[schema_id]}".replace("'", "''")
    return f"$input | & '{path}'"


def _statement(endpoint: HostEndpoint, job: JobDefinition) -> Statement:
    if endpoint.configuration_name == FULL_LANGUAGE:
        return Statement(script_text(endpoint.agent_path, job.schema_ref.id))
    return Statement(JEA_COMMAND, is_command=True)


class WinRmHostAgent:
    """Runs the agent's scripts. Thread-safe; blocks."""

    def __init__(self, pool: SessionPool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics
        self._rollout = AgentRollout(pool, metrics)

    def run(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> Outcome:
        """Launch the script for a job and stay attached until its outcome; raises `HostError`."""
        decoder, output = PowerShellStreamDecoder(), list[str]()

        def sink(item: StreamItem) -> None:
            if item.stream is LogStream.OUTPUT:
                output.append(item.text)
                # All but the last are ordinary output.
                while len(output) > 1:
                    _report_lines(decoder, LogStream.OUTPUT, output.pop(0), context)
            elif item.stream is LogStream.INFORMATION and RECORD_TAG in item.tags:
                _report_record(item.text, decoder, context)
            else:
                _report_lines(decoder, item.stream, item.text, context)

        ended = self._launch(endpoint, job, context, sink)
        outcome = _outcome(output[-1]) if output else None
        if outcome is None:
            raise _without_outcome(endpoint, ended)
        return outcome

    def read_inventory(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> InventoryReport:
        """Ask the host for its inventory; raises `HostError`."""

        def read(*, fresh: bool = False) -> tuple[list[str], Ended]:
            output: list[str] = []

            def sink(item: StreamItem) -> None:
                if item.stream is LogStream.OUTPUT:
                    output.append(item.text)

            return output, self._launch(endpoint, job, context, sink, fresh=fresh)

        lines, ended = harmless(read)
        if not lines and ended.failed:
            raise _without_outcome(endpoint, ended)
        try:
            return parse_inventory(lines)
        except (RecordError, ValidationError) as error:
            text = error.message if isinstance(error, RecordError) else "It is not the contract's."
            raise ProtocolViolation(f"The inventory of {endpoint.address} cannot be used: {text}") from None

    def install(
        self, endpoint: HostEndpoint, bundle: AgentBundle, job: JobDefinition, check: Check, context: TaskContext
    ) -> InventoryReport:
        """Bring a version of the agent to the host and return the inventory that it gives; raises `HostError`."""
        return self._rollout.install(
            endpoint, bundle, check, lambda version: self.read_inventory(version, job, context), context
        )

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: TaskContext
    ) -> tuple[str, ...]:
        """Delete the versions on the host that are not to be kept; return their names; raises `HostError`."""
        return self._rollout.prune(endpoint, bundle, keep, context)

    def close(self) -> None:
        """End every session that is kept for reuse."""
        self._pool.close()

    def _launch(
        self,
        endpoint: HostEndpoint,
        job: JobDefinition,
        context: TaskContext,
        sink: Callable[[StreamItem], None],
        *,
        fresh: bool = False,
    ) -> Ended:
        with (
            measured(self._metrics, endpoint.name, "invoke"),
            self._pool.session(endpoint, context, fresh=fresh) as session,
        ):
            return session.run(_statement(endpoint, job), (job.encode(),), context, sink)


def _report_lines(decoder: PowerShellStreamDecoder, stream: LogStream, text: str, context: TaskContext) -> None:
    for line in decoder.object(stream, text):
        context.report(line)


def _report_record(text: str, decoder: PowerShellStreamDecoder, context: TaskContext) -> None:
    try:
        record = parse_record(text)
    except RecordError as error:
        context.report(LogLine(LogStream.WARNING, error.message))
        return
    if isinstance(record, StepRecord):
        context.report(record)
    else:
        _report_lines(decoder, LogStream.INFORMATION, text, context)


def _outcome(text: str) -> Outcome | None:
    try:
        record = parse_record(text)
    except RecordError:
        return None
    return record if isinstance(record, Outcome) else None


def _without_outcome(endpoint: HostEndpoint, ended: Ended) -> HostError:
    """A launch that ended without an outcome: the script is missing, or it broke."""
    if "CommandNotFoundException" in ended.error_id or "CommandNotFoundException" in ended.error:
        what = (
            f"The agent is not in {endpoint.agent_path} on {endpoint.address}: put it there, or correct spec.paths.agent."
            if endpoint.configuration_name == FULL_LANGUAGE
            else f"The endpoint {endpoint.configuration_name} on {endpoint.address} does not offer {JEA_COMMAND}: publish it."
        )
        return AgentMissing(what)
    shown = " ".join(ended.error.split())[:300]
    return ProtocolViolation(
        f"The agent on {endpoint.address} ended without an outcome{f': {shown}' if shown else '.'}", effect_unknown=True
    )
