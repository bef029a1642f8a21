"""The server's end of PSRP: a shell's runspace pool, its pipelines, and the scripts that run in them."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable

import psrpcore
from psrpcore.types import ErrorCategoryInfo, NETException, PSInvocationState

from hostsim.script import Launch, ShellKilled
from hostsim.views import HostAgent

_SCRIPT = re.compile(r"^\$input \| & '(?P<path>(?:[^']|'')+\\(?P<name>[A-Za-z-]+\.ps1))'$")
_SCRIPTS = ("Invoke-ProvisioningJob.ps1", "Invoke-RemovalJob.ps1", "Invoke-UpdateJob.ps1", "Get-HostInventory.ps1")
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
        self.interrupted = asyncio.Event()
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
        elif stream == "debug":
            self.server.write_debug(text)
        elif stream == "progress":
            self.server.write_progress(text, 0, "Processing")
        else:
            self.server.write_verbose(text)
        self.shell.flush()

    def error(self, message: str, error_id: str, type_name: str) -> None:
        """Write an error record."""
        exception = NETException(Message=message)
        exception.PSObject.type_names = [type_name, "System.Exception"]
        category = ErrorCategoryInfo(Reason=type_name.rsplit(".", 1)[-1])
        self.server.write_error(exception, category_info=category, fully_qualified_error_id=error_id)
        self.shell.flush()

    # --- running -----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Run the script: all input is here."""
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        agent = self.shell.agent
        try:
            launch = self._launch()
            if launch is None:
                self._not_found()
                return
            self.changes_host = launch.changes_host
            agent.ledger.clear += [self.command, json.dumps(launch.job)]
            await self._attend(asyncio.create_task(agent.run(launch, self)))
            if self.server.state == PSInvocationState.Running:
                self.server.stop() if self.interrupted.is_set() else self.server.complete()
        except ShellKilled:
            agent.ledger.killed += 1
            self.shell.kill()
        except asyncio.CancelledError:
            if self.server.state == PSInvocationState.Running:
                self.server.stop()
        finally:
            self.done = True
            self.shell.flush()

    async def _attend(self, work: asyncio.Task[None]) -> None:
        """Wait for the script; end it when it was stopped, or when nobody listens any more and orphans are to die."""
        agent = self.shell.agent
        stopped = asyncio.create_task(self.interrupted.wait())
        try:
            while not work.done() and not stopped.done():
                await asyncio.wait({work, stopped}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
                orphaned = time.monotonic() - self.asked_at > _ORPHANED_AFTER
                if orphaned and agent.faults.orphans == "die":
                    work.cancel()
            if stopped.done() and not work.done():
                await asyncio.wait({work}, timeout=agent.stop_seconds)
                work.cancel()
            await work
        finally:
            stopped.cancel()
            work.cancel()
            await asyncio.wait({work})

    def _launch(self) -> Launch | None:
        """Find out what is to be run; None if there is no such script or command."""
        if self.shell.agent.faults.agent_missing:
            return None
        if not self.is_script:
            return Launch(self.command, None, self.input[0]) if self.command == "Invoke-HvoJob" else None
        match = _SCRIPT.match(self.command)
        if match is None or match["name"] not in _SCRIPTS:
            return None
        return Launch(self.command, match["path"].replace("''", "'"), self.input[0])

    def _not_found(self) -> None:
        name = self.command.split("'")[1] if "'" in self.command else self.command
        message = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or program."
        self.error(message, "CommandNotFoundException", "System.Management.Automation.CommandNotFoundException")
        self.server.complete()

    def stop(self) -> None:
        """Ctrl-C: the script ends where it stands."""
        self.interrupted.set()

    def kill(self) -> None:
        """The process that the script runs in is gone."""
        if self.task and not self.task.done():
            self.task.cancel()


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

    def close(self) -> None:
        """The client closes the shell: what runs in it is stopped, and may clean up."""
        for pipeline in self.pipelines.values():
            pipeline.stop()
        self._end()

    def kill(self) -> None:
        """The shell dies with everything in it."""
        for pipeline in self.pipelines.values():
            pipeline.kill()
        self._end()

    def _end(self) -> None:
        self.dead = True
        self._on_dead(self.id)
        self.changed.set()
        for pipeline in self.pipelines.values():
            pipeline.changed.set()
