"""Sessions kept for reuse. They are kept only briefly, because hosts end idle shells after about 2 minutes.

This process never has more shells on a host than it needed at one time: before it opens a session, it closes an idle one that
does not match (other credentials, another configuration).
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import TypeVar

from hyperv_operator.errors import ConnectionLost, HostError, QuotaExceeded, ShellLost
from hyperv_operator.ports import CertificateCredentials, HostEndpoint, LoggedOn, Metrics, TaskContext
from hyperv_operator.winrm import orphans
from hyperv_operator.winrm.session import Session, open_session

log = logging.getLogger(__name__)
T = TypeVar("T")
SessionKey = tuple[object, ...]

MAX_SESSIONS = 24
"""Per host. WinRM's default quota is at least 25 shells per user."""
_MAX_IDLE = 4


@dataclass(frozen=True)
class _IdleSession:
    since: float
    key: SessionKey
    session: Session


@dataclass
class _HostSessions:
    """The sessions on one host."""

    idle: list[_IdleSession] = field(default_factory=list)
    """The most recently used one is last."""
    used: set[Session] = field(default_factory=set)
    in_transition: int = 0
    """Sessions that are being opened or closed, and may have a shell on the host."""
    was_reaped: bool = False
    owner: str | None = None
    """The account, in the host's spelling."""

    @property
    def count(self) -> int:
        """The largest number of shells that these sessions may have on the host."""
        return len(self.idle) + len(self.used) + self.in_transition

    def live_shells(self) -> frozenset[str]:
        """Return the ids of the shells in use or idle."""
        return frozenset({one.session.shell_id for one in self.idle} | {one.shell_id for one in self.used})


