"""One WinRM session: a runspace pool and the pipelines in it. Blocking; one thread at a time."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from pypsrp.complex_objects import PSInvocationState, RunspacePoolState
from pypsrp.exceptions import InvalidPipelineStateError, WinRMError
from pypsrp.powershell import PowerShell, RunspacePool
from spnego.exceptions import SpnegoError

from hyperv_operator.errors import CallCancelled, CallTimeout, LogonRefused, ShellLost
from hyperv_operator.ports import HostEndpoint, LogStream, TaskContext
from hyperv_operator.winrm.connection import Connection, connect
from hyperv_operator.winrm.translation import translated

IDLE_TIMEOUT = 180
CLOSE_TIMEOUT = 5
POLL_SECONDS = 2
"""How long a Receive waits for something to come: also how soon a cancellation is heeded."""
_OPEN_DEADLINE = 60.0


@dataclass(frozen=True)
class StreamItem:
    """One object of one stream, as text."""

    stream: LogStream
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What a pipeline runs: a script's text, or the name of one command (all that a JEA endpoint takes)."""

    text: str
    is_command: bool = False


@dataclass(frozen=True)
class Ended:
    """How a pipeline ended, with the last error that it wrote, if it wrote one."""

    failed: bool
    error_id: str = ""
    error: str = ""


class Session:
    """An open runspace pool on a host."""

    def __init__(self, endpoint: HostEndpoint, shell_name: str) -> None:
        """Open it; raises `HostError`."""
        self.endpoint = endpoint
        self.broken = False
        self._locked_out = False
        self._files = tempfile.TemporaryDirectory(prefix="hvo-session-")
        try:
            with translated(endpoint, effect=False):
                self._connection = connect(endpoint, Path(self._files.name))
        except BaseException:
            self._files.cleanup()
            raise
        self._pool = RunspacePool(
            self._connection.wsman, configuration_name=endpoint.configuration_name, idle_timeout=IDLE_TIMEOUT
        )
        self._pool.shell.name = shell_name
        try:
            with translated(endpoint, effect=False, has_ticket=self._connection.has_ticket):
                self._pool.open()
        except BaseException as error:
            self._locked_out = isinstance(error, LogonRefused)
            self.close()
            raise

    @property
    def connection(self) -> Connection:
        """What it speaks over."""
        return self._connection

    @property
    def shell_id(self) -> str:
        """The id of its shell on the host, in capitals."""
        return str(self._pool.shell.id or self._pool.id).upper()

    @property
    def owner(self) -> str | None:
        """The account that its shell belongs to, as the host names it."""
        return self._pool.shell.owner

    def run(
        self, statement: Statement, inputs: Sequence[str], context: TaskContext, sink: Callable[[StreamItem], None]
    ) -> Ended:
        """Run one pipeline with strings of input and hand every object of every stream to `sink` as it comes.

        Raises `HostError`; after that the session is broken.
        """
        try:
            with translated(self.endpoint, effect=True, has_ticket=self._connection.has_ticket):
                shell = self._pipeline(statement)
                shell.begin_invoke(input=list(inputs))  # type: ignore[arg-type] # its hint forgets lists
                self._attend(shell, context, sink)
                ended = _ended(shell)
                with contextlib.suppress(WinRMError, requests.RequestException):
                    shell.close()
                return ended
        except LogonRefused:
            self.broken = self._locked_out = True
            raise
        except BaseException:
            self.broken = True
            raise

    def _pipeline(self, statement: Statement) -> PowerShell:
        if self._pool.state != RunspacePoolState.OPENED:
            raise ShellLost(f"The remote shell on {self._connection.where} is no longer open.")
        shell = PowerShell(self._pool)
        if statement.is_command:
            shell.add_cmdlet(statement.text)
        else:
            shell.add_script(statement.text)
        return shell

    def _attend(self, shell: PowerShell, context: TaskContext, sink: Callable[[StreamItem], None]) -> None:
        seen = _Seen()
        while shell.state == PSInvocationState.RUNNING:
            if context.is_cancelled():
                self._stop(shell)
                raise CallCancelled("The call was given up while the host was working on it.", effect_unknown=True)
            left = context.remaining()
            if left <= 0:
                self._stop(shell)
                raise CallTimeout(
                    f"The call on {self._connection.where} did not end by its deadline.", effect_unknown=True
                )
            shell.poll_invoke(timeout=max(1, min(POLL_SECONDS, int(left))))
            for item in seen.new(shell):
                sink(item)

    def _stop(self, shell: PowerShell) -> None:
        """Ask the host to stop the pipeline; that it may not be there to listen changes nothing."""
        with contextlib.suppress(
            WinRMError, requests.RequestException, InvalidPipelineStateError, SpnegoError, OSError
        ):
            shell.stop()

    def close(self) -> None:
        """Close the shell on the host and the connection; a host that does not answer ends the shell by itself, later."""
        self._connection.hurry(CLOSE_TIMEOUT)
        if not self._locked_out:
            # To ask with credentials that were just refused would count as another refusal.
            # It is the shell that is closed: the pool would not ask for that once its own state is a broken one.
            with contextlib.suppress(Exception):
                self._pool.shell.close()
        with contextlib.suppress(Exception):
            self._connection.wsman.close()
        self._files.cleanup()


