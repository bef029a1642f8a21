"""Bringing a version of the agent to a host: look, upload, activate, ask it something; and pruning old ones.

A version is a folder named by its digest, whole or not there; what runs from another version is not touched.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hyperv_operator.errors import (
    AgentFilesInUse,
    AgentMissing,
    HostError,
    ProtocolViolation,
    RecordError,
    RolloutFailed,
)
from hyperv_operator.ports import HostEndpoint, LogStream, Metrics, TaskContext
from hyperv_operator.protocol import rollout
from hyperv_operator.protocol.bundle import AgentBundle, version_folder
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.rollout import RolloutAnswer, RolloutCode
from hyperv_operator.winrm.measurement import measured
from hyperv_operator.winrm.pool import SessionPool, harmless
from hyperv_operator.winrm.session import Statement, StreamItem

_BATCH = 512 * 1024
"""Characters of pieces that go with one pipeline: a deadline is looked at between two."""

Check = Callable[[HostIdFacts], None]
Verify = Callable[[HostEndpoint], InventoryReport]


class AgentRollout:
    """The operations of a rollout. Thread-safe; blocks."""

    def __init__(self, pool: SessionPool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics

    def install(
        self, endpoint: HostEndpoint, bundle: AgentBundle, check: Check, verify: Verify, context: TaskContext
    ) -> InventoryReport:
        """Bring the version to the host unless it is there, and return the inventory that it gives.

        `endpoint.agent_path` is the agent's folder; `check` raises if the host is another one than expected, before
        anything is changed there. Raises `RolloutFailed` if the version cannot be activated or does not work, another
        `HostError` if the host could not be worked with.
        """
        call = _Caller(self._pool, self._metrics, endpoint, bundle.script, context)
        found = call.look()
        if found.host_id is None:
            raise ProtocolViolation(f"The rollout script on {endpoint.address} does not say which host it is on.")
        check(found.host_id)
        was_there = found.versions.get(bundle.name) == bundle.digest
        if not was_there:
            upload = uuid.uuid4().hex
            head = rollout.header("receive", endpoint.agent_path, upload=upload)
            for batch in rollout.batches(rollout.pieces(bundle.files), _BATCH):
                call.send(head, *batch)
            call.send(rollout.header("activate", endpoint.agent_path, upload=upload, digest=bundle.digest))
        return _verified(endpoint, bundle, verify, was_there=was_there)

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: TaskContext
    ) -> tuple[str, ...]:
        """Delete the versions that are not to be kept; return their names. One in use is left for the next time."""
        call = _Caller(self._pool, self._metrics, endpoint, bundle.script, context)
        return call.send(rollout.header("prune", endpoint.agent_path, keep=sorted(keep))).removed


def _verified(endpoint: HostEndpoint, bundle: AgentBundle, verify: Verify, *, was_there: bool) -> InventoryReport:
    """Ask the new version for an inventory: one that cannot give it is of no use to a machine either."""
    what = f"Agent {bundle.version} ({bundle.name}) is on {endpoint.address} and does not work there"
    try:
        report = verify(replace(endpoint, agent_path=version_folder(endpoint.agent_path, bundle.name)))
    except (ProtocolViolation, AgentMissing) as error:
        raise RolloutFailed(f"{what}: {error.message}", was_there=was_there) from None
    if report.facts.agent.digest != bundle.digest:
        raise RolloutFailed(f"{what}: its files are not those that were put there.")
    return report


@dataclass(frozen=True)
class _Caller:
    """Sends operations to one host."""

    pool: SessionPool
    metrics: Metrics
    endpoint: HostEndpoint
    script: str
    context: TaskContext

    def look(self) -> RolloutAnswer:
        """Ask what is on the host."""
        return harmless(partial(self.send, rollout.header("look", self.endpoint.agent_path)))

    def send(self, *inputs: str, fresh: bool = False) -> RolloutAnswer:
        """Send one operation and return its answer, which is ok; raises `HostError`."""
        with measured(self.metrics, self.endpoint.name, "rollout"):
            return self._send(inputs, fresh=fresh)

    def _send(self, inputs: Sequence[str], *, fresh: bool) -> RolloutAnswer:
        output: list[str] = []

        def sink(item: StreamItem) -> None:
            if item.stream is LogStream.OUTPUT:
                output.append(item.text)

        with self.pool.session(self.endpoint, self.context, fresh=fresh) as session:
            ended = session.run(Statement(self.script), inputs, self.context, sink)
        where = self.endpoint.address
        if not output:
            shown = " ".join(ended.error.split())[:300]
            said = f": {shown}" if shown else "."
            raise ProtocolViolation(f"The rollout script on {where} ended without an answer{said}")
        try:
            answer = rollout.parse_answer(output[-1])
        except RecordError as error:
            raise ProtocolViolation(f"{where}: {error.message}") from None
        if not answer.ok:
            raise _refusal(answer, where)
        return answer


def _refusal(answer: RolloutAnswer, where: str) -> HostError:
    code = answer.code or RolloutCode.INTERNAL
    if code in (RolloutCode.HOST_NOT_PREPARED, RolloutCode.ACCESS_DENIED):
        return AgentMissing(f"{where} is not prepared for the agent: {answer.message}")
    text = f"The agent could not be put on {where} ({code}): {answer.message}"
    return AgentFilesInUse(text) if code is RolloutCode.IN_USE else RolloutFailed(text)
