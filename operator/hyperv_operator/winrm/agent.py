"""WinRmHostAgent: runs the agent's scripts over WinRM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hyperv_operator.api.host import FULL_LANGUAGE
from hyperv_operator.border.text import clean
from hyperv_operator.errors import (
    AgentFailed,
    AgentMissing,
    HostError,
    JobFailed,
    LanguageConstrained,
    ProtocolViolation,
    RecordError,
    ScriptsBlocked,
)
from hyperv_operator.ports import HostEndpoint, LogLine, LogStream, Metrics, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.job import JobDefinition, PreflightJob
from hyperv_operator.protocol.preflight import PreflightReport, parse_preflight
from hyperv_operator.protocol.records import AgentCode, Outcome, parse_record
from hyperv_operator.winrm.pool import SessionPool, measured, retried_if_session_lost
from hyperv_operator.winrm.rollout import AgentRollout, Check
from hyperv_operator.winrm.session import PipelineResult, Sink, Statement
from hyperv_operator.winrm.sinks import OutputSink, RunSink

JEA_COMMAND = "Invoke-HvoJob"
_BLOCKED: Final = "UnauthorizedAccess"
"""The id of the error for a script that the execution policy does not let start (PSSecurityException)."""
_SCRIPTS = {
    "vm-provisioning": "Invoke-ProvisioningJob.ps1",
    "vm-removal": "Invoke-RemovalJob.ps1",
    "vm-update": "Invoke-UpdateJob.ps1",
    "host-inventory": "Get-HostInventory.ps1",
    "host-preflight": "Get-HostPreflight.ps1",
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
        sink = RunSink(context)
        try:
            result = self._launch(endpoint, job, context, sink.take)
        finally:
            sink.finish()
        text = sink.last_output()
        outcome = None if text is None else _outcome(text)
        if outcome is None:
            raise _missing_outcome(endpoint, result)
        for problem in outcome.problems:
            context.report(LogLine(LogStream.WARNING, f"A part of the outcome cannot be read: {problem}."))
        return outcome

    def read_inventory(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> InventoryReport:
        """Return the host's inventory."""
        lines = self._read_lines(endpoint, job, context)
        try:
            return parse_inventory(lines)
        except JobFailed as error:
            if error.code == AgentCode.CONSTRAINED_LANGUAGE:
                raise LanguageConstrained(f"{endpoint.address}: {error.message}") from None
            raise AgentFailed(
                f"The agent on {endpoint.address} took no inventory: {error.cause}", code=error.code
            ) from None
        except RecordError as error:
            raise ProtocolViolation(f"The inventory of {endpoint.address} is invalid: {error.message}") from None

    def read_preflight(self, endpoint: HostEndpoint, job: PreflightJob, context: TaskContext) -> PreflightReport:
        """Return the host's preflight; `AgentMissing` from an agent that has none."""
        lines = self._read_lines(endpoint, job, context)
        try:
            return parse_preflight(lines)
        except RecordError as error:
            if isinstance(error, JobFailed) and error.code == AgentCode.SCHEMA_MISMATCH:
                raise AgentMissing(f"The agent on {endpoint.address} has no preflight.") from None
            raise ProtocolViolation(f"The preflight of {endpoint.address} is invalid: {error.message}") from None

    def _read_lines(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> list[str]:
        """Return the lines of a job that only reads, and so may be repeated if its session was lost."""

        def read(*, fresh: bool = False) -> tuple[list[str], PipelineResult]:
            sink = OutputSink(endpoint.where)
            return sink.lines, self._launch(endpoint, job, context, sink.take, fresh=fresh)

        lines, result = retried_if_session_lost(read)
        if not lines and result.failed:
            raise _missing_outcome(endpoint, result)
        return lines

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
        sink: Sink,
        *,
        fresh: bool = False,
    ) -> PipelineResult:
        with (
            measured(self._metrics, endpoint.name, "invoke"),
            self._pool.session(endpoint, context, fresh=fresh) as session,
        ):
            return session.run(_statement(endpoint, job), (job.encode(),), context, sink)


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
    if result.error_id.partition(",")[0] == _BLOCKED:
        return ScriptsBlocked(f"PowerShell on {endpoint.address} does not start the agent's script: {shown}")
    return ProtocolViolation(
        f"The agent on {endpoint.address} ended without an outcome{f': {shown}' if shown else '.'}", effect_unknown=True
    )
