"""One command of a shell on the server side of PSRP: its streams and its script."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Coroutine
from typing import TYPE_CHECKING

import psrpcore
from psrpcore.types import ErrorCategory, ErrorCategoryInfo, ErrorRecord, NETException, PSInvocationState

from hostsim import rolling
from hostsim.installation import ROOT, SCRIPTS, version_in
from hostsim.script import Launch, RolloutCall, ShellKilled

if TYPE_CHECKING:
    from hostsim.psrp import Shell

_SCRIPT = re.compile(r"^\$input \| & '(?P<path>(?:[^']|'')+\\(?P<name>[A-Za-z-]+\.ps1))'$")
_FULL_LANGUAGE = "Microsoft.PowerShell"
"""The only configuration that runs script texts; every other one is a JEA endpoint."""
_COMMAND = "Invoke-HvoJob"
_TAG = "HyperVOperator"
_ORPHANED_AFTER = 8.0


class Pipeline:
    """One command of a shell: its input, its output and its state."""

    def __init__(self, shell: Shell, pipeline_id: uuid.UUID) -> None:
        self.shell = shell
        self.id = pipeline_id
        self.server = psrpcore.ServerPipeline(shell.pool, pipeline_id)
        self.outbox = bytearray()
        self.changed = asyncio.Event()
        self.done = False
        self.is_armed = False
        """Whether the hostile stream was sent."""
        self.flood: list[str] = []
        """Output in base64 that is still to be sent before its own, the next one last."""
        self.command = ""
        self.is_script = True
        self.input: list[str] = []
        self.asked_at = time.monotonic()
        self.task: asyncio.Task[None] | None = None
        self.interrupted = asyncio.Event()
        self.changes_host = False
        self.last_output = ""

    # --- Streams -----------------------------------------------------------------------------------------------------

    def output(self, text: str) -> None:
        """Write an object to the output stream."""
        self.last_output = text
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
        """Start the script, once its input is complete."""
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        agent = self.shell.agent
        try:
            work = self._work()
            if work is None:
                return
            await self._supervise(asyncio.create_task(work))
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

    def _work(self) -> Coroutine[None, None, None] | None:
        """Return the work of this pipeline; None if PowerShell rejects it with an error."""
        agent = self.shell.agent
        if self.is_script and self.shell.configuration != _FULL_LANGUAGE:
            self._refuse_script()
            return None
        if self.is_script and rolling.is_rollout(self.command):
            call = RolloutCall(self.command, tuple(self.input))
            agent.ledger.clear += [self.command, *self.input[:1]]
            return rolling.serve(agent, call, self)
        launch = self._launch()
        if launch is None:
            self._not_found()
            return None
        if agent.faults.scripts_blocked and self.is_script:
            self._blocked(launch.script or "")
            return None
        if agent.faults.breaks(launch.version):
            self._broken(launch.version)
            return None
        self.changes_host = launch.changes_host
        agent.ledger.clear += [self.command, json.dumps(launch.job)]
        return agent.run(launch, self)

    async def _supervise(self, work: asyncio.Task[None]) -> None:
        """Wait for the script; kill it if it was stopped, or if its client is gone and orphans die."""
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
        """Return the launch; None if there is no such script or command."""
        agent, inputs = self.shell.agent, tuple(self.input)
        if agent.faults.agent_missing:
            return None
        if not self.is_script:
            known = self.command == _COMMAND and agent.has_script(f"{ROOT}\\{_COMMAND}.ps1")
            return Launch(self.command, None, inputs) if known else None
        match = _SCRIPT.match(self.command)
        if match is None or match["name"] not in SCRIPTS:
            return None
        path = match["path"].replace("''", "'")
        known = agent.has_script(path) and not (agent.faults.preflight_missing and "Preflight" in path)
        return Launch(self.command, path, inputs, version_in(path)) if known else None

    def _not_found(self) -> None:
        name = self.command.split("'")[1] if "'" in self.command else self.command
        message = f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or program."
        self.error(message, "CommandNotFoundException", "System.Management.Automation.CommandNotFoundException")
        self.server.complete()

    def _broken(self, version: str) -> None:
        message = f"The scripts of version {version} are broken, as was ordered."
        self.error(message, "RuntimeException", "System.Management.Automation.RuntimeException")
        self.server.complete()

    def _blocked(self, script: str) -> None:
        """Fail like a script that the execution policy does not let start (about_Execution_Policies)."""
        message = f"File {script} cannot be loaded because running scripts is disabled on this system."
        self.error(message, "UnauthorizedAccess", "System.Management.Automation.PSSecurityException")
        self.server.complete()

    def _refuse_script(self) -> None:
        """Fail like a script text at an endpoint without a language."""
        name = "System.Management.Automation.ParseException"
        text = "The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode."
        exception = NETException(Message=text)
        exception.PSObject.type_names = [name, "System.Exception"]
        category = ErrorCategoryInfo(Category=ErrorCategory.ParserError, Reason="ParseException")
        record = ErrorRecord(Exception=exception, CategoryInfo=category, FullyQualifiedErrorId="ScriptsNotAllowed")
        self.server._change_state(PSInvocationState.Failed, error=record)

    def stop(self) -> None:
        """Stop the script, like Ctrl-C."""
        self.interrupted.set()

    def kill(self) -> None:
        """Kill the process of the script."""
        if self.task and not self.task.done():
            self.task.cancel()
