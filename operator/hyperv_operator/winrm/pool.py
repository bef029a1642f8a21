"""Idle sessions for the next call: reused for a short time only, since hosts end idle shells after about 2 minutes.

A host never has more shells of this process than were needed there at one time: before a session is opened while another one is
idle that cannot be used for it (other credentials, another configuration), that one is closed.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hyperv_operator.errors import HostError, QuotaExceeded, ShellLost
from hyperv_operator.ports import HostCredentials, HostEndpoint, LoggedOn, Metrics, TaskContext
from hyperv_operator.winrm import shells
from hyperv_operator.winrm.measurement import measured
from hyperv_operator.winrm.session import Session, open_session

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST = 24
"""Sessions on one host. WinRM allows 25 shells of a user at the least, unless somebody has lowered that."""
_IDLE = 4


@dataclass(frozen=True)
class _Idle:
    since: float
    key: HostEndpoint
    session: Session


@dataclass
class _Host:
    """The sessions on one host."""

    idle: list[_Idle] = field(default_factory=list)
    """The one that was used last stands last."""
    used: set[Session] = field(default_factory=set)
    on_their_way: int = 0
    """Being opened or closed: they may have a shell there."""
    is_visited: bool = False
    owner: str | None = None
    """The account, as the host names it."""

    @property
    def count(self) -> int:
        """How many shells they may have there."""
        return len(self.idle) + len(self.used) + self.on_their_way

    def live(self) -> frozenset[str]:
        """Return the ids of the shells."""
        return frozenset({one.session.shell_id for one in self.idle} | {one.shell_id for one in self.used})


class SessionPool:
    """Lends sessions to one thread at a time. Thread-safe."""

    def __init__(self, metrics: Metrics, shell_name: str, reuse_seconds: float) -> None:
        self._metrics = metrics
        self._shell_name = shell_name
        self._reuse = reuse_seconds
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def session(self, endpoint: HostEndpoint, context: TaskContext, *, fresh: bool = False) -> Iterator[Session]:
        """Lend a session; it is kept afterwards unless it broke. `fresh` forbids one that was used before."""
        key = _key(endpoint)
        with self._lock:
            host = self._hosts.setdefault(endpoint.name, _Host())
        session = None if fresh else self._take(host, key)
        if session is None:
            session = self._open(host, endpoint, context)
        try:
            yield session
        finally:
            self._give_back(host, key, session)

    def close(self) -> None:
        """Close every idle session, and from now on every one that comes back."""
        with self._lock:
            self._closed = True
        for host in list(self._hosts.values()):
            self._close_idle(host, lambda _: True)

    def sweep(self) -> None:
        """Close what has been idle for too long."""
        for host in list(self._hosts.values()):
            self._close_idle(host, self._is_old)

    # --- opening -----------------------------------------------------------------------------------------------------

    def _open(self, host: _Host, endpoint: HostEndpoint, context: TaskContext) -> Session:
        with self._lock:
            unusable = host.idle.pop(0) if host.idle else None
            host.on_their_way += 1 if unusable else 0
        if unusable:
            self._close_one(host, unusable.session)
        with self._lock:
            if host.count >= MOST:
                raise QuotaExceeded(
                    f"The operator has {host.count} sessions on {endpoint.address} already, and opens no more: lower "
                    "spec.maxConcurrentRuns."
                )
            host.on_their_way += 1
        session = None
        try:
            session = self._opened(host, endpoint, context)
        finally:
            with self._lock:
                host.on_their_way -= 1
                if session:
                    host.used.add(session)
                    host.owner = session.owner or host.owner
        context.report(LoggedOn())
        if not host.is_visited:
            host.is_visited = True
            self._reap(host, endpoint, lambda claim: shells.reap(session.connection, claim))
        return session

    def _opened(self, host: _Host, endpoint: HostEndpoint, context: TaskContext) -> Session:
        try:
            return self._opened_once(endpoint, context)
        except QuotaExceeded:
            if not self._reap(host, endpoint, lambda claim: shells.reap_apart(endpoint, claim)):
                raise
        return self._opened_once(endpoint, context)

    def _opened_once(self, endpoint: HostEndpoint, context: TaskContext) -> Session:
        with measured(self._metrics, endpoint.name, "open"):
            return open_session(endpoint, self._shell_name, context)

    def _reap(self, host: _Host, endpoint: HostEndpoint, remove: Callable[[shells.Claim], int]) -> int:
        """Remove shells that were left behind and return how many; that it cannot be done stands in nobody's way."""
        with self._lock:
            claim = shells.Claim(host.owner or endpoint.credentials.username, host.live())
        try:
            with measured(self._metrics, endpoint.name, "reap"):
                removed = remove(claim)
        except HostError as error:
            log.info("Shells that were left behind could not be looked for. %s", error, extra={"host": endpoint.name})
            return 0
        if removed:
            log.info("Shells that were left behind were removed: %d", removed, extra={"host": endpoint.name})
        return removed

    # --- keeping -----------------------------------------------------------------------------------------------------

    def _take(self, host: _Host, key: HostEndpoint) -> Session | None:
        self._close_idle(host, self._is_old)
        with self._lock:
            for one in reversed(host.idle):
                if one.key == key:
                    host.idle.remove(one)
                    host.used.add(one.session)
                    return one.session
        return None

    def _give_back(self, host: _Host, key: HostEndpoint, session: Session) -> None:
        with self._lock:
            host.used.discard(session)
            if not session.broken and self._reuse > 0 and not self._closed and len(host.idle) < _IDLE:
                host.idle.append(_Idle(time.monotonic(), key, session))
                return
            host.on_their_way += 1
        self._close_one(host, session)

    def _is_old(self, one: _Idle) -> bool:
        return time.monotonic() - one.since >= self._reuse

    def _close_idle(self, host: _Host, which: Callable[[_Idle], bool]) -> None:
        with self._lock:
            chosen = [one for one in host.idle if which(one)]
            host.idle = [one for one in host.idle if one not in chosen]
            host.on_their_way += len(chosen)
        for one in chosen:
            self._close_one(host, one.session)

    def _close_one(self, host: _Host, session: Session) -> None:
        try:
            session.close()
        finally:
            with self._lock:
                host.on_their_way -= 1


def harmless(call: Callable[..., T]) -> T:
    """Make a call that changes nothing, and make it again, with `fresh=True`, if its shell was lost.

    A kept session may have ended on the host meanwhile; asking twice does no harm.
    """
    try:
        return call()
    except ShellLost:
        return call(fresh=True)


def _key(endpoint: HostEndpoint) -> HostEndpoint:
    """Return what a session depends on: no secrets, for which the credentials' version stands, and no script's folder."""
    return replace(endpoint, credentials=HostCredentials(username=endpoint.credentials.username), agent_path="")
