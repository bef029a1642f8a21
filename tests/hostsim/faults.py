"""Faults to inject into a host. They can be changed while the host runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    milliseconds: int = 0
    kill: bool = False


HostileMode = Literal[
    "endless-body",
    "endless-chunks",
    "endless-headers",
    "endless-continue",
    "drip",
    "slow-headers",
    "slow-chunks",
    "gzip",
    "redirect",
    "error-page",
    "xml-entities",
    "xml-deep",
    "xml-wide",
    "xml-namespaces",
    "xml-attributes",
]
"""What a hostile host answers over HTTP; see `hostile.py`."""
HostileStream = Literal[
    "clixml-deep",
    "clixml-wide",
    "clixml-references",
    "clixml-attributes",
    "unfinished",
    "out-of-order",
    "tiny-fragments",
    "lines",
]
"""What a hostile host sends in the stream of a run; see `bombs.py`."""
GuestMode = Literal["normal", "silent", "failing", "foreign", "garbage", "stopping", "rekeying", "writing"]
"""`stopping` shuts down after each start once it is configured; `rekeying` posts another key each time, and `writing` anything harmful."""


@dataclass
class Faults:
    """The faults of one host; the defaults are a healthy host."""

    latency_seconds: float = 0.0
    """Added to every WSMan request."""
    quota: bool = False
    """Every new shell exceeds the account's quota."""
    shell_quota: int = 30
    """Maximum number of open shells of the account."""
    lost_replies: int = 0
    """Number of runs that finish, but whose connection breaks before their outcome is delivered."""
    kill_shell_at: str | None = None
    """The shell dies, once, when a run reaches this step, or with `STEP:completed` when it has completed it.

    For a rollout call, the step is its operation (`activate`), and after `completed` its answer is lost. At `receive:half` the
    shell dies after half of the pieces were written.
    """
    kill_in_copy: bool = False
    """The shell dies, once, in the middle of an image copy."""
    hang_at: str | None = None
    """A run that reaches this step, or a rollout call with this operation, hangs until this is None again."""
    disk_full: bool = False
    start_failure: bool = False
    agent_missing: bool = False
    upload_corrupted: bool = False
    """One byte of an upload is corrupted, once."""
    activate_fails: str | None = None
    """The code with which every activation fails: `DiskFull`, `AccessDenied`, `InUse`."""
    broken_versions: Collection[str] | bool = ()
    """Names of agent versions whose scripts end with an error instead of an outcome; True for all versions."""
    kills: dict[str, list[str]] = field(default_factory=dict)
    """By VM name: where the machine's shells die, as in `kill_shell_at`, one after another."""
    tampered: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By VM name: merged recursively into the machine's jobs before the script gets them; null deletes a key."""
    cmdlets: list[CmdletFault] = field(default_factory=list)
    """Faults of single cmdlets, for the real agent; a new list replaces all of them."""
    kvp_answer: Literal["job", "failedJob"] | int | None = "job"
    """Hyper-V's return value when real scripts publish KVP items: a job, a failed job, an error code, or None for success."""
    guest: GuestMode = "normal"
    """Behaviour of guests that boot from now on."""
    guests: dict[str, GuestMode] = field(default_factory=dict)
    """By VM name: behaviour of single guests."""
    inventory: Callable[[list[str]], list[str]] | None = None
    """Rewrites the lines of an inventory before they are sent, the outcome included."""
    preflight: Callable[[list[str]], list[str]] | None = None
    """Rewrites the lines of a preflight before they are sent, the outcome included."""
    preflight_missing: bool = False
    """The agent is one that has no preflight."""
    language_mode: str = "FullLanguage"
    """The language mode in which PowerShell runs scripts and script texts."""
    scripts_blocked: bool = False
    """The execution policy lets no script start. Script texts run all the same."""
    chatter: Sequence[str] = ()
    """Lines that every run prints at its beginning."""
    hostile: HostileMode | None = None
    """How requests are answered instead of properly."""
    hostile_at: Literal["logon", "challenge", "answer"] = "logon"
    """Which requests: all of them, those with a token of a logon, or those after the logon."""
    hostile_status: int = 200
    """The HTTP status of hostile answers."""
    hostile_location: str = ""
    """Where `redirect` points to."""
    hostile_pause: float = 0.2
    """Seconds between two bytes of a drip."""
    hostile_stream: HostileStream | None = None
    """What every pipeline, an inventory's too, receives before its own output."""
    hostile_lines: int = 65_536
    """Number of lines of the stream `lines`."""
    orphans: Literal["continue", "die"] = "continue"
    """Whether a run continues when its client stops polling for output."""

    def kills_at(self, vm_name: str, where: str) -> bool:
        """Return whether a shell dies here, and consume the fault."""
        if self.kill_shell_at == where:
            self.kill_shell_at = None
            return True
        due = self.kills.get(vm_name, [])
        if due and due[0] == where:
            due.pop(0)
            return True
        return False

    def breaks(self, version: str) -> bool:
        """Return whether the scripts of a version are broken; the agent installed by hand never is."""
        broken = self.broken_versions
        return bool(version) and (broken if isinstance(broken, bool) else version in broken)

    def guest_of(self, vm_name: str) -> GuestMode:
        """Return the behaviour of a VM's guest."""
        return self.guests.get(vm_name, self.guest)
