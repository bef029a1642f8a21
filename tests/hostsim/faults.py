"""What goes wrong, as a script or a person sets it. Everything can be changed while the host runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GuestMode = Literal["normal", "silent", "failing", "foreign", "garbage"]


@dataclass
class Faults:
    """Faults of one host; the defaults are those of a healthy one."""

    latency_seconds: float = 0.0
    """Added to every WSMan request."""
    quota: bool = False
    """Every new shell is refused because the account has too many."""
    lost_replies: int = 0
    """So many runs do their work, and the connection breaks before their outcome is delivered."""
    kill_shell_at: str | None = None
    """The shell dies when a run reaches this step; once."""
    hang_at: str | None = None
    """A run that reaches this step stays there until this is None again."""
    disk_full: bool = False
    start_failure: bool = False
    agent_missing: bool = False
    guest: GuestMode = "normal"
    """How guests that boot from now on behave."""
    orphans: Literal["continue", "die"] = "continue"
    """What becomes of a run whose client no longer asks for its output."""
