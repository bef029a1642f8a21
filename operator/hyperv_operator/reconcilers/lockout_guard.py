"""The lockout guard: wrong credentials are never offered so often that their account is locked out.

Wrong passwords on all hosts together lock an account, so refusals are counted per version of the credentials Secret, over all
hosts that use it. After two refusals that version is not used any more. Until a host has accepted a version, and again after a
refusal, one inventory poll at a time offers it and launches wait; after that calls log on freely.

A host that accepts the credentials proves that they are right. Earlier refusals of other hosts then have a cause of their own
(another domain, a local account) and no longer count for the rest. A host that has refused twice by itself is still left alone.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from typing import Any, Final

from hyperv_operator.api.host import LogonFailures
from hyperv_operator.api.names import HostCondition
from hyperv_operator.core.host_status import MAX_LOGON_FAILURES
from hyperv_operator.errors import LogonPending, LogonRefused, LogonSuspended
from hyperv_operator.ports import AgentReport, HostEndpoint, LoggedOn
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.resources import HostResource

_VERSIONS_KEPT: Final = 4
"""Versions of one Secret: a call that began before a change may end after it."""
_HOSTS_NAMED: Final = 5


class CredentialsRecord:
    """The logons with one version of one Secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.proven = False
        """Whether the last logon that ended was accepted."""
        self.refused: dict[str, int] = {}
        """Refusals per host since that host last accepted the credentials."""
        self.in_a_row = 0
        """Refusals since any host last accepted them."""
        self.refusals = 0
        """All refusals: a higher number shows that there was one in between."""
        self._trying: LogonAttempt | None = None
        self._ended = asyncio.Event()

    def check(self, host: str) -> None:
        """Raise `LogonSuspended` if the credentials must not be offered to this host any more."""
        if self.in_a_row < MAX_LOGON_FAILURES and self.refused.get(host, 0) < MAX_LOGON_FAILURES:
            return
        named = [f"{name} ({count} times)" if count > 1 else name for name, count in sorted(self.refused.items())]
        others = f" and {len(named) - _HOSTS_NAMED} more" if len(named) > _HOSTS_NAMED else ""
        raise LogonSuspended(
            f"The credentials in Secret {self.secret!r} were refused by {', '.join(named[:_HOSTS_NAMED])}{others}. They are not "
            "offered again, so that the account is not locked out.",
            remedy="Correct user name and password there; the operator continues when the Secret has changed.",
        )

    def acquire(self, attempt: LogonAttempt) -> None:
        """Let an attempt try the credentials; raise `LogonPending` while another attempt tries them."""
        if not self.proven and self._trying not in (None, attempt):
            raise LogonPending(f"Another host is trying the new credentials in Secret {self.secret!r} now.")
        if not self.proven:
            self._trying = attempt

    def release(self, attempt: LogonAttempt) -> None:
        """Let other attempts continue."""
        if self._trying is attempt:
            self._trying = None
            self._ended.set()
            self._ended = asyncio.Event()

    async def settled(self) -> None:
        """Wait until the attempt that tries the credentials has ended, if there is one."""
        if self._trying is not None:
            await self._ended.wait()


class LockoutGuard:
    """The records of all credentials that were used recently."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], CredentialsRecord] = {}

    async def record_of(self, deps: Dependencies, endpoint: HostEndpoint) -> CredentialsRecord:
        """Return the record of an endpoint's credentials; the first time, restore it from the statuses of all hosts.

        Raises `ClusterError` if the statuses cannot be read.
        """
        secret, version = key = endpoint.credentials_name, endpoint.credentials_version
        if key not in self._records:
            restored = CredentialsRecord(secret)
            await _restore(deps, restored, version)
            # Another call may have stored its record in the meantime, and may already count in it.
            self._records.setdefault(key, restored)
            for old in [one for one in self._records if one[0] == secret][:-_VERSIONS_KEPT]:
                del self._records[old]
        return self._records[key]


async def _restore(deps: Dependencies, record: CredentialsRecord, version: str) -> None:
    reached = False
    for host in [HostResource.parse(body) for body in await deps.objects.list_hosts()]:
        if isinstance(host.spec, str) or host.spec.connection.credentials_secret_ref.name != record.secret:
            continue
        failures = host.status.logon_failures
        if failures and failures.secret_version == version:
            record.refused[host.meta.name] = failures.count
        elif host.status.is_true(HostCondition.REACHABLE):
            reached = True
    record.refusals = sum(record.refused.values())
    # A reachable host has accepted the credentials, if perhaps not this version of them: that allows one more attempt.
    limit = MAX_LOGON_FAILURES - 1 if reached else record.refusals
    record.in_a_row = min(record.refusals, limit)


class LogonAttempt:
    """The logon of one call: it asks before the call, and records how the logon ended."""

    def __init__(self, guard: LockoutGuard, host: str) -> None:
        self._guard = guard
        self._host = host
        self._version = ""
        self._refusals = 0
        self._record: CredentialsRecord | None = None

    async def begin(self, deps: Dependencies, endpoint: HostEndpoint) -> None:
        """Ask to log on; raises `LogonSuspended`, or `LogonPending` while another attempt tries the credentials."""
        (await self._find(deps, endpoint)).acquire(self)

    async def follow(self, deps: Dependencies, endpoint: HostEndpoint) -> None:
        """Ask to log on with proven credentials; raises `LogonPending` until an inventory poll has proven them."""
        if not (await self._find(deps, endpoint)).proven:
            raise LogonPending(
                f"The credentials in Secret {endpoint.credentials_name!r} are new: the next inventory of a host tries them first."
            )

    async def _find(self, deps: Dependencies, endpoint: HostEndpoint) -> CredentialsRecord:
        self._record = record = await self._guard.record_of(deps, endpoint)
        self._version, self._refusals = endpoint.credentials_version, record.refusals
        record.check(self._host)
        return record

    @property
    def has_begun(self) -> bool:
        """Whether the attempt got as far as the credentials' record."""
        return self._record is not None

    async def settled(self) -> None:
        """Wait until the attempt that this one has to wait for has ended."""
        if self._record:
            await self._record.settled()

    @property
    def failures(self) -> LogonFailures | None:
        """The host's own refusals, for its status."""
        count = self._record.refused.get(self._host, 0) if self._record else 0
        return LogonFailures(secret_version=self._version, count=count) if count else None

    def on_report(self, report: AgentReport) -> None:
        """Record that the host accepted the credentials."""
        record = self._record
        if not isinstance(report, LoggedOn) or record is None:
            return
        # A refusal since this attempt began may be newer than this logon: the next attempt decides then.
        if record.refusals == self._refusals:
            record.proven, record.in_a_row = True, 0
            record.refused.pop(self._host, None)
        record.release(self)

    def end(self, error: BaseException | None) -> None:
        """Record how the call ended."""
        record = self._record
        if record is None:
            return
        if isinstance(error, LogonRefused):
            record.refused[self._host] = record.refused.get(self._host, 0) + 1
            record.refusals += 1
            record.in_a_row += 1
            record.proven = False
        record.release(self)

    def on_done(self, future: Future[Any]) -> None:
        """Record how a task ended."""
        self.end(None if future.cancelled() else future.exception())
