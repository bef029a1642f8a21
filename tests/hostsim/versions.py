"""Records in the ledger how rollouts change the versions of the agent, by comparing them before and after each call."""

from __future__ import annotations

from hostsim.installation import AgentFolder, name_of
from hostsim.ledger import Ledger


class VersionBook:
    """Records versions that are activated, repaired and removed during rollout calls; changes by hand are not recorded."""

    def __init__(self, folder: AgentFolder, ledger: Ledger) -> None:
        self._folder = folder
        self._ledger = ledger
        self._known: dict[str, str] = {}
        self._active_calls = 0

    def begin(self) -> None:
        """Record the start of a call."""
        if not self._active_calls:
            self._known = self._folder.versions()
        self._active_calls += 1

    def end(self) -> None:
        """Record the end of a call, successful or not."""
        self._active_calls -= 1
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
