"""What goes wrong, as a script or a person sets it. Everything can be changed while the host runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class CmdletFault:
    """A fault of the fake Hyper-V module, whose README explains each field."""

    cmdlet: str
    vm: str = "*"
    message: str = ""
    category: str = "NotSpecified"
    id: str = "OperationFailed"
    when: Literal["before", "after"] = "before"
    skip: int = 0
    times: int | None = 1
    kill: bool = False


GuestMode = Literal["normal", "silent", "failing", "foreign", "garbage"]


@dataclass
class Faults:
    """Faults of one host; the defaults are those of a healthy one."""

    latency_seconds: float = 0.0
    """Added to every WSMan request."""
    quota: bool = False
    """Every new shell is refused because the account has too many."""
    shell_quota: int = 30
    """So many shells the account may have open at a time."""
    lost_replies: int = 0
    """So many runs do their work, and the connection breaks before their outcome is delivered."""
    kill_shell_at: str | None = None
    """The shell dies when a run reaches this step, or, for `STEP:completed`, has completed it; once.

    A call of a rollout has its operation (`activate`) for a step: completed, it is done and its answer is lost. At
    `receive:half` the shell dies when half of the pieces have been written.
    """
    kill_in_copy: bool = False
    """The shell dies when part of an image has been copied; once."""
    hang_at: str | None = None
    """A run that reaches this step, or a rollout this operation, stays there until this is None again."""
    disk_full: bool = False
    start_failure: bool = False
    agent_missing: bool = False
    upload_corrupted: bool = False
    """A byte of what is uploaded becomes another on its way; once."""
    activate_fails: str | None = None
    """The code with which no version can be activated: `DiskFull`, `AccessDenied`, `InUse`."""
    broken_versions: Collection[str] | bool = ()
    """Names of the versions of the agent whose scripts end with an error instead of an outcome; True: of all."""
    kills: dict[str, list[str]] = field(default_factory=dict)
    """By VM name: where the shells of this one machine die, as in `kill_shell_at`, one after another."""
    tampered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By VM name: put over the machine's jobs, level by level, on their way to the script; null deletes a key."""
    cmdlets: list[CmdletFault] = field(default_factory=list)
    """Faults of single cmdlets, where real scripts call any; another list orders them anew."""
    kvp_answer: Literal["job", "failedJob"] | int | None = "job"
    """What Hyper-V answers to real scripts that give a guest items: a job to wait for, an error, or None: done."""
    guest: GuestMode = "normal"
    """How guests that boot from now on behave."""
    guests: dict[str, GuestMode] = field(default_factory=dict)
    """By VM name: how the guests of single machines behave."""
    orphans: Literal["continue", "die"] = "continue"
    """What becomes of a run whose client no longer asks for its output."""

    def kills_at(self, vm_name: str, where: str) -> bool:
        """Tell whether a shell dies here; it does so once."""
        if self.kill_shell_at == where:
            self.kill_shell_at = None
            return True
        due = self.kills.get(vm_name, [])
        if due and due[0] == where:
            due.pop(0)
            return True
        return False

    def breaks(self, version: str) -> bool:
        """Tell whether the scripts of a version are broken; those that were installed by hand never are."""
        broken = self.broken_versions
        return bool(version) and (broken if isinstance(broken, bool) else version in broken)

    def guest_of(self, vm_name: str) -> GuestMode:
        """Return how a VM's guest behaves."""
        return self.guests.get(vm_name, self.guest)
