"""WinRmHostAgent: runs the agent's scripts over WinRM."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hyperv_operator.api.host import FULL_LANGUAGE
from hyperv_operator.border.text import clean
from hyperv_operator.errors import AgentMissing, HostError, ProtocolViolation, RecordError
from hyperv_operator.ports import HostEndpoint, LogLine, LogStream, Metrics, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.job import JobDefinition
from hyperv_operator.protocol.records import Outcome, StepRecord, parse_record
from hyperv_operator.winrm.pool import SessionPool, measured, retried_if_shell_lost
from hyperv_operator.winrm.rollout import AgentRollout, Check
from hyperv_operator.winrm.session import PipelineResult, Statement, StreamItem
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
    """Return the text that starts a script: constant but for the quoted path, so that no job data becomes code."""
    path = f"{agent_path}\\{_SCRIPTS[schema_id]}".replace("'", "''")
    return f"$input | & '{path}'"


def _statement(endpoint: HostEndpoint, job: JobDefinition) -> Statement:
    if endpoint.configuration_name == FULL_LANGUAGE:
        return Statement(script_text(endpoint.agent_path, job.schema_ref.id))
    return Statement(JEA_COMMAND, is_command=True)


class WinRmHostAgent:
    """Runs the agent's scripts. Thread-safe. Every method blocks and raises `HostError`."""

    def __init__(self, pool: SessionPool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics
        self._rollout = AgentRollout(pool, metrics)

    def run(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> Outcome:
        """Launch the script for a job and stay attached until its outcome."""
        decoder, output = PowerShellStreamDecoder(), list[str]()

        def sink(item: StreamItem) -> None:
            if item.stream is LogStream.OUTPUT:
                output.append(item.text)
                # The last output is the outcome; those before it are ordinary lines.
                while len(output) > 1:
                    _report_lines(decoder, LogStream.OUTPUT, output.pop(0), context)
            elif item.stream is LogStream.INFORMATION and RECORD_TAG in item.tags:
                _report_record(item.text, decoder, context)
            else:
                _report_lines(decoder, item.stream, item.text, context)

        result = self._launch(endpoint, job, context, sink)
        outcome = _outcome(output[-1]) if output else None
        if outcome is None:
            raise _missing_outcome(endpoint, result)
        for problem in outcome.problems:
            context.report(LogLine(LogStream.WARNING, f"A part of the outcome cannot be read: {problem}."))
        return outcome

    def read_inventory(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> InventoryReport:
        """Return the host's inventory."""

        def read(*, fresh: bool = False) -> tuple[list[str], PipelineResult]:
            output: list[str] = []

            def sink(item: StreamItem) -> None:
                if item.stream is LogStream.OUTPUT:
                    output.append(item.text)

            return output, self._launch(endpoint, job, context, sink, fresh=fresh)

        lines, result = retried_if_shell_lost(read)
        if not lines and result.failed:
            raise _missing_outcome(endpoint, result)
        try:
            return parse_inventory(lines)
        except RecordError as error:
            raise ProtocolViolation(f"The inventory of {endpoint.address} is invalid: {error.message}") from None

    def install(
        self, endpoint: HostEndpoint, bundle: AgentBundle, job: JobDefinition, check: Check, context: TaskContext
    ) -> InventoryReport:
        """Install a version of the agent unless the host has it, and return the inventory that this version reports."""
        return self._rollout.install(
            endpoint, bundle, check, lambda version: self.read_inventory(version, job, context), context
        )

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: TaskContext
    ) -> tuple[str, ...]:
        """Delete every version on the host that is not in `keep`; return the names of those deleted."""
        return self._rollout.prune(endpoint, bundle, keep, context)

    def close(self) -> None:
        """Close every session that is kept for reuse."""
        self._pool.close()

    def _launch(
        self,
        endpoint: HostEndpoint,
        job: JobDefinition,
        context: TaskContext,
        sink: Callable[[StreamItem], None],
        *,
        fresh: bool = False,
    ) -> PipelineResult:
        with (
            measured(self._metrics, endpoint.name, "invoke"),
            self._pool.session(endpoint, context, fresh=fresh) as session,
        ):
            return session.run(_statement(endpoint, job), (job.encode(),), context, sink)


def _report_lines(decoder: PowerShellStreamDecoder, stream: LogStream, text: str, context: TaskContext) -> None:
    for line in decoder.feed_object(stream, text):
        context.report(line)


def _report_record(text: str, decoder: PowerShellStreamDecoder, context: TaskContext) -> None:
    try:
        record = parse_record(text)
    except RecordError as error:
        # A step of another version of the agent, perhaps: it is shown as it is.
        context.report(LogLine(LogStream.WARNING, error.message))
        _report_lines(decoder, LogStream.INFORMATION, text, context)
        return
    for problem in record.problems:
        context.report(LogLine(LogStream.WARNING, f"A part of a record cannot be read: {problem}."))
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


def _missing_outcome(endpoint: HostEndpoint, result: PipelineResult) -> HostError:
    """Return the error of a launch without an outcome: the script does not exist, or it failed."""
    if "CommandNotFoundException" in result.error_id or "CommandNotFoundException" in result.error:
        if endpoint.configuration_name == FULL_LANGUAGE:
            return AgentMissing(f"The agent is not in {endpoint.agent_path} on {endpoint.address}.")
        return AgentMissing(
            f"The endpoint {endpoint.configuration_name} on {endpoint.address} does not offer the command {JEA_COMMAND}.",
            remedy=f"Publish {JEA_COMMAND} in the endpoint (docs/guides/least-privilege.md).",
        )
    shown = clean(" ".join(result.error.split()), 300)
    return ProtocolViolation(
        f"The agent on {endpoint.address} ended without an outcome{f': {shown}' if shown else '.'}", effect_unknown=True
    )
