"""Orphans: VMs on a host that carry this cluster's mark and whose machine was looked for and not found."""

from __future__ import annotations

import logging
from typing import Final

from hyperv_operator.api.names import MACHINE_KIND
from hyperv_operator.errors import ClusterError, ObjectGone
from hyperv_operator.ports import ObjectRef
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.places import Orphan

log = logging.getLogger(__name__)

_READS: Final = 20
"""How many machines are looked for in one pass: the others are looked for in the next ones."""


class Orphans:
    """Looks for the machines of marked VMs that are not in the cache."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._gone: dict[str, set[str]] = {}
        """By host, the UIDs of the machines that were read and do not exist. A UID never comes back."""

    async def look_for(self, entry: HostEntry) -> None:
        """Find out which of the host's VMs have lost their machine. Nothing is known before all machines were listed.

        A machine that cannot be read now is looked for again with the next inventory.
        """
        if not self._cache.is_complete or entry.poll.report is None or entry.poll.error is not None:
            return
        known, gone = self._gone.get(entry.name, set()), set()
        left, found, is_known = _READS, [], True
        for orphan in self._cache.places.orphans(entry):
            if not self._is_judged(orphan):
                continue
            uid = orphan.vm.machine_uid or ""
            if uid not in known and orphan.vm.machine:
                if not left:
                    is_known = False
                    continue
                left -= 1
                is_gone = await self._is_gone(orphan.vm.machine, uid)
                is_known = is_known and is_gone is not None
                if not is_gone:
                    continue
            gone.add(uid)
            found.append(f"{orphan.vm.name} ({orphan.vm.machine or 'machine'}, UID {uid})")
        self._gone[entry.name] = gone
        if is_known or found:
            entry.orphans = tuple(sorted(found))
            self._deps.metrics.orphans(entry.name, len(found))

    def forget(self, host: str) -> None:
        """Forget a host."""
        self._gone.pop(host, None)

    def _is_judged(self, orphan: Orphan) -> bool:
        """Return whether the machine would be known: those of namespaces that are not watched are another operator's."""
        watched = self._deps.settings.watch_namespaces
        return not watched or orphan.namespace in watched

    async def _is_gone(self, machine: str, uid: str) -> bool | None:
        """Read a machine; return whether there is none with this UID, or None if that cannot be read."""
        namespace, _, name = machine.partition("/")
        try:
            await self._deps.objects.get(ObjectRef(MACHINE_KIND, name, namespace, uid))
        except ObjectGone:
            return True
        except ClusterError as error:
            log.warning("%s", error, extra={"machine": machine})
            return None
        return False
