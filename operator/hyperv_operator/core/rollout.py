"""Bringing the operator's agent to many hosts: who may be next. One canary first, then a few at a time, none after a failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum, unique

from hyperv_operator.api.host import AgentStatus
from hyperv_operator.protocol.bundle import version_folder, version_name


@unique
class RolloutPhase(StrEnum):
    """Where a host stands, as `status.agent.phase` shows it."""

    PRESENT = "Present"
    """There is an agent that was installed by hand; the operator leaves it alone."""
    WAITING = "Waiting"
    """The operator's version is still to come."""
    INSTALLING = "Installing"
    FAILED = "Failed"
    READY = "Ready"
    """The operator's version is there and answers."""


@dataclass(frozen=True)
class Rollout:
    """The rollout to one host."""

    desired: str
    """Digest of the operator's version."""
    version: str
    """What it is called."""
    phase: RolloutPhase = RolloutPhase.WAITING
    active: str | None = None
    """Digest of the version that launches use now; None: what lies in the agent's folder itself, if anything does."""
    message: str = ""
    """Why it is not Ready."""
    failures: int = 0
    """Attempts that failed since the host was last Ready."""
    retry_at: datetime | None = None
    needs_person: bool = False
    """Something on this host has to be mended first; no other host waits for that."""

    @property
    def name(self) -> str:
        """Name of the operator's version on the host."""
        return version_name(self.desired)

    @property
    def active_name(self) -> str | None:
        """Name of the version in use; None for what was installed by hand."""
        return version_name(self.active) if self.active else None

    @property
    def effective_phase(self) -> RolloutPhase:
        """The phase that counts for other hosts: one that failed has failed until it is Ready."""
        return RolloutPhase.FAILED if self.failures else self.phase

    @property
    def is_ready(self) -> bool:
        """Tell whether the operator's version is there and answers."""
        return self.phase is RolloutPhase.READY

    def installing(self) -> Rollout:
        """The version is being put on the host; what an earlier attempt has failed of is told until one succeeds."""
        text = self.message if self.failures else f"Agent {self.version} is being put on the host."
        return replace(self, phase=RolloutPhase.INSTALLING, message=text)

    def ready(self) -> Rollout:
        """The version is there and answers."""
        return Rollout(self.desired, self.version, RolloutPhase.READY, self.desired)

    def waiting(self, message: str) -> Rollout:
        """It is another host's turn, or this host cannot be worked with."""
        return replace(self, phase=RolloutPhase.WAITING, message=message)

    def put_off(self, message: str, retry_at: datetime, *, needs_person: bool = False) -> Rollout:
        """An attempt came to nothing for reasons of the host's own: no failure, nor the end of an earlier one."""
        phase = RolloutPhase.FAILED if self.failures else RolloutPhase.WAITING
        return replace(self, phase=phase, message=message, retry_at=retry_at, needs_person=needs_person)

    def failed(self, message: str, retry_at: datetime) -> Rollout:
        """An attempt failed; what was active before goes on being used."""
        return replace(
            self,
            phase=RolloutPhase.FAILED,
            message=message,
            failures=self.failures + 1,
            retry_at=retry_at,
            needs_person=False,
        )

    def damaged(self) -> Rollout:
        """The files on the host are not those that were put there."""
        text = f"The files of agent {self.version} on the host were changed or are missing; they are put there again."
        return replace(self, phase=RolloutPhase.WAITING, message=text)

    def by_hand(self) -> Rollout:
        """The active version is not there; what lies in the agent's folder itself has answered."""
        return replace(self, active=None)

    def answered(self, digest: str) -> Rollout:
        """Take note of the digest that the agent in use has reported of itself.

        An agent that a person has installed is as good as one that was put there, if it is the same.
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
    """Return how a rollout stands when the operator has just started: what the host's status says of it."""
    rollout = Rollout(desired, version, message="The host has not been asked yet.")
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
    """A host as the others see it."""

    name: str
    phase: RolloutPhase
    cordoned: bool = False
    usable: bool = True
    """Nothing is known that would keep the version from being put there now."""


def refusal(name: str, hosts: Iterable[Candidate], max_parallel: int) -> str | None:
    """Say why the version may not be put on this host now, or return None.

    Until one host has the version only one gets it: the first by name of those that can be worked with. A failure stops
    everything but further attempts on the host that failed, unless that host is cordoned.
    """
    others = [host for host in hosts if host.name != name]
    own_failed = any(host.name == name and host.phase is RolloutPhase.FAILED for host in hosts)
    failed = _names(host for host in others if host.phase is RolloutPhase.FAILED and not host.cordoned)
    installing = _names(host for host in others if host.phase is RolloutPhase.INSTALLING)
    proven = any(host.phase is RolloutPhase.READY for host in others)
    if failed and not own_failed:
        return (
            f"The rollout has stopped, as it failed on {_listed(failed)}: `kubectl describe hypervhost {failed[0]}` says why. "
            "It goes on when it has succeeded there, or when that host is cordoned."
        )
    if not proven and installing:
        return f"Host {installing[0]} gets the agent first; this one follows when it works there."
    if not proven and not own_failed:
        first = min((host.name for host in others if host.usable and host.phase is RolloutPhase.WAITING), default=name)
        if first < name:
            return f"Host {first} gets the agent first; this one follows when it works there."
    if len(installing) >= max_parallel:
        return f"The agent is put on {max_parallel} hosts at a time; this one follows."
    return None


def to_keep(names: Iterable[str | None], rollout: Rollout) -> tuple[str, ...]:
    """Return the names of the versions that stay on a host: the desired, the active and those of runs in flight."""
    return tuple(sorted({name for name in (rollout.name, rollout.active_name, *names) if name}))


def _names(hosts: Iterable[Candidate]) -> list[str]:
    return sorted(host.name for host in hosts)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
