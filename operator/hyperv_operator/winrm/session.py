"""One WinRM session: a runspace pool and its pipelines. Blocking, for one thread at a time."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from pypsrp.complex_objects import PSInvocationState, RunspacePoolState
from pypsrp.exceptions import InvalidPipelineStateError, WinRMError
from pypsrp.powershell import PowerShell
from spnego.exceptions import SpnegoError

from hyperv_operator.errors import CallCancelled, CallTimeout, LogonRefused, ShellLost
from hyperv_operator.ports import HostEndpoint, LogStream, TaskContext
from hyperv_operator.winrm.allowance import AnswerRefused, AnswerTooSlow, DeadlinePassed
from hyperv_operator.winrm.connection import Connection, connect
from hyperv_operator.winrm.records import StreamItem
from hyperv_operator.winrm.runspace import HostRunspacePool
from hyperv_operator.winrm.sinks import item_of
from hyperv_operator.winrm.translation import translated
from hyperv_operator.winrm.transport import StatusRefused

IDLE_TIMEOUT = 180
CLOSE_TIMEOUT = 5
POLL_SECONDS = 2
"""How long a Receive waits for output, and so the longest delay before a cancellation takes effect."""
_SLOW_OPEN_SECONDS = 60.0
_STOP_SECONDS = 10.0
_GRACE_SECONDS = POLL_SECONDS + 1.0
"""After the deadline, for an honest answer to the last Receive: then the script is stopped, and not only cut off."""
_POLL_INTERVAL = 0.05
_SMALL_BYTES = 16_384
_LOST = (
    WinRMError,
    requests.RequestException,
    InvalidPipelineStateError,
    SpnegoError,
    OSError,
    AnswerRefused,
    AnswerTooSlow,
    DeadlinePassed,
    StatusRefused,
)
"""What a request raises whose answer does not matter."""


Sink = Callable[[LogStream, bytes | StreamItem], None]
"""Takes one object of a stream: its XML, or an item that is already read."""


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

    def __init__(self, endpoint: HostEndpoint, shell_name: str, seconds: float) -> None:
        """Open the session within so many seconds; raises `HostError`."""
        self.endpoint = endpoint
        self.broken = False
        self._pause = threading.Event()
        self._logon_refused = False
        self._files = tempfile.TemporaryDirectory(prefix="hvo-session-")
        try:
            with translated(endpoint, effect=False):
                self._connection = connect(endpoint, Path(self._files.name))
        except BaseException:
            self._files.cleanup()
            raise
        self._connection.begin_call(seconds)
        self._pool = HostRunspacePool(
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

    def run(self, statement: Statement, inputs: Sequence[str], context: TaskContext, sink: Sink) -> PipelineResult:
        """Run one pipeline with these input strings; `sink` gets every object of every stream as it arrives.

        Raises `HostError`, after which the session is broken.
        """
        self._connection.begin_call(context.remaining() + _GRACE_SECONDS)
        self._pool.take()
        try:
            with translated(self.endpoint, effect=True, has_ticket=self._connection.has_ticket):
                shell = self._pipeline(statement)
                shell.begin_invoke(input=list(inputs))  # type: ignore[arg-type] # pypsrp's type hint omits lists
                last_error = self._stream_output(shell, context, sink)
                self._finish(shell)
                return _result(shell, last_error)
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

    def _stream_output(self, shell: PowerShell, context: TaskContext, sink: Sink) -> StreamItem | None:
        """Deliver every object until the pipeline ends; return its last error."""
        last_error = None
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
            began = time.monotonic()
            self._pool.received_bytes = 0
            shell.poll_invoke(timeout=max(1, min(POLL_SECONDS, int(left))))
            for stream, found in self._pool.take():
                if stream is LogStream.ERROR:
                    last_error = found
                sink(stream, found)
            if shell.state == PSInvocationState.RUNNING and self._pool.received_bytes < _SMALL_BYTES:
                # A host that answers at once with next to nothing would keep a thread busy.
                self._pause.wait(max(0.0, _POLL_INTERVAL - (time.monotonic() - began)))
        return None if last_error is None else item_of(LogStream.ERROR, last_error)

    def _finish(self, shell: PowerShell) -> None:
        """Tell the host that the pipeline is done with. It is, whatever the answer; the session is reused only if it is a good one."""
        try:
            shell.close()
        except _LOST:
            self.broken = True

    def _stop(self, shell: PowerShell) -> None:
        """Ask the host to stop the pipeline. A failure is ignored, because the session is discarded anyway."""
        self._connection.begin_call(_STOP_SECONDS)
        with contextlib.suppress(*_LOST):
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


def _result(shell: PowerShell, last_error: StreamItem | None) -> PipelineResult:
    # A missing command ends only its statement, so that the state of the pipeline is still Completed.
    return PipelineResult(
        failed=shell.state != PSInvocationState.COMPLETED or last_error is not None,
        error_id=last_error.error_id if last_error else "",
        error=last_error.text if last_error else "",
    )


def open_session(endpoint: HostEndpoint, shell_name: str, context: TaskContext) -> Session:
    """Open a session; raises `HostError`, also if the task is cancelled or past its deadline."""
    if context.is_cancelled():
        raise CallCancelled("The call was cancelled before a session was opened.")
    if context.remaining() <= 0:
        raise CallTimeout("The call reached its deadline before a session was opened.")
    started = time.monotonic()
    session = Session(endpoint, shell_name, context.remaining())
    if time.monotonic() - started > _SLOW_OPEN_SECONDS and context.is_cancelled():
        session.close()
        raise CallCancelled("The call was cancelled while a session was being opened.")
    return session
