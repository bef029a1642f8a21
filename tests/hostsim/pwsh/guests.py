"""Plays the guests of VMs that the scripts start and stop, and wakes them when they are given something."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hostsim.faults import Faults
from hostsim.guest import start
from hostsim.pwsh.world import FolderWorld


class Guests:
    """Looks at the state folder again and again: nothing there can call anybody."""

    def __init__(self, world: FolderWorld, faults: Faults, boot_seconds: float, apply_seconds: float) -> None:
        self._world = world
        self._faults = faults
        self._boot_seconds = boot_seconds
        self._apply_seconds = apply_seconds
        self._boots: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._seen: dict[Path, int] = {}

    def look(self) -> None:
        """Boot, halt and wake guests as the VMs and their items now are."""
        changed = {path.stem for kind in ("vms", "kvp") for path in self._changed(kind)}
        for vm_id in changed:
            vm = self._world.vm(vm_id)
            boot = vm.record.get("bootId") if vm_id in self._world.vms else None
            if boot != self._boots.get(vm_id, (None,))[0]:
                self._halt(vm_id)
                if boot:
                    guest = start(vm, self._faults.guest_of(vm.name), self._boot_seconds, self._apply_seconds)
                    self._boots[vm_id] = boot, asyncio.create_task(guest)
            vm.wake()
        for vm_id in set(self._boots) - set(self._world.vms):
            self._halt(vm_id)

    def close(self) -> None:
        """Halt every guest."""
        for vm_id in list(self._boots):
            self._halt(vm_id)

    def _halt(self, vm_id: str) -> None:
        _, task = self._boots.pop(vm_id, ("", None))
        if task:
            task.cancel()

    def _changed(self, kind: str) -> list[Path]:
        found = []
        for path in self._world.state.root.glob(f"{kind}/*.json"):
            try:
                at = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
            if self._seen.get(path) != at:
                self._seen[path] = at
                found.append(path)
        return found
