"""One WinRM session: the only module that knows pypsrp. Blocking; one thread at a time."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests
from pypsrp.complex_objects import PSInvocationState, RunspacePoolState
from pypsrp.exceptions import (
    AuthenticationError,
    InvalidPipelineStateError,
    InvalidRunspacePoolStateError,
    WinRMError,
    WinRMTransportError,
    WSManFaultError,
)
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan
from spnego.exceptions import SpnegoError

from hyperv_operator.errors import (
    AuthenticationFailed,
    CallCancelled,
    CallTimeout,
    HostError,
    HostUnreachable,
    ProtocolViolation,
    ShellLost,
    TlsUntrusted,
    WinRmUnavailable,
)
from hyperv_operator.hyperv import faults
from hyperv_operator.ports import CallContext, HostEndpoint, LogStream

OPERATION_TIMEOUT = 20
READ_TIMEOUT = 30
CONNECTION_TIMEOUT = 10
ENVELOPE = 512_000
IDLE_TIMEOUT = 180
POLL_SECONDS = 2
"""How long a Receive waits for something to come: also how soon a cancellation is heeded."""
_RETRIES = 1
"""How often a Receive is sent again that had no answer."""
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
        self._files = tempfile.TemporaryDirectory(prefix="hvo-tls-")
        self._where = f"{endpoint.address}:{endpoint.port}"
        try:
            with self._translated(effect=False):
                self._wsman = _connect(endpoint, Path(self._files.name))
                self._pool = RunspacePool(
                    self._wsman, configuration_name=endpoint.configuration_name, idle_timeout=IDLE_TIMEOUT
                )
                self._pool.shell.name = shell_name
                self._pool.open()
        except BaseException:
            self._files.cleanup()
            raise
        self.broken = False

    def run(self, statement: Statement, data: str, context: CallContext, sink: Callable[[StreamItem], None]) -> Ended:
        """Run one pipeline with one string of input and hand every object of every stream to `sink` as it comes.

        Raises `HostError`; after that the session is broken.
        """
        try:
            with self._translated(effect=True):
                shell = self._pipeline(statement)
                shell.begin_invoke(input=[data])  # type: ignore[arg-type] # its hint forgets lists
                self._attend(shell, context, sink)
                ended = _ended(shell)
                with contextlib.suppress(WinRMError, requests.RequestException):
                    shell.close()
                return ended
        except BaseException:
            self.broken = True
            raise

    def _pipeline(self, statement: Statement) -> PowerShell:
        if self._pool.state != RunspacePoolState.OPENED:
            raise ShellLost(f"The remote shell on {self._where} is no longer open.")
        shell = PowerShell(self._pool)
        if statement.is_command:
            shell.add_cmdlet(statement.text)
        else:
            shell.add_script(statement.text)
        return shell

    def _attend(self, shell: PowerShell, context: CallContext, sink: Callable[[StreamItem], None]) -> None:
        seen = _Seen()
        while shell.state == PSInvocationState.RUNNING:
            if context.is_cancelled():
                self._stop(shell)
                raise CallCancelled("The call was given up while the host was working on it.", effect_unknown=True)
            left = context.remaining()
            if left <= 0:
                self._stop(shell)
                raise CallTimeout(f"The call on {self._where} did not end by its deadline.", effect_unknown=True)
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
        """Close the shell on the host and the connection."""
        with contextlib.suppress(
            WinRMError, requests.RequestException, InvalidRunspacePoolStateError, SpnegoError, OSError, ValueError
        ):
            self._pool.close()
        with contextlib.suppress(Exception):
            self._wsman.close()
        self._files.cleanup()

    @contextlib.contextmanager
    def _translated(self, *, effect: bool) -> Iterator[None]:
        """Raise what the layers below raise as `HostError`; none of their texts may hold a payload."""
        try:
            yield
        except HostError:
            raise
        except requests.exceptions.SSLError as error:
            raise _tls(error, self._where) from None
        except AuthenticationError:
            raise _refused(self.endpoint, self._where) from None
        except SpnegoError as error:
            name = type(error).__name__
            raise AuthenticationFailed(
                f"No {self.endpoint.authentication} logon on {self._where} was possible ({name}). Check the user name, and "
                "for Kerberos the realm, krb5.conf and the host's name."
            ) from None
        except WSManFaultError as error:
            raise faults.of_wsman_fault(error.code, _fault_text(error), self._where) from None
        except WinRMTransportError as error:
            raise faults.of_http_status(int(error.code), self._where) from None
        except requests.exceptions.ConnectTimeout:
            raise HostUnreachable(
                f"{self._where} does not answer within {CONNECTION_TIMEOUT} s: check that the host is up, the address, and "
                "the firewall."
            ) from None
        except requests.exceptions.Timeout:
            raise HostUnreachable(
                f"{self._where} stopped answering: check that the host is up, its load, and the network in between.",
                effect_unknown=effect,
            ) from None
        except requests.exceptions.RequestException as error:
            raise _unconnected(error, self._where, effect_unknown=effect) from None
        except (InvalidRunspacePoolStateError, InvalidPipelineStateError):
            raise ShellLost(f"The remote shell on {self._where} is no longer usable.", effect_unknown=effect) from None
        except Exception as error:  # noqa: BLE001 - whatever a hostile or broken answer makes the layers below raise
            raise ProtocolViolation(
                f"{self._where} sent something that is not WSMan or PSRP ({type(error).__name__}).",
                effect_unknown=effect,
            ) from None


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


def _connect(endpoint: HostEndpoint, folder: Path) -> WSMan:
    secrets = endpoint.credentials
    # pypsrp's hints know neither a path as trust nor its own keyword arguments.
    options: dict[str, Any] = {"cert_validation": True}
    if endpoint.authentication == "certificate":
        assert secrets.certificate_pem is not None
        assert secrets.certificate_key_pem is not None
        options["certificate_pem"] = _file(folder, "client.pem", secrets.certificate_pem.get_secret_value())
        options["certificate_key_pem"] = _file(folder, "client.key", secrets.certificate_key_pem.get_secret_value())
    if endpoint.ca_bundle:
        options["cert_validation"] = _file(folder, "ca.pem", endpoint.ca_bundle)
    wsman = WSMan(
        endpoint.address,
        max_envelope_size=ENVELOPE,
        operation_timeout=OPERATION_TIMEOUT,
        port=endpoint.port,
        username=secrets.username,
        password=secrets.password.get_secret_value() if secrets.password else None,
        ssl=endpoint.transport == "https",
        auth=endpoint.authentication,
        connection_timeout=CONNECTION_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        encryption="auto",
        no_proxy=True,
        **options,
    )
    wsman.transport.send = partial(_send, wsman.transport.send)  # type: ignore[method-assign]
    return wsman


def _send(send: Callable[..., bytes], message: bytes, *, retries_on_read_timeout: int = 0, **_: object) -> bytes:
    """Send with timeouts of our own: pypsrp gives a Receive 2 s more than the host may wait, and sends it again 5 times.

    A host that takes 2 s for each operation would have none of them answered in time, and one that has lost its network
    would hold the worker for more than 2 minutes.
    """
    return send(
        message,
        retries_on_read_timeout=min(retries_on_read_timeout, _RETRIES),
        timeout=(CONNECTION_TIMEOUT, READ_TIMEOUT),
    )


def _file(folder: Path, name: str, content: str) -> str:
    """Write a file that only this process's user can read: requests takes certificates as files alone."""
    path = folder / name
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    return str(path)


