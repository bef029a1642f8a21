"""No credentials are offered so often that their account is locked out.

An account is locked by wrong passwords on all hosts together, so refusals are counted by version of the credentials Secret,
over every host that uses it. After two of them nothing is tried with that version any more. Until a host has taken a version,
and again after a refusal, one inventory at a time offers it, and launches wait for that; after that calls may log on at will.

A host that takes the credentials shows that they are right: what other hosts refused before was those hosts' own doing (another
domain, a local account), and no longer counts for the rest. A host that has refused twice by itself is left alone all the same.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from typing import Any

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus, LogonFailures
from hyperv_operator.api.names import HostCondition
from hyperv_operator.core.host_status import MAX_LOGON_FAILURES
from hyperv_operator.errors import LogonPending, LogonRefused, LogonSuspended
from hyperv_operator.ports import AgentReport, HostEndpoint, LoggedOn
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.metadata import mapping, metadata

_VERSIONS_KEPT = 4
"""Of one Secret: a call that began before a change may still end after it."""
_HOSTS_NAMED = 5


class Credentials:
    """One version of one Secret, and how it fared."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.proven = False
        """The last logon that ended was granted."""
        self.refused: dict[str, int] = {}
        """Refusals by host since that host last took the credentials."""
        self.in_a_row = 0
        """Refusals since any host last took them."""
        self.refusals = 0
        """All of them: tells whether there was one since some moment."""
        self._trying: LogonAttempt | None = None
        self._moved = asyncio.Event()

    def check(self, host: str) -> None:
        """Raise `LogonSuspended` if this host must not be offered the credentials any more."""
        if self.in_a_row < MAX_LOGON_FAILURES and self.refused.get(host, 0) < MAX_LOGON_FAILURES:
            return
        named = [f"{name} ({count} times)" if count > 1 else name for name, count in sorted(self.refused.items())]
        others = f" and {len(named) - _HOSTS_NAMED} more" if len(named) > _HOSTS_NAMED else ""
        raise LogonSuspended(
            f"The credentials in Secret {self.secret!r} were refused by {', '.join(named[:_HOSTS_NAMED])}{others}. They are "
            "not offered again, so that the account is not locked out.",
            remedy="Correct user name and password there; the operator continues when the Secret has changed.",
        )

    def take_turn(self, attempt: LogonAttempt) -> None:
        """Let an attempt try the credentials, or raise `LogonPending` while another one proves them."""
        if not self.proven and self._trying not in (None, attempt):
            raise LogonPending(f"Another host is trying the new credentials in Secret {self.secret!r} just now.")
        if not self.proven:
            self._trying = attempt

    def end_turn(self, attempt: LogonAttempt) -> None:
        """Let others have their turn."""
        if self._trying is attempt:
            self._trying = None
            self._moved.set()
            self._moved = asyncio.Event()

    async def settled(self) -> None:
        """Wait until the attempt that is under way has ended, if there is one."""
        if self._trying is not None:
            await self._moved.wait()


class LockoutGuard:
    """All versions of all credentials that were used lately."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Credentials] = {}

    async def of(self, deps: Dependencies, endpoint: HostEndpoint) -> Credentials:
        """Return what is known of an endpoint's credentials, at first from the statuses of all hosts.

        Raises `ClusterError` if those cannot be read.
        """
        secret, version = key = endpoint.credentials_name, endpoint.credentials_version
        if key not in self._known:
            before = Credentials(secret)
            await _recall(deps, before, version)
            # Somebody else may have come first meanwhile, and count already.
            self._known.setdefault(key, before)
            for old in [one for one in self._known if one[0] == secret][:-_VERSIONS_KEPT]:
                del self._known[old]
        return self._known[key]


async def _recall(deps: Dependencies, credentials: Credentials, version: str) -> None:
    reached = False
    for body in await deps.objects.list_hosts():
        spec = parse_spec(HyperVHostSpec, body.get("spec"))
        if not isinstance(spec, HyperVHostSpec) or spec.connection.credentials_secret_ref.name != credentials.secret:
            continue
        status = HyperVHostStatus.parse(mapping(body.get("status")))
        failed, condition = status.logon_failures, status.condition(HostCondition.REACHABLE)
        if failed and failed.secret_version == version:
            credentials.refused[metadata(body).name] = failed.count
        elif condition and condition.status == "True":
            reached = True
    credentials.refusals = sum(credentials.refused.values())
    # A host that was reached last speaks for the credentials, if not for this version of them: one more attempt tells.
    most = MAX_LOGON_FAILURES - 1 if reached else credentials.refusals
    credentials.in_a_row = min(credentials.refusals, most)


class LogonAttempt:
    """What one call does about its logon: it asks for leave before, and tells how it ended."""

    def __init__(self, logons: LockoutGuard, host: str) -> None:
        self._logons = logons
        self._host = host
        self._version = ""
        self._refusals = 0
        self._credentials: Credentials | None = None

    async def begin(self, deps: Dependencies, endpoint: HostEndpoint) -> None:
        """Ask for leave to log on; raises `LogonSuspended`, or `LogonPending` while another attempt is under way."""
        (await self._meet(deps, endpoint)).take_turn(self)

    async def follow(self, deps: Dependencies, endpoint: HostEndpoint) -> None:
        """Ask for leave to log on with credentials that are proven; `LogonPending` until an inventory has done that."""
        if not (await self._meet(deps, endpoint)).proven:
            raise LogonPending(
                f"The credentials in Secret {endpoint.credentials_name!r} are new: the next inventory of a host tries them first."
            )

    async def _meet(self, deps: Dependencies, endpoint: HostEndpoint) -> Credentials:
        self._credentials = credentials = await self._logons.of(deps, endpoint)
        self._version, self._refusals = endpoint.credentials_version, credentials.refusals
        credentials.check(self._host)
        return credentials

    @property
    def is_known(self) -> bool:
        """Tell whether the attempt got as far as to ask for leave."""
        return self._credentials is not None

    async def settled(self) -> None:
        """Wait until the attempt that this one has to wait for has ended."""
        if self._credentials:
            await self._credentials.settled()

    @property
    def failures(self) -> LogonFailures | None:
        """What the host's status says of its own refusals."""
        count = self._credentials.refused.get(self._host, 0) if self._credentials else 0
        return LogonFailures(secret_version=self._version, count=count) if count else None

    def on_report(self, report: AgentReport) -> None:
        """Take in that the credentials were taken."""
        credentials = self._credentials
        if not isinstance(report, LoggedOn) or credentials is None:
            return
        # A refusal since this attempt began may be the newer word: then the next attempt tells.
        if credentials.refusals == self._refusals:
            credentials.proven, credentials.in_a_row = True, 0
            credentials.refused.pop(self._host, None)
        credentials.end_turn(self)

    def end(self, error: BaseException | None) -> None:
        """Take in how the call ended."""
        credentials = self._credentials
        if credentials is None:
            return
        if isinstance(error, LogonRefused):
            credentials.refused[self._host] = credentials.refused.get(self._host, 0) + 1
            credentials.refusals += 1
            credentials.in_a_row += 1
            credentials.proven = False
        credentials.end_turn(self)

    def on_done(self, future: Future[Any]) -> None:
        """Take in how a task ended."""
        self.end(None if future.cancelled() else future.exception())
