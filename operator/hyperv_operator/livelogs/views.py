"""What one request reads of the store, and how far it has read: a cursor into shared buffers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Final

from typing_extensions import override

from hyperv_operator.livelogs.buffers import RunBuffer
from hyperv_operator.livelogs.entries import Entry, Notice
from hyperv_operator.livelogs.query import LogQuery
from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.livelogs.store import LogStore

BATCH: Final = 500
"""Entries that a reader takes at a time."""
_TRUNCATED: Final = "Older lines were dropped, because the operator keeps a limited number of them."
_RESTARTED: Final = "The operator was replaced; lines between are lost."


class View(ABC):
    """The entries of a machine or a host after a cursor, as long as the buffers have them."""

    def __init__(self, store: LogStore, key: str, query: LogQuery) -> None:
        self.key = key
        """What `LogStore.watching` takes."""
        self.cursor = 0
        """Sequence of the newest entry that was read."""
        self._store = store
        self._lead: list[Entry] = []
        """Notices that come first."""
        if query.after and query.after[0] == store.epoch:
            self.cursor = query.after[1]
        elif query.after:
            self._lead.append(store.notice(Notice.RESTARTED, _RESTARTED, 0))
        else:
            self.cursor = self._start()
        self._narrow(query)

    def _start(self) -> int:
        """Return the cursor before the first entry that a reader without `after` gets."""
        return 0

    @abstractmethod
    def _runs(self) -> Iterable[RunBuffer]:
        """Return the runs whose entries are read."""

    def _dropped_through(self) -> int:
        return max((run.dropped_through for run in self._runs()), default=0)

    def ended(self) -> bool:
        """Return whether nothing will follow what the buffers have."""
        return False

    @property
    def last_words(self) -> str | None:
        """What the reader learns when the view has ended; None for nothing."""
        return None

    def read(self) -> list[Entry]:
        """Return the next entries, and move the cursor behind them. Empty if there are none yet."""
        lead, self._lead = self._lead, []
        batch = list(islice(self._newer(), BATCH))
        if batch:
            self.cursor = batch[-1].sequence
        return lead + batch

    def _newer(self) -> Iterator[Entry]:
        """Yield the entries after the cursor, with a notice in the place of those that were dropped."""
        dropped = self._dropped_through()
        notices = [self._store.notice(Notice.TRUNCATED, _TRUNCATED, dropped)] if dropped > self.cursor else []
        return merge(self._entries(), notices, key=attrgetter("sequence"))

    def _entries(self) -> Iterator[Entry]:
        newer = (run.after(self.cursor) for run in self._runs() if run.last > self.cursor)
        return merge(*newer, key=attrgetter("sequence"))

    def _narrow(self, query: LogQuery) -> None:
        """Move the cursor behind what `sinceSeconds` and `tailLines` leave out."""
        if query.since_seconds is not None:
            since = self._store.now() - timedelta(seconds=query.since_seconds)
            self.cursor = max((one.sequence for one in self._entries() if one.at < since), default=self.cursor)
        if query.tail_lines is not None:
            sequences = [one.sequence for one in self._entries()]
            if len(sequences) > query.tail_lines:
                self.cursor = sequences[len(sequences) - query.tail_lines - 1]


class HostView(View):
    """All runs of a host."""

    def __init__(self, store: LogStore, host: str, query: LogQuery) -> None:
        self._host = host
        super().__init__(store, f"host/{host}", query)

    @override
    def _runs(self) -> Iterable[RunBuffer]:
        return self._store.runs_on(self._host)


class MachineView(View):
    """A machine's current run and those that follow it; after an entry, whatever comes after it."""

    def __init__(self, store: LogStore, uid: str, query: LogQuery) -> None:
        self._uid = uid
        super().__init__(store, uid, query)

    @override
    def _start(self) -> int:
        machine = self._store.machines.get(self._uid)
        newest = list(machine.runs.values())[-1:] if machine else []
        return newest[0].first - 1 if newest else 0

    @override
    def _runs(self) -> Iterable[RunBuffer]:
        machine = self._store.machines.get(self._uid)
        return list(machine.runs.values()) if machine else []

    @override
    def _dropped_through(self) -> int:
        machine = self._store.machines.get(self._uid)
        return max(super()._dropped_through(), machine.dropped_through if machine else 0)

    @override
    def ended(self) -> bool:
        """Return whether the machine is gone."""
        return self._store.is_gone(self._uid)


class RunView(View):
    """One run of a machine."""

    def __init__(self, store: LogStore, uid: str, run: RunBuffer, query: LogQuery) -> None:
        self._uid = uid
        self._run = run
        super().__init__(store, uid, query)

    @override
    def _runs(self) -> Iterable[RunBuffer]:
        return (self._run,)

    @override
    def ended(self) -> bool:
        """Return whether the run has completed, another one has begun, or the machine is gone."""
        machine = self._store.machines.get(self._uid)
        newest = list(machine.runs.values())[-1:] if machine else []
        return self._run.completed or newest != [self._run] or self._store.is_gone(self._uid)

    @property
    @override
    def last_words(self) -> str | None:
        """That the run has ended."""
        return f"Run {self._run.source.run} has ended."


def view_of(store: LogStore, uid: str, query: LogQuery) -> View:
    """Return the view of a machine's log, or of the run that the query names; `StatusError` 404 if that run is not kept."""
    if query.run is None and not query.previous:
        return MachineView(store, uid, query)
    machine = store.machines.get(uid)
    runs = machine.runs if machine else {}
    wanted = list(runs)[-2:-1] if query.previous else [query.run]
    run = runs.get(wanted[0]) if wanted and wanted[0] else None
    if run is None:
        what = "a run before the current one" if query.previous else f"run {query.run}"
        raise StatusError(
            404,
            f"There is no log of {what} of this machine. The operator keeps the newest runs since its own start; the machine's status "
            "has the history.",
        )
    return RunView(store, uid, run, query)