def _tls(error: BaseException, where: str) -> HostError:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text or "certificate verify failed" in text:
        detail = (
            text.rsplit("certificate verify failed:", maxsplit=1)[-1].split("(_ssl", maxsplit=1)[0].strip(" '\")")[:150]
        )
        return TlsUntrusted(
            f"The certificate of {where} is not trusted ({detail}). Put the issuing CA into spec.connection.caBundle, and "
            "make sure that the certificate carries the name in spec.address."
        )
    if "EOF" in text or "reset" in text:
        return HostUnreachable(f"{where} broke off the connection.", effect_unknown=True)
    return TlsUntrusted(
        f"No TLS session with {where} was possible: is spec.connection.port an HTTPS listener of WinRM?"
    )


def _refused(endpoint: HostEndpoint, where: str) -> AuthenticationFailed:
    return AuthenticationFailed(
        f"{where} refused the credentials ({endpoint.authentication}). Correct the user name and password in the credentials "
        "Secret, and make sure that the WinRM service allows this authentication."
    )


def _fault_text(error: WSManFaultError) -> str:
    parts = (error.reason, error.provider_fault)
    return " ".join(str(part) for part in parts if part)


def _unconnected(error: BaseException, where: str, *, effect_unknown: bool) -> HostUnreachable:
    root = _root(error)
    if isinstance(root, ConnectionRefusedError):
        return WinRmUnavailable(
            f"{where} refuses the connection: the host is there, but nothing listens on the port. Start the WinRM service on the "
            "host, or correct spec.connection.port.",
            effect_unknown=effect_unknown,
        )
    return HostUnreachable(
        f"No connection to {where} ({type(root).__name__}): check that the host is up, the address, the port, and the network "
        "in between.",
        effect_unknown=effect_unknown,
    )


def _root(error: BaseException) -> BaseException:
    """Return the innermost cause: `ConnectionRefusedError` says more than the wrappers around it."""
    reasons = (getattr(argument, "reason", argument) for argument in error.args)
    within = next((reason for reason in reasons if isinstance(reason, BaseException)), error.__cause__)
    return error if within is None else _root(within)


def open_session(endpoint: HostEndpoint, shell_name: str, context: CallContext) -> Session:
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
