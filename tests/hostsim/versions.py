"""Brings into the ledger what rollouts do to the versions of the agent, seen by what is there before and after."""

from __future__ import annotations

from hostsim.installation import AgentFolder, name_of
from hostsim.ledger import Ledger


class VersionBook:
    """Notes versions that come, are repaired and go while calls of rollouts are under way; what people do is not noted."""

    def __init__(self, folder: AgentFolder, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger
        self._known: dict[str, str] = {}
        self._under_way = 0

    def begin(self) -> None:
        """A call begins."""
        if not self._under_way:
            self._known = self._folder.versions()
        self._under_way += 1

    def end(self) -> None:
        """A call has ended, well or not."""
        self._under_way -= 1
        found = self._folder.versions()
        for name, digest in found.items():
            before = self._known.get(name)
            if before != digest and name_of(digest) == name:
                self._ledger.add("activate_version" if before is None else "repair_version", "", name)
        for name in self._known.keys() - found.keys():
            self._ledger.add("remove_version", "", name)
            if self._ledger.running_from[name]:
                self._ledger.add("remove_version_in_use", "", name)
        self._known = found
