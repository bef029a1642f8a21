"""Notifications: the objects that they are about, what reports changes, and what survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hyperv_operator.api.common import Condition, Transition
from hyperv_operator.api.machine import Run
from hyperv_operator.ports.kubernetes import JsonObject, ObjectRef


@dataclass(frozen=True)
class Subject:
    """A machine or host with its transitions, as one version of it shows them."""

    ref: ObjectRef
    transitions: tuple[Transition, ...]
    """Newest first."""
    ready: Condition | None = None
    host: str | None = None
    """Name of the HyperVHost that the machine is for, or of the host itself."""
    run: Run | None = None


class Subjects(Protocol):
    """The machines and hosts that this operator serves."""

    def find(self, ref: ObjectRef) -> Subject | None:
        """Return the newest known version; None if the object is not known, or another operator serves it."""
        ...

    def parse(self, kind: str, body: JsonObject) -> Subject:
        """Return the subject that an object of the API server is. Never raises."""
        ...


class Notifications(Protocol):
    """Takes what is to be sent. Every method returns at once."""

    def changed(self, ref: ObjectRef) -> None:
        """Take that an object may have new transitions in its status."""
        ...

    def ended(self, last: Subject) -> None:
        """Take the last transitions of an object that is about to be gone, with those that no status will have."""
        ...


class Watermarks(Protocol):
    """What is remembered of each target over a restart: the time up to which everything has been delivered."""

    async def read(self) -> Mapping[str, str]:
        """Return the stored values by target; empty if nothing was ever stored. Raises `ClusterError`."""
        ...

    async def write(self, changes: Mapping[str, str | None]) -> None:
        """Store values, and remove those that are None; others are left as they are. Raises `ClusterError`."""
        ...
