"""The server's end of PSRP: a shell's runspace pool, its pipelines, and the scripts that run in them."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import psrpcore
from psrpcore.types import ErrorCategoryInfo, NETException, PSInvocationState

from hostsim.agent import Agent, ShellKilled

_SCRIPT = re.compile(r"^\$input \| & '(?P<folder>(?:[^']|'')+)\\(?P<name>[A-Za-z-]+\.ps1)'$")
_SCRIPTS = {
    "Invoke-ProvisioningJob.ps1": "vm-provisioning",
    "Invoke-RemovalJob.ps1": "vm-removal",
    "Invoke-UpdateJob.ps1": "vm-update",
    "Get-HostInventory.ps1": "host-inventory",
}
_TAG = "HyperVOperator"
_ORPHANED_AFTER = 8.0


class Pipeline:
    """One command of a shell: what it was given, what it has written, whether it is done."""

    def __init__(self, shell: Shell, pipeline_id: uuid.UUID) -> None:
        self.shell = shell
        self.server = psrpcore.ServerPipeline(shell.pool, pipeline_id)
        self.outbox = bytearray()
        self.changed = asyncio.Event()
        self.done = False
        self.command = ""
        self.is_script = True
        self.input: list[str] = []
        self.asked_at = time.monotonic()
        self.task: asyncio.Task[None] | None = None
        self.changes_host = False

    # --- Streams -----------------------------------------------------------------------------------------------------

    def output(self, text: str) -> None:
        """Write an object to the output stream."""
        self.server.write_output(text)
        self.shell.flush()

    def record(self, text: str) -> None:
        """Write a record of the agent."""
        self.server.write_information(text, "agent", tags=[_TAG])
        self.shell.agent.ledger.clear.append(text)
        self.shell.flush()

    def noise(self, stream: str, text: str) -> None:
        """Write a line to another stream."""
        if stream == "information":
            self.server.write_information(text, "agent", tags=["PSHOST"])
        elif stream == "warning":
            self.server.write_warning(text)
        else:
            self.server.write_verbose(text)
        self.shell.flush()

    # --- running -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Run the script: all input is here."""
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        agent = self.shell.agent
        try:
            job = self._job()
            if job is None:
                self._not_found()
                return
            self.changes_host = job["schema"]["id"] != "host-inventory"
            agent.ledger.clear += [self.command, json.dumps(job)]
            work = asyncio.create_task(agent.run(job, self))
            await self._attend(work)
            if self.server.state == PSInvocationState.Running:
                self.server.complete()
        except ShellKilled:
            self.shell.kill()
        except asyncio.CancelledError:
            if self.server.state == PSInvocationState.Running:
                self.server.stop()
        finally:
            self.done = True
            self.shell.flush()

    async def _attend(self, work: asyncio.Task[None]) -> None:
        """Wait for the script, and end it when nobody listens any more and orphans are to die."""
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=1)
                orphaned = time.monotonic() - self.asked_at > _ORPHANED_AFTER
                if orphaned and self.shell.agent.faults.orphans == "die":
                    work.cancel()
            await work
        finally:
            work.cancel()

    def _job(self) -> dict[str, Any] | None:
        """Find the script and read the job; None if there is no such script."""
        agent = self.shell.agent
        if self.is_script:
            match = _SCRIPT.match(self.command)
            if match is None or match["name"] not in _SCRIPTS or agent.faults.agent_missing:
                return None
        elif self.command != "Invoke-HvoJob" or agent.faults.agent_missing:
            return None
        job: dict[str, Any] = json.loads(base64.b64decode(self.input[0]))
        return job

    def _not_found(self) -> None:
        name = self.command.split("'")[1] if "'" in self.command else self.command
        message = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or program."
        exception = NETException(Message=message)
        exception.PSObject.type_names = ["System.Management.Automation.CommandNotFoundException", "System.Exception"]
        self.server.write_error(
            exception,
            category_info=ErrorCategoryInfo(Reason="CommandNotFoundException", TargetName=name),
            fully_qualified_error_id="CommandNotFoundException",
        )
        self.server.complete()

    def stop(self) -> None:
        """Ctrl-C: the script ends where it stands."""
        if self.task and not self.task.done():
            self.task.cancel()


class Shell:
    """One remote shell: a runspace pool."""

    def __init__(self, agent: Agent, configuration: str, creation: bytes, on_dead: Callable[[str], None]) -> None:
        self.agent = agent
        self.configuration = configuration
        self.id = str(uuid.uuid4()).upper()
        self.pool = psrpcore.ServerRunspacePool()
        self.pipelines: dict[uuid.UUID, Pipeline] = {}
        self.outbox = bytearray()
        self.changed = asyncio.Event()
        self.dead = False
        self._on_dead = on_dead
        self._take(creation, None)

    def command(self, pipeline_id: str, data: bytes) -> Pipeline:
        """Make a pipeline from the first fragment of its definition."""
        key = uuid.UUID(pipeline_id)
        pipeline = self.pipelines[key] = Pipeline(self, key)
        self._take(data, key)
        return pipeline

    def send(self, pipeline_id: str | None, data: bytes) -> None:
        """Take further fragments."""
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
        """Move what the pool has to say into the outboxes of those it is for."""
        while (payload := self.pool.data_to_send(32_768)) is not None:
            target: Shell | Pipeline = self
            if payload.pipeline_id is not None:
                target = self.pipelines[payload.pipeline_id]
            target.outbox += payload.data
        everyone: list[Shell | Pipeline] = [self, *self.pipelines.values()]
        for one in everyone:
            one.changed.set()
            one.changed = asyncio.Event()

    def kill(self) -> None:
        """The shell dies with everything in it."""
        self.dead = True
        for pipeline in self.pipelines.values():
            pipeline.stop()
        self._on_dead(self.id)
        self.changed.set()
        for pipeline in self.pipelines.values():
            pipeline.changed.set()
