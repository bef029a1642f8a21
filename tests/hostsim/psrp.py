"""The server side of PSRP: a shell's runspace pool and the messages for its pipelines."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

import psrpcore

from hostsim.pipeline import Pipeline
from hostsim.views import HostAgent


class Shell:
    """One remote shell: a runspace pool."""

    def __init__(self, agent: HostAgent, configuration: str, creation: bytes, on_dead: Callable[[str], None]) -> None:
        self.agent = agent
        self.configuration = configuration
        self.id = str(uuid.uuid4()).upper()
        self.pool = psrpcore.ServerRunspacePool()
        self.pipelines: dict[uuid.UUID, Pipeline] = {}
        self.outbox = bytearray()
        self.changed = asyncio.Event()
        self.dead = False
        self._on_dead = on_dead
        if creation:
            self._take(creation, None)

    def command(self, pipeline_id: str, data: bytes) -> Pipeline:
        """Create a pipeline from the first fragment of its definition."""
        key = uuid.UUID(pipeline_id)
        pipeline = self.pipelines[key] = Pipeline(self, key)
        self._take(data, key)
        return pipeline

    def send(self, pipeline_id: str | None, data: bytes) -> None:
        """Receive further fragments."""
        self._take(data, uuid.UUID(pipeline_id) if pipeline_id else None)

    def _take(self, data: bytes, pipeline_id: uuid.UUID | None) -> None:
        self.pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, pipeline_id))
        while (event := self.pool.next_event()) is not None:
            if isinstance(event, psrpcore.CreatePipelineEvent):
                pipeline = self.pipelines[event.pipeline_id]
                first = event.pipeline.commands[0]
                pipeline.command, pipeline.is_script = first.command_text, first.is_script
                pipeline.server.start()
            elif isinstance(event, psrpcore.PipelineInputEvent):
                self.pipelines[event.pipeline_id].input.append(str(event.data))
            elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
                self.pipelines[event.pipeline_id].begin()
        self.flush()

    def flush(self) -> None:
        """Move the pool's outgoing messages into the outboxes of their receivers."""
        while (payload := self.pool.data_to_send(32_768)) is not None:
            target: Shell | Pipeline = self
            if payload.pipeline_id is not None:
                target = self.pipelines[payload.pipeline_id]
            target.outbox += payload.data
        everyone: list[Shell | Pipeline] = [self, *self.pipelines.values()]
        for one in everyone:
            one.changed.set()
            one.changed = asyncio.Event()

    def close(self) -> None:
        """Close the shell for the client: stop its scripts, which may clean up."""
        for pipeline in self.pipelines.values():
            pipeline.stop()
        self._end()

    def kill(self) -> None:
        """Kill the shell and everything in it."""
        for pipeline in self.pipelines.values():
            pipeline.kill()
        self._end()

    def _end(self) -> None:
        self.dead = True
        self._on_dead(self.id)
        self.changed.set()
        for pipeline in self.pipelines.values():
            pipeline.changed.set()
