"""A record of everything that happened on the host, and of every text that it saw in the clear."""

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
    """One launch that may change the host; `version` is empty for the agent installed by hand."""

    at: float
    machine_uid: str
    run_id: str
    schema: str
    version: str


@dataclass(frozen=True)
class RolloutNote:
    """One rollout call: the number of bytes written, and the error code, empty on success."""

    at: float
    operation: str
    upload: str
    bytes: int
    code: str


@dataclass
class Ledger:
    """Append-only. `clear` has every unencrypted text: job inputs, scripts, journals, KVP values, file names."""

    entries: list[Entry] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)
    runs: list[RunNote] = field(default_factory=list)
    rollouts: list[RolloutNote] = field(default_factory=list)
    running_from: Counter[str] = field(default_factory=Counter)
    """Current number of runs by agent version."""
    running: int = 0
    peak: int = 0
    """Maximum number of concurrent runs that change the host."""
    sessions: int = 0
    """Number of shells opened so far."""
    shells: int = 0
    """Current number of open shells of the operator's account."""
    shells_peak: int = 0
    """Maximum number of open shells."""
    killed: int = 0
    """Number of scripts that died with their shell."""

    def add(self, kind: str, machine_uid: str, detail: str = "") -> None:
        """Record one mutation."""
        self.entries.append(Entry(time.time(), kind, machine_uid, detail))
        self.clear.append(detail)

    def count(self, kind: str, machine_uid: str | None = None) -> int:
        """Count the mutations of one kind, of one machine or of all."""
        return sum(1 for e in self.entries if e.kind == kind and machine_uid in (None, e.machine_uid))

    def created_and_deleted(self, machine_uid: str) -> Counter[str]:
        """Count a machine's mutations by kind."""
        return Counter(entry.kind for entry in self.entries if entry.machine_uid == machine_uid)

    def canaries_seen(self, secret: str) -> list[str]:
        """Return every clear text that contains this secret, also in base64."""
        forms = (secret, base64.b64encode(secret.encode()).decode().rstrip("="))
        return [text for text in self.clear if any(form in text for form in forms)]

    def begin_run(self, machine_uid: str, run_id: str, schema: str, version: str) -> RunNote:
        """Record the start of a run that changes the host; pass the result to `end_run`."""
        note = RunNote(time.time(), machine_uid, run_id, schema, version)
        self.runs.append(note)
        self.running += 1
        self.running_from[version] += 1
        self.peak = max(self.peak, self.running)
        return note

    def end_run(self, note: RunNote) -> None:
        """Record the end of a run."""
        self.running -= 1
        self.running_from[note.version] -= 1

    def versions_of(self, run_id: str) -> list[str]:
        """Return the agent versions of a run's launches, in order."""
        return [note.version for note in self.runs if note.run_id == run_id]

    def count_shells(self, number: int) -> None:
        """Record the current number of open shells."""
        self.shells = number
        self.shells_peak = max(self.shells_peak, number)
