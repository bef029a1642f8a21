"""What happened on the host, and everything the host has seen in the clear."""

from __future__ import annotations

import base64
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One mutation."""

    at: float
    kind: str
    machine_uid: str
    detail: str = ""


@dataclass(frozen=True)
class RunNote:
    """One run that may change the host: `version` of the agent is empty for one that was installed by hand."""

    at: float
    machine_uid: str
    run_id: str
    schema: str
    version: str


@dataclass(frozen=True)
class RolloutNote:
    """One call of a rollout: `bytes` are those it wrote, `code` is empty for one that ended well."""

    at: float
    operation: str
    upload: str
    bytes: int
    code: str


@dataclass
class Ledger:
    """Grows only. `clear` holds all text that was not encrypted: job inputs, scripts, journals, KVP values, file names."""

    entries: list[Entry] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    runs: list[RunNote] = field(default_factory=list)
    rollouts: list[RolloutNote] = field(default_factory=list)
    running_from: Counter[str] = field(default_factory=Counter)
    """How many runs go on, by the version of the agent."""
    running: int = 0
    peak: int = 0
    """The most runs that changed the host at one time."""
    sessions: int = 0
    """Shells that were opened."""
    shells: int = 0
    """Shells of the operator's account that are open."""
    shells_peak: int = 0
    """The most that were open at one time."""
    killed: int = 0
    """Scripts that died with their shell, or took it with them."""

    def add(self, kind: str, machine_uid: str, detail: str = "") -> None:
        """Note one mutation."""
        self.entries.append(Entry(time.time(), kind, machine_uid, detail))
        self.clear.append(detail)

    def count(self, kind: str, machine_uid: str | None = None) -> int:
        """Count mutations of one kind, of one machine or of all."""
        return sum(1 for e in self.entries if e.kind == kind and machine_uid in (None, e.machine_uid))

    def created_and_deleted(self, machine_uid: str) -> Counter[str]:
        """Count a machine's mutations by kind."""
        return Counter(entry.kind for entry in self.entries if entry.machine_uid == machine_uid)

    def canaries_seen(self, secret: str) -> list[str]:
        """Return every clear text with this secret in it, as it is or in base64."""
        forms = (secret, base64.b64encode(secret.encode()).decode().rstrip("="))
        return [text for text in self.clear if any(form in text for form in forms)]

    def begin_run(self, machine_uid: str, run_id: str, schema: str, version: str) -> RunNote:
        """Note that a run that changes the host has begun; `end_run` takes what this returns."""
        note = RunNote(time.time(), machine_uid, run_id, schema, version)
        self.runs.append(note)
        self.running += 1
        self.running_from[version] += 1
        self.peak = max(self.peak, self.running)
        return note

    def end_run(self, note: RunNote) -> None:
        """Note that it has ended."""
        self.running -= 1
        self.running_from[note.version] -= 1

    def versions_of(self, run_id: str) -> list[str]:
        """Return the versions of the agent that a run's launches ran from, in order."""
        return [note.version for note in self.runs if note.run_id == run_id]

    def count_shells(self, number: int) -> None:
        """Note how many shells are open now."""
        self.shells = number
        self.shells_peak = max(self.shells_peak, number)