class _Seen:
    """Remembers how much of each stream has been handed on."""

    def __init__(self) -> None:
        self._counts: dict[LogStream, int] = {}

    def new(self, shell: PowerShell) -> Iterator[StreamItem]:
        streams = shell.streams
        for stream, items in (
            (LogStream.INFORMATION, streams.information),
            (LogStream.VERBOSE, streams.verbose),
            (LogStream.DEBUG, streams.debug),
            (LogStream.WARNING, streams.warning),
            (LogStream.ERROR, streams.error),
            (LogStream.PROGRESS, streams.progress),
            (LogStream.OUTPUT, shell.output),
        ):
            for item in items[self._counts.get(stream, 0) :]:
                yield StreamItem(stream, _text(stream, item), _tags(item))
            self._counts[stream] = len(items)


def _text(stream: LogStream, item: object) -> str:
    if stream is LogStream.INFORMATION:
        item = getattr(item, "message_data", item)
    elif stream is LogStream.PROGRESS:
        words = (getattr(item, name, None) for name in ("activity", "description", "current_operation"))
        return ": ".join(str(word) for word in words if word)
    elif stream is not LogStream.OUTPUT and stream is not LogStream.ERROR:
        item = getattr(item, "message", item)
    return item if isinstance(item, str) else str(item)


def _tags(item: object) -> tuple[str, ...]:
    tags = getattr(item, "tags", None)
    return tuple(str(tag) for tag in tags) if isinstance(tags, list | tuple) else ()


def _ended(shell: PowerShell) -> Ended:
    # A missing command ends its statement, not the pipeline: the state is Completed all the same.
    last = shell.streams.error[-1] if shell.streams.error else None
    return Ended(
        failed=shell.state != PSInvocationState.COMPLETED or last is not None,
        error_id=str(getattr(last, "fq_error", "") or ""),
        error=str(last or ""),
    )


def open_session(endpoint: HostEndpoint, shell_name: str, context: TaskContext) -> Session:
    """Open a session unless the call has been given up or has no time left."""
    if context.is_cancelled():
        raise CallCancelled("The call was given up before a session was opened.")
    if context.remaining() <= 0:
        raise CallTimeout("The call's deadline passed before a session was opened.")
    started = time.monotonic()
    session = Session(endpoint, shell_name)
    if time.monotonic() - started > _OPEN_DEADLINE and context.is_cancelled():
        session.close()
        raise CallCancelled("The call was given up while a session was being opened.")
    return session
