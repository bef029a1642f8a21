"""Installing a version of the agent on a host (look, upload, activate, verify), and pruning old versions.

A version is a folder named by its digest, and is activated only once it is complete. Runs from other versions are not affected.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hyperv_operator.border.text import clean
from hyperv_operator.errors import (
    AgentFilesInUse,
    AgentMissing,
    HostError,
    LanguageConstrained,
    ProtocolViolation,
    RecordError,
    RolloutFailed,
)
from hyperv_operator.ports import HostEndpoint, Metrics, TaskContext
from hyperv_operator.protocol import rollout
from hyperv_operator.protocol.bundle import AgentBundle, version_folder
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.rollout import RolloutAnswer, RolloutCode
from hyperv_operator.winrm.pool import SessionPool, measured, retried_if_session_lost
from hyperv_operator.winrm.session import Statement
from hyperv_operator.winrm.sinks import LastOutputSink

_BATCH_CHARACTERS = 512 * 1024
"""Upload per pipeline; the deadline is checked between two pipelines."""

Check = Callable[[HostIdFacts], None]
Verify = Callable[[HostEndpoint], InventoryReport]


class AgentRollout:
    """The operations of a rollout. Thread-safe. Every method blocks."""

    def __init__(self, pool: SessionPool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics

    def install(
        self, endpoint: HostEndpoint, bundle: AgentBundle, check: Check, verify: Verify, context: TaskContext
    ) -> InventoryReport:
        """Install the version unless the host has it, and return the inventory that this version reports.

        `endpoint.agent_path` is the agent's base folder. `check` runs before anything on the host changes and raises if this is
        not the expected host. Raises `RolloutFailed` if the version cannot be activated or does not work, and other
        `HostError`s if the host cannot be used.
        """
        calls = _RolloutCalls(self._pool, self._metrics, endpoint, bundle.script, context)
        found = calls.look()
        if found.host_id is None:
            raise ProtocolViolation(f"The rollout script on {endpoint.address} did not return the host's identity.")
        check(found.host_id)
        was_there = (bundle.name, bundle.digest) in found.versions.items()
        if not was_there:
            upload = uuid.uuid4().hex
            head = rollout.header("receive", endpoint.agent_path, upload=upload)
            for batch in rollout.batches(rollout.pieces(bundle.files), _BATCH_CHARACTERS):
                calls.send(head, *batch)
            calls.send(rollout.header("activate", endpoint.agent_path, upload=upload, digest=bundle.digest))
        return _verified(endpoint, bundle, verify, was_there=was_there)

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: TaskContext
    ) -> tuple[str, ...]:
        """Delete every version that is not in `keep`; return the names of those deleted. Versions in use are skipped."""
        calls = _RolloutCalls(self._pool, self._metrics, endpoint, bundle.script, context)
        return calls.send(rollout.header("prune", endpoint.agent_path, keep=sorted(keep))).removed


def _verified(endpoint: HostEndpoint, bundle: AgentBundle, verify: Verify, *, was_there: bool) -> InventoryReport:
    """Return an inventory of the installed version; one that cannot report it cannot provision a machine either."""
    what = f"Agent {bundle.version} ({bundle.name}) is installed on {endpoint.address} but does not work there"
    try:
        report = verify(replace(endpoint, agent_path=version_folder(endpoint.agent_path, bundle.name)))
    except (ProtocolViolation, AgentMissing) as error:
        raise RolloutFailed(f"{what}: {error.message}", remedy=error.remedy, was_there=was_there) from None
    if report.facts.agent.digest != bundle.digest:
        raise RolloutFailed(f"{what}: the host reports other files than those that were installed.")
    return report


@dataclass(frozen=True)
class _RolloutCalls:
    """The calls of one rollout to one host."""

    pool: SessionPool
    metrics: Metrics
    endpoint: HostEndpoint
    script: str
    context: TaskContext

    def look(self) -> RolloutAnswer:
        """Return the host's identity and its installed versions."""
        return retried_if_session_lost(partial(self.send, rollout.header("look", self.endpoint.agent_path)))

    def send(self, *inputs: str, fresh: bool = False) -> RolloutAnswer:
        """Run one operation and return its answer; raises `HostError`, also if the answer is a refusal."""
        with measured(self.metrics, self.endpoint.name, "rollout"):
            return self._send(inputs, fresh=fresh)

    def _send(self, inputs: Sequence[str], *, fresh: bool) -> RolloutAnswer:
        sink = LastOutputSink()
        with self.pool.session(self.endpoint, self.context, fresh=fresh) as session:
            result = session.run(Statement(self.script), inputs, self.context, sink.take)
        where, output = self.endpoint.address, sink.last_output()
        if output is None:
            shown = clean(" ".join(result.error.split()), 300)
            detail = f": {shown}" if shown else "."
            raise ProtocolViolation(f"The rollout script on {where} ended without an answer{detail}")
        try:
            answer = rollout.parse_answer(output)
        except RecordError as error:
            raise ProtocolViolation(f"{where}: {error.message}") from None
        if not answer.ok:
            raise refusal(answer, where)
        return answer


_TAMPERED = "Find out what changes or deletes files below spec.paths.agent on the host, such as a virus scanner."
_REMEDIES: Mapping[RolloutCode, str] = {
    RolloutCode.ACCESS_DENIED: "Give the operator's account on the host write access below spec.paths.agent.",
    RolloutCode.INVALID_REQUEST: "Correct spec.paths.agent of the HyperVHost, or build the operator's image anew if its agent is broken.",
    RolloutCode.UPLOAD_BROKEN: _TAMPERED,
    RolloutCode.DIGEST_MISMATCH: _TAMPERED,
    RolloutCode.DISK_FULL: "Free space on the volume of spec.paths.agent.",
}
"""What to do about a refusal, where its code tells it more precisely than the reason does. The answer states facts."""


def refusal(answer: RolloutAnswer, where: str) -> HostError:
    """Return the error of an operation that the script on a host refused."""
    code = answer.code or RolloutCode.INTERNAL
    remedy = _REMEDIES.get(code, "")
    if code in (RolloutCode.HOST_NOT_PREPARED, RolloutCode.ACCESS_DENIED):
        return AgentMissing(f"{where} is not prepared for the agent: {answer.message}", remedy=remedy)
    if code is RolloutCode.CONSTRAINED_LANGUAGE:
        return LanguageConstrained(f"{where}: {answer.message}")
    text = f"The agent could not be installed on {where} ({code}): {answer.message}"
    return AgentFilesInUse(text) if code is RolloutCode.IN_USE else RolloutFailed(text, remedy=remedy)
