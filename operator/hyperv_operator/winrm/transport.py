"""The HTTP transport of a session: bounded connections, no redirects, proxies or netrc, and statuses that are named as such."""

from __future__ import annotations

import re
import struct
import time
import xml.etree.ElementTree as ET
from typing import Any, Final

import requests
from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError
from pypsrp.wsman import NAMESPACES, WSManAction, _TransportHTTP
from requests.auth import HTTPBasicAuth
from typing_extensions import override

from hyperv_operator.ports import HostEndpoint
from hyperv_operator.winrm import markup
from hyperv_operator.winrm.allowance import ANSWER_BYTES, OUTPUT_BYTES, Allowance, AnswerRefused
from hyperv_operator.winrm.trust import trust
from hyperv_operator.winrm.wire import DIRECT, HostAdapter

READ_TIMEOUT = 30
CONNECTION_TIMEOUT = 10
_MAX_RECEIVE_RETRIES = 1
_ACTION = re.compile(rb":Action[^>]*>([^<]+)<")
_WITH_OUTPUT: Final = (WSManAction.RECEIVE, WSManAction.ENUMERATE, WSManAction.PULL)
_READ_ONLY: Final = (WSManAction.GET, WSManAction.ENUMERATE, WSManAction.PULL)
_SEALED = ("multipart/encrypted;", "multipart/x-multi-encrypted;")
_BOUNDARY = re.compile(r'boundary="?([^";]{1,70})"?')
_MALFORMED = (struct.error, IndexError, ValueError, WinRMError)
_FAULT: Final = f"{{{NAMESPACES['s']}}}Body/{{{NAMESPACES['s']}}}Fault"


class StatusRefused(Exception):
    """A host answered with an HTTP status and no WSMan fault."""

    def __init__(self, status: int, retry_after: int | None) -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after
        """Seconds to wait, as the host asks in Retry-After; None if it does not."""


class HostTransport(_TransportHTTP):
    """The transport of one session, for one thread at a time."""

    def __init__(self, endpoint: HostEndpoint, **options: Any) -> None:
        """`options` are those of pypsrp's transport. Raises `CredentialsUnusable` for a CA bundle that cannot be used."""
        super().__init__(**options)
        self.allowance = Allowance(time.monotonic, READ_TIMEOUT)
        self._adapter = HostAdapter(self.allowance, trust(endpoint.ca_bundle) if self.ssl else None)

    def limit_timeouts(self, seconds: float) -> None:
        """Shorten the timeouts of all further requests, which may be lost, and end the call after twice as long."""
        self.allowance.idle_seconds = self.connection_timeout = self.read_timeout = seconds  # type: ignore[assignment]
        self.allowance.begin_call(2 * seconds)

    @override
    def send(self, message: bytes, *, retries_on_read_timeout: int = 0, timeout: Any = None) -> bytes:
        """Send a message and return the answer, with this module's timeouts and number of retries.

        pypsrp's read timeout of a Receive exceeds the host's own timeout by only 2 s, and pypsrp retries a Receive 5 times. A host
        that takes 2 s per operation would never answer in time, and one without a network would block the worker for over 2 minutes.
        """
        action = _action(message)
        retries = min(retries_on_read_timeout, _MAX_RECEIVE_RETRIES)
        try:
            return self._exchange(message, action, retries)
        except requests.ConnectionError:
            # A connection that was kept may have been reset meanwhile. Nothing has happened if no byte of this request was sent.
            stale = not self._adapter.has_connected
            if not stale or (self._adapter.has_sent and action not in _READ_ONLY):
                raise
        return self._exchange(message, action, retries)

    def _exchange(self, message: bytes, action: str, retries: int) -> bytes:
        if not self._adapter.is_connected:
            # The keys of encrypted messages belong to the logon of one connection.
            self.encryption = None
        self._adapter.begin_request(OUTPUT_BYTES if action in _WITH_OUTPUT else ANSWER_BYTES)
        return super().send(
            message, retries_on_read_timeout=retries, timeout=(self.connection_timeout, self.read_timeout)
        )

    @override
    def _build_session(self) -> requests.Session:
        session = requests.Session()
        # The environment could name a proxy, or a netrc file with other credentials.
        session.trust_env = False
        session.headers.update({"User-Agent": "hyperv-operator", "Accept-Encoding": "identity"})
        session.mount("http://", self._adapter)
        session.mount("https://", self._adapter)
        getattr(self, f"_build_auth_{self.auth}")(session)
        return session

    @override
    def _build_auth_basic(self, session: requests.Session) -> None:
        # requests would encode text as Latin-1.
        session.auth = HTTPBasicAuth((self.username or "").encode(), (self.password or "").encode())

    @override
    def _send_request(self, request: requests.PreparedRequest, timeout: Any = None) -> bytes:
        session = self.session or self._build_session()
        response = session.send(request, timeout=timeout, allow_redirects=False)
        content = self._opened(response, is_empty=request.body is None)
        if response.status_code == requests.codes.ok:
            if request.body is not None and markup.check(content, markup.ENVELOPE).rpartition(":")[2] != "Envelope":
                raise AnswerRefused("answered with a page that is no message of WinRM.", DIRECT)
            return content
        if response.status_code == requests.codes.unauthorized:
            try:
                response.raise_for_status()
            except requests.HTTPError:
                # The translation reads the offered schemes from the context.
                raise AuthenticationError(f"Failed to authenticate with {self.auth}")  # noqa: B904 - an implicit context
        if _is_fault(content):
            raise WinRMTransportError("http", response.status_code, _decoded(content))
        raise StatusRefused(response.status_code, _seconds(response.headers.get("Retry-After", "")))

    def _opened(self, response: requests.Response, *, is_empty: bool) -> bytes:
        """Return the body, decrypted if it was encrypted, and empty if it should have been."""
        content_type = response.headers.get("Content-Type", "")
        if self.encryption is None or not content_type.startswith(_SEALED):
            if self.wrap_required and not is_empty:
                if response.status_code == requests.codes.ok:
                    raise AnswerRefused("answered an encrypted message without encryption.")
                # Anybody on the way can have written it, so only its status counts.
                return b""
            return response.content
        boundary = _BOUNDARY.search(content_type)
        if boundary is None:
            raise AnswerRefused("sent an encrypted response without a boundary.")
        try:
            return self.encryption.unwrap_message(response.content, boundary[1])
        except _MALFORMED:
            raise AnswerRefused("sent an encrypted response that cannot be read.") from None


def _action(message: bytes) -> str:
    found = _ACTION.search(message)
    return found[1].decode() if found else ""


def _is_fault(content: bytes) -> bool:
    """Return whether a body is an envelope with a fault, and no page that happens to be XML."""
    try:
        markup.check(content, markup.ENVELOPE)
        return ET.fromstring(content).find(_FAULT) is not None  # noqa: S314 - checked above
    except (AnswerRefused, ET.ParseError):
        return False


def _decoded(content: bytes) -> str:
    # WinRM may answer in UTF-16; pypsrp would have the encoding guessed, which takes seconds for a large body.
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _seconds(retry_after: str) -> int | None:
    """Return the seconds of a Retry-After; None for a date or nonsense."""
    return int(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) <= 6 else None
