"""Idle sessions for the next call: reused for a short time only, since hosts end idle shells after about 2 minutes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

from hyperv_operator.errors import HostError
from hyperv_operator.hyperv.session import Session, open_session
from hyperv_operator.ports import CallContext, HostCredentials, HostEndpoint, LoggedOn, Metrics

_PER_HOST = 4


class SessionPool:
    """Lends sessions to one thread at a time. Thread-safe."""

    def __init__(self, metrics: Metrics, shell_name: str, reuse_seconds: float) -> None:
        self._metrics = metrics
        self._shell_name = shell_name
        self._reuse = reuse_seconds
        self._idle: dict[HostEndpoint, list[tuple[float, Session]]] = {}
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def session(self, endpoint: HostEndpoint, context: CallContext, *, fresh: bool = False) -> Iterator[Session]:
        """Lend a session; it is kept afterwards unless it broke. `fresh` forbids one that was used before."""
        key = _key(endpoint)
        session = None if fresh else self._take(key)
        if session is None:
            session = self._open(endpoint, context)
        try:
            yield session
        finally:
            self._give_back(key, session)

    def close(self) -> None:
        """Close every idle session, and from now on every one that comes back."""
        with self._lock:
            self._closed = True
            sessions = [session for kept in self._idle.values() for _, session in kept]
            self._idle.clear()
        for session in sessions:
            session.close()

    def _open(self, endpoint: HostEndpoint, context: CallContext) -> Session:
        started = time.monotonic()
        try:
            session = open_session(endpoint, self._shell_name, context)
        except HostError as error:
            seconds = time.monotonic() - started
            self._metrics.winrm_operation(endpoint.name, "open", type(error).__name__, seconds)
            raise
        self._metrics.winrm_operation(endpoint.name, "open", "ok", time.monotonic() - started)
        context.report(LoggedOn())
        return session

    def _take(self, key: HostEndpoint) -> Session | None:
        self.sweep()
        with self._lock:
            kept = self._idle.get(key)
            return kept.pop()[1] if kept else None

    def sweep(self) -> None:
        """Close what has been idle for too long."""
        now, old = time.monotonic(), []
        with self._lock:
            for key, kept in list(self._idle.items()):
                fresh = [item for item in kept if now - item[0] < self._reuse]
                old += [session for since, session in kept if now - since >= self._reuse]
                if fresh:
                    self._idle[key] = fresh
                else:
                    del self._idle[key]
        for session in old:
            session.close()

    def _give_back(self, key: HostEndpoint, session: Session) -> None:
        if not session.broken and self._reuse > 0:
            with self._lock:
                kept = self._idle.setdefault(key, [])
                if not self._closed and len(kept) < _PER_HOST:
                    kept.append((time.monotonic(), session))
                    return
        session.close()


def _key(endpoint: HostEndpoint) -> HostEndpoint:
    """Return what a session depends on: no secrets, for which the credentials' version stands, and no script's folder."""
    return replace(endpoint, credentials=HostCredentials(username=endpoint.credentials.username), agent_path="")
