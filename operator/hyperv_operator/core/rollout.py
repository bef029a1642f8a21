"""The order of an agent rollout: one canary host first, then a few hosts at a time, and none after a failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, unique

from hyperv_operator.api.host import AgentStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.protocol.bundle import version_folder, version_name


@unique
class RolloutPhase(StrEnum):
    """The phase of the rollout to a host, as `status.agent.phase` shows it."""

    PRESENT = "Present"
    """A person has installed the agent; the operator does not change it."""
    WAITING = "Waiting"
    """The operator's version is not installed yet."""
    INSTALLING = "Installing"
    FAILED = "Failed"
    READY = "Ready"
    """The operator's version is installed and answers."""


@dataclass(frozen=True)
class Rollout:
    """The rollout to one host."""

    desired: str
    """Digest of the operator's version."""
    version: str
    """The version in words, for messages."""
    phase: RolloutPhase = RolloutPhase.WAITING
    active: str | None = None
    """Digest of the version that launches use now; None for an agent in the agent folder itself, which a person has installed."""
    message: str = ""
    """Why it is not Ready."""
    remedy: str = ""
    """What to do about that, where the failed call knew it more precisely than the reason tells."""
    failures: int = 0
    """Attempts that failed since the host was last Ready."""
    retry_at: datetime | None = None
    needs_person: bool = False
    """A person must correct something on this host first; no other host waits for that."""
    reason: Reason | None = None
    """What that is, where the failed call knew it; None for a host that is not prepared."""

    @property
    def name(self) -> str:
        """Name of the operator's version on the host."""
        return version_name(self.desired)

    @property
    def active_name(self) -> str | None:
        """Name of the version in use; None for an agent that a person has installed."""
        return version_name(self.active) if self.active else None

    @property
    def effective_phase(self) -> RolloutPhase:
        """The phase that counts for the order: a host that failed counts as Failed until it is Ready."""
        return RolloutPhase.FAILED if self.failures else self.phase

    @property
    def is_ready(self) -> bool:
        """Whether the operator's version is installed and answers."""
        return self.phase is RolloutPhase.READY

    def installing(self) -> Rollout:
        """Return the rollout while the version is being installed; the message of a failed attempt stays until one succeeds."""
        if self.failures or self.reason:
            return replace(self, phase=RolloutPhase.INSTALLING)
        text = f"Agent {self.version} is being installed on the host."
        return replace(self, phase=RolloutPhase.INSTALLING, message=text, remedy="")

    def ready(self) -> Rollout:
        """Return the rollout once the version is installed and answers."""
        return Rollout(self.desired, self.version, RolloutPhase.READY, self.desired)

    def waiting(self, message: str) -> Rollout:
        """Return the rollout while other hosts come first, or this host cannot be used."""
        return replace(self, phase=RolloutPhase.WAITING, message=message, remedy="", reason=None)

    def put_off(
        self,
        message: str,
        retry_at: datetime,
        *,
        remedy: str = "",
        needs_person: bool = False,
        reason: Reason | None = None,
    ) -> Rollout:
        """Return the rollout after an attempt that the host prevented: neither a failure nor the end of an earlier one."""
        phase = RolloutPhase.FAILED if self.failures else RolloutPhase.WAITING
        return replace(
            self,
            phase=phase,
            message=message,
            remedy=remedy,
            retry_at=retry_at,
            needs_person=needs_person,
            reason=reason,
        )

    def failed(self, message: str, retry_at: datetime, *, remedy: str = "") -> Rollout:
        """Return the rollout after a failed attempt; launches still use the version that was active before."""
        return replace(
            self,
            phase=RolloutPhase.FAILED,
            message=message,
            remedy=remedy,
            failures=self.failures + 1,
            retry_at=retry_at,
            needs_person=False,
            reason=None,
        )

    def damaged(self) -> Rollout:
        """Return the rollout after the files on the host were found to differ from those that were installed."""
        text = f"The files of agent {self.version} on the host were changed or are missing; they are installed again."
        return replace(self, phase=RolloutPhase.WAITING, message=text, remedy="")

    def by_hand(self) -> Rollout:
        """Return the rollout after the active version was missing and the agent in the agent folder itself answered."""
        return replace(self, active=None)

    def answered(self, digest: str) -> Rollout:
        """Return the rollout after the agent in use has reported its digest.

        An agent that a person has installed counts as Ready if it is the operator's version to the byte.
        """
        if digest != self.desired:
            return self.damaged() if self.is_ready else self
        if self.active not in (None, self.desired) or self.phase is RolloutPhase.INSTALLING:
            return self
        return replace(self.ready(), active=self.active)

    def folder(self, root: str) -> str:
        """Return the folder of the scripts that are in use."""
        return version_folder(root, self.active_name)


def begin(desired: str, version: str, known: AgentStatus | None) -> Rollout:
    """Return the rollout at the start of the operator, restored from the host's status."""
    rollout = Rollout(desired, version, message="The host has not been polled yet.")
    if known is None or known.phase in (None, RolloutPhase.PRESENT):
        return rollout
    if known.digest == desired and known.phase == RolloutPhase.READY:
        return rollout.ready()
    if known.desired_digest == desired and known.phase == RolloutPhase.FAILED:
        return replace(
            rollout, phase=RolloutPhase.FAILED, active=known.digest, message="The last attempt failed.", failures=1
        )
    return replace(rollout, active=known.digest)


@dataclass(frozen=True)
class Candidate:
    """A host in the order of the rollout."""

    name: str
    phase: RolloutPhase
    cordoned: bool = False
    usable: bool = True
    """Nothing is known that would prevent an attempt now."""


def refusal(name: str, hosts: Iterable[Candidate], max_parallel: int) -> str | None:
    """Return why the version must not be installed on this host now, or None.

    Until one host has the version, only one gets it: the first by name of those that can be used. A failure stops everything
    but further attempts on the host that failed, unless that host is cordoned.
    """
    others = [host for host in hosts if host.name != name]
    own_failed = any(host.name == name and host.phase is RolloutPhase.FAILED for host in hosts)
    failed = _names(host for host in others if host.phase is RolloutPhase.FAILED and not host.cordoned)
    installing = _names(host for host in others if host.phase is RolloutPhase.INSTALLING)
    proven = any(host.phase is RolloutPhase.READY for host in others)
    if failed and not own_failed:
        return (
            f"The rollout has stopped because it failed on {_listed(failed)}: `kubectl describe hypervhost {failed[0]}` says why. "
            "It continues when it has succeeded there, or when that host is cordoned."
        )
    if not proven and installing:
        return f"Host {installing[0]} gets the agent first; this one follows when it works there."
    if not proven and not own_failed:
        first = min((host.name for host in others if host.usable and host.phase is RolloutPhase.WAITING), default=name)
        if first < name:
            return f"Host {first} gets the agent first; this one follows when it works there."
    if len(installing) >= max_parallel:
        return f"The agent is installed on {max_parallel} hosts at a time; this one follows."
    return None


def to_keep(names: Iterable[str | None], rollout: Rollout) -> tuple[str, ...]:
    """Return the names of the versions to keep on a host: the desired one, the active one, and those of runs in flight."""
    return tuple(sorted({name for name in (rollout.name, rollout.active_name, *names) if name}))


def _names(hosts: Iterable[Candidate]) -> list[str]:
    return sorted(host.name for host in hosts)


def _listed(names: Sequence[str]) -> str:
    first, *others = names
    return f"{first} and {len(others)} more" if others else first