class SessionPool:
    """Sessions on all hosts; each is used by one thread at a time. Thread-safe."""

    def __init__(self, metrics: Metrics, shell_name: str, reuse_seconds: float) -> None:
        self._metrics = metrics
        self._shell_name = shell_name
        self._reuse = reuse_seconds
        self._hosts: dict[str, _HostSessions] = {}
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def session(self, endpoint: HostEndpoint, context: TaskContext, *, fresh: bool = False) -> Iterator[Session]:
        """Provide a session, and keep it for reuse unless it breaks. With `fresh` it is always a new one."""
        key = _session_key(endpoint)
        with self._lock:
            host = self._hosts.setdefault(endpoint.name, _HostSessions())
        kept = None if fresh else self._take_idle(host, key)
        session = kept or self._open(host, endpoint, context)
        try:
            yield session
        except ConnectionLost as error:
            error.was_kept = kept is not None
            raise
        finally:
            self._release(host, key, session)

    def close(self) -> None:
        """Close every idle session, and every session in use once it is released."""
        with self._lock:
            self._closed = True
        for host in list(self._hosts.values()):
            self._close_idle(host, lambda _: True)

    def close_expired(self) -> None:
        """Close every session that has been idle for too long."""
        for host in list(self._hosts.values()):
            self._close_idle(host, self._is_expired)

    # --- opening -----------------------------------------------------------------------------------------------------

    def _open(self, host: _HostSessions, endpoint: HostEndpoint, context: TaskContext) -> Session:
        with self._lock:
            evicted = host.idle.pop(0) if host.idle else None
            host.in_transition += 1 if evicted else 0
        if evicted:
            self._close_one(host, evicted.session)
        with self._lock:
            if host.count >= MAX_SESSIONS:
                raise QuotaExceeded(
                    f"The operator already has {host.count} sessions on {endpoint.address}, its maximum per host.",
                    remedy="Lower spec.maxConcurrentRuns.",
                )
            host.in_transition += 1
        session = None
        try:
            session = self._open_or_reap(host, endpoint, context)
        finally:
            with self._lock:
                host.in_transition -= 1
                if session:
                    host.used.add(session)
                    host.owner = session.owner or host.owner
        context.report(LoggedOn())
        if not host.was_reaped:
            host.was_reaped = True
            self._reap(host, endpoint, lambda criteria: orphans.reap(session.connection, criteria))
        return session

    def _open_or_reap(self, host: _HostSessions, endpoint: HostEndpoint, context: TaskContext) -> Session:
        try:
            return self._open_measured(endpoint, context)
        except QuotaExceeded:
            if not self._reap(host, endpoint, lambda criteria: orphans.reap_over_new_connection(endpoint, criteria)):
                raise
        return self._open_measured(endpoint, context)

    def _open_measured(self, endpoint: HostEndpoint, context: TaskContext) -> Session:
        with measured(self._metrics, endpoint.name, "open"):
            return open_session(endpoint, self._shell_name, context)

    def _reap(
        self, host: _HostSessions, endpoint: HostEndpoint, remove: Callable[[orphans.OrphanCriteria], int]
    ) -> int:
        """Remove orphaned shells and return how many; a failure is logged and does not affect the call."""
        with self._lock:
            criteria = orphans.OrphanCriteria(host.owner or _username(endpoint), host.live_shells())
        try:
            with measured(self._metrics, endpoint.name, "reap"):
                removed = remove(criteria)
        except HostError as error:
            log.info("Orphaned shells could not be listed: %s", error, extra={"host": endpoint.name})
            return 0
        if removed:
            log.info("Removed %d orphaned shells", removed, extra={"host": endpoint.name})
        return removed

    # --- keeping -----------------------------------------------------------------------------------------------------

    def _take_idle(self, host: _HostSessions, key: SessionKey) -> Session | None:
        self._close_idle(host, self._is_expired)
        with self._lock:
            for one in reversed(host.idle):
                if one.key == key:
                    host.idle.remove(one)
                    host.used.add(one.session)
                    return one.session
        return None

    def _release(self, host: _HostSessions, key: SessionKey, session: Session) -> None:
        with self._lock:
            host.used.discard(session)
            if not session.broken and self._reuse > 0 and not self._closed and len(host.idle) < _MAX_IDLE:
                host.idle.append(_IdleSession(time.monotonic(), key, session))
                return
            host.in_transition += 1
        self._close_one(host, session)

    def _is_expired(self, one: _IdleSession) -> bool:
        return time.monotonic() - one.since >= self._reuse

    def _close_idle(self, host: _HostSessions, which: Callable[[_IdleSession], bool]) -> None:
        with self._lock:
            chosen = [one for one in host.idle if which(one)]
            host.idle = [one for one in host.idle if one not in chosen]
            host.in_transition += len(chosen)
        for one in chosen:
            self._close_one(host, one.session)

    def _close_one(self, host: _HostSessions, session: Session) -> None:
        try:
            session.close()
        finally:
            with self._lock:
                host.in_transition -= 1


@contextlib.contextmanager
def measured(metrics: Metrics, host: str, operation: str) -> Iterator[None]:
    """Count the body as one WinRM operation on the host, with its duration and result."""
    started, result = time.monotonic(), "ok"
    try:
        yield
    except HostError as error:
        result = type(error).__name__
        raise
    finally:
        metrics.winrm_operation(host, operation, result, time.monotonic() - started)


def retried_if_session_lost(call: Callable[..., T]) -> T:
    """Make a read-only call; if its shell or a kept connection was lost, make it again in a new session (`fresh=True`).

    The host may have ended a session that was kept for reuse, and anything on the way an idle connection.
    """
    try:
        return call()
    except ConnectionLost as error:
        if not error.was_kept:
            raise
    except ShellLost:
        pass
    return call(fresh=True)


def _session_key(endpoint: HostEndpoint) -> SessionKey:
    """Return what a session depends on.

    `credentials_version` changes with the secrets. The folder of the scripts is irrelevant.
    """
    names = (one.name for one in fields(endpoint) if one.name not in ("credentials", "agent_path"))
    return (_username(endpoint), *(getattr(endpoint, name) for name in names))


def _username(endpoint: HostEndpoint) -> str | None:
    credentials = endpoint.credentials
    return None if isinstance(credentials, CertificateCredentials) else credentials.username
