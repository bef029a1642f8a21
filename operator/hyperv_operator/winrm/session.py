"""One WinRM session: a runspace pool and its pipelines. Blocking, for one thread at a time."""

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
"""How long a Receive waits for output, and so the longest delay before a cancellation takes effect."""
_SLOW_OPEN_SECONDS = 60.0


@dataclass(frozen=True)
class StreamItem:
    """One object of a PowerShell stream, as text."""

    stream: LogStream
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What a pipeline runs: a script, or a single command by its name, which is all that a JEA endpoint accepts."""

    text: str
    is_command: bool = False


@dataclass(frozen=True)
class PipelineResult:
    """How a pipeline ended, and the last error that it wrote."""

    failed: bool
    error_id: str = ""
    error: str = ""


class Session:
    """An open runspace pool on a host."""

    def __init__(self, endpoint: HostEndpoint, shell_name: str) -> None:
        """Open the session; raises `HostError`."""
        self.endpoint = endpoint
        self.broken = False
        self._logon_refused = False
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
            self._logon_refused = isinstance(error, LogonRefused)
            self.close()
            raise

    @property
    def connection(self) -> Connection:
        """The session's connection."""
        return self._connection

    @property
    def shell_id(self) -> str:
        """The id of the session's shell on the host, in capitals."""
        return str(self._pool.shell.id or self._pool.id).upper()

    @property
    def owner(self) -> str | None:
        """The account that owns the session's shell, in the host's spelling."""
        return self._pool.shell.owner

    def run(
        self, statement: Statement, inputs: Sequence[str], context: TaskContext, sink: Callable[[StreamItem], None]
    ) -> PipelineResult:
        """Run one pipeline with these input strings; `sink` gets every object of every stream as it arrives.

        Raises `HostError`, after which the session is broken.
        """
        try:
            with translated(self.endpoint, effect=True, has_ticket=self._connection.has_ticket):
                shell = self._pipeline(statement)
                shell.begin_invoke(input=list(inputs))  # type: ignore[arg-type] # pypsrp's type hint omits lists
                self._stream_output(shell, context, sink)
                result = _result(shell)
                with contextlib.suppress(WinRMError, requests.RequestException):
                    shell.close()
                return result
        except LogonRefused:
            self.broken = self._logon_refused = True
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

    def _stream_output(self, shell: PowerShell, context: TaskContext, sink: Callable[[StreamItem], None]) -> None:
        cursor = _StreamCursor()
        while shell.state == PSInvocationState.RUNNING:
            if context.is_cancelled():
                self._stop(shell)
                raise CallCancelled("The call was cancelled while the host was working on it.", effect_unknown=True)
            left = context.remaining()
            if left <= 0:
                self._stop(shell)
                raise CallTimeout(
                    f"The call to {self._connection.where} did not finish by its deadline.", effect_unknown=True
                )
            shell.poll_invoke(timeout=max(1, min(POLL_SECONDS, int(left))))
            for item in cursor.new_items(shell):
                sink(item)

    def _stop(self, shell: PowerShell) -> None:
        """Ask the host to stop the pipeline. A failure is ignored, because the session is discarded anyway."""
        with contextlib.suppress(
            WinRMError, requests.RequestException, InvalidPipelineStateError, SpnegoError, OSError
        ):
            shell.stop()

    def close(self) -> None:
        """Close the shell on the host and the connection. Failures are ignored: the host ends an idle shell by itself."""
        self._connection.limit_timeouts(CLOSE_TIMEOUT)
        if not self._logon_refused:
            # A request with credentials that were just refused would count as another failed logon.
            # The shell is closed directly, because the runspace pool skips that once its own state is broken.
            with contextlib.suppress(Exception):
                self._pool.shell.close()
        with contextlib.suppress(Exception):
            self._connection.wsman.close()
        self._files.cleanup()


class _StreamCursor:
    """The position in each stream up to which objects have been delivered."""

    def __init__(self) -> None:
        self._counts: dict[LogStream, int] = {}

    def new_items(self, shell: PowerShell) -> Iterator[StreamItem]:
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


def _result(shell: PowerShell) -> PipelineResult:
    # A missing command ends only its statement, so that the state of the pipeline is still Completed.
    last = shell.streams.error[-1] if shell.streams.error else None
    return PipelineResult(
        failed=shell.state != PSInvocationState.COMPLETED or last is not None,
        error_id=str(getattr(last, "fq_error", "") or ""),
        error=str(last or ""),
    )


def open_session(endpoint: HostEndpoint, shell_name: str, context: TaskContext) -> Session:
    """Open a session; raises `HostError`, also if the task is cancelled or past its deadline."""
    if context.is_cancelled():
        raise CallCancelled("The call was cancelled before a session was opened.")
    if context.remaining() <= 0:
        raise CallTimeout("The call reached its deadline before a session was opened.")
    started = time.monotonic()
    session = Session(endpoint, shell_name)
    if time.monotonic() - started > _SLOW_OPEN_SECONDS and context.is_cancelled():
        session.close()
        raise CallCancelled("The call was cancelled while a session was being opened.")
    return session
