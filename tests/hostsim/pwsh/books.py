"""Brings what the scripts did into the ledger: mutations that the module noted, and files that appear and go."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hostsim.ledger import Ledger
from hostsim.pwsh.vm import marked_uid
from hostsim.pwsh.world import FolderWorld

_DATA = "ProvisioningData"
_RESIZING = {"Set-VMProcessor", "Set-VMMemory"}
_PURGING = ("WaitForGuest", "PurgeProvisioningData")
"""As soon as the guest says that it has its data, the scripts take theirs away."""
_POWER = {"Start-VM", "Stop-VM"}


@dataclass
class Run:
    """A launch that goes on: what the meaning of its mutations depends on."""

    schema: str
    vm_name: str
    machine_uid: str
    step: str | None = None
    changes: set[str] = field(default_factory=set)
    """Cmdlets of an update: it is one mutation in the ledger, whatever it takes."""


class Books:
    """Keeps the ledger of a host whose scripts run in processes of their own."""

    def __init__(self, world: FolderWorld, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._read = 0
        self._files: dict[Path, int] = {}
        self._folders: set[str] = set()
        self._texts: dict[Path, int] = {}
        self.runs: dict[int, Run] = {}
        """The launches that go on, by their process."""

    def catch_up(self) -> None:
        """Note everything that has happened since."""
        for line in self._new_lines():
            self._mutation(json.loads(line))
        self._look_at_files()

    def end_of(self, pid: int) -> None:
        """Note what a launch has come to, and forget it."""
        self.catch_up()
        run = self.runs.pop(pid)
        if run.schema == "vm-update" and run.changes:
            self._ledger.add(
                "resize" if run.changes & _RESIZING else "power", run.machine_uid, str(sorted(run.changes))
            )

    def _new_lines(self) -> list[str]:
        path = self._world.state.root / "ledger.jsonl"
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        return whole.decode().split("\n") if whole else []

    def _mutation(self, line: dict[str, Any]) -> None:
        run = self.runs.get(line["pid"])
        cmdlet, vm_id = line["cmdlet"], str(line["vm_id"] or "")
        uid = marked_uid(line["name"], line["notes"]) or (run.machine_uid if run else "")
        detail = line["detail"]
        names, data = detail.get("names", []), detail.get("data", [])
        self._ledger.clear += [*names, *data, str(line["notes"])]
        if run is not None and run.schema == "vm-update":
            if cmdlet in _RESIZING | _POWER:
                run.changes.add(cmdlet)
            return
        kind = {
            "New-VM": "create_vm",
            "Start-VM": "start_vm",
            "Remove-VM": "delete_vm",
            "Add-ClusterVirtualMachineRole": "cluster_role",
            "Remove-ClusterGroup": "delete_role",
        }.get(cmdlet)
        if cmdlet in ("AddKvpItems", "ModifyKvpItems") and _DATA in names:
            kind = "publish"
        elif cmdlet == "RemoveKvpItems" and run is not None and run.step in _PURGING and _DATA in names:
            kind = "purge"
        elif cmdlet in ("Remove-VMDvdDrive", "Set-VMDvdDrive") and detail.get("Before") and not detail.get("Path"):
            kind = "eject_iso"
        if kind:
            self._ledger.add(kind, uid, vm_id)

    def _look_at_files(self) -> None:
        """A disk or an ISO counts when it has its final name; one that took the place of another counts again."""
        folders = self._world.folders
        for uid in self._folders - set(folders):
            self._ledger.add("delete_folder", uid)
        self._folders = set(folders)
        found: dict[Path, int] = {}
        for uid in folders:
            for path in sorted((self._world.machines / uid).glob("*")):
                try:
                    about = path.stat()
                except FileNotFoundError:
                    continue
                if path.suffix in (".vhdx", ".iso") and ".partial" not in path.suffixes:
                    found[path] = about.st_ino
                    if self._files.get(path) != about.st_ino:
                        self._ledger.add("copy_image" if path.suffix == ".vhdx" else "copy_iso", uid, path.name)
                elif path.is_file() and self._texts.get(path) != about.st_mtime_ns:
                    self._texts[path] = about.st_mtime_ns
                    self._read_text(path)
        self._files = found

    def _read_text(self, path: Path) -> None:
        try:
            self._ledger.clear.append(path.read_bytes()[:100_000].decode(errors="replace"))
        except FileNotFoundError:
            return
