"""A VM and its guest's side, as files of the state folder tell them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from hostsim.pwsh.state import StateFolder
from hostsim.world import GIB

_MARK = re.compile(r"^hyperv-operator\.io/machine-uid=(\S+)$", re.MULTILINE)
_NAME = re.compile(r"^hvo-([0-9a-f-]{36})$")


def marked_uid(name: str | None, notes: str | None) -> str | None:
    """Return the machine whose mark a VM of this name and these notes carries."""
    found = _MARK.search((notes or "").replace("\r", "")) or _NAME.match(name or "")
    return found[1] if found else None


class FolderVm:
    """A VM: its record is the module's, what its guest tells is written here."""

    def __init__(self, state: StateFolder, vm_id: str) -> None:
        self._state = state
        self._last: dict[str, Any] = {}
        self.vm_id = vm_id
        self.changed = asyncio.Event()
        self.received: dict[str, Any] | None = None

    @property
    def record(self) -> dict[str, Any]:
        """The module's record; of a VM that was removed, the last one that was seen."""
        self._last = self._state.read("vms", f"{self.vm_id}.json") or self._last
        return self._last

    @property
    def name(self) -> str:
        return str(self.record["name"])

    @property
    def state(self) -> str:
        return str(self.record["state"])

    @property
    def cpu_cores(self) -> int:
        return int(self.record["processorCount"])

    @property
    def gb_ram(self) -> int:
        return int(self.record["memoryStartup"]) // GIB

    @property
    def machine_uid(self) -> str | None:
        return marked_uid(self.record["name"], self.record["notes"])

    @property
    def vlan_id(self) -> int:
        return int(self.record["adapters"][0]["vlanId"])

    @property
    def iso_attached(self) -> bool:
        return any(drive["path"] for drive in self.record["dvds"])

    @property
    def addresses(self) -> list[str]:
        return list(self._guest()["addresses"])

    @property
    def from_host(self) -> Mapping[str, str]:
        pool = self._state.read("kvp", f"{self.vm_id}.json") or {"items": []}
        return {item["name"]: item["data"] for item in pool["items"]}

    @property
    def from_guest(self) -> Mapping[str, str]:
        return {item["name"]: item["data"] for item in self._guest()["items"]}

    def _guest(self) -> dict[str, Any]:
        empty = {"heartbeat": "OkApplicationsUnknown", "addresses": [], "items": [], "intrinsic": []}
        return dict(self._state.read("guests", f"{self.vm_id}.json") or empty)

    def wake(self) -> None:
        """Wake whoever waits for a change of the items."""
        self.changed.set()
        self.changed = asyncio.Event()

    def tell(self, key: str, value: str | None) -> None:
        """Write or delete an item of the guest."""
        with self._state.locked():
            guest = self._guest()
            guest["items"] = [item for item in guest["items"] if item["name"] != key]
            if value is not None:
                guest["items"].append({"name": key, "data": value})
            self._state.write(guest, "guests", f"{self.vm_id}.json")

    def shut_down(self) -> None:
        """Turn the VM off from within."""
        with self._state.locked():
            if self._state.read("vms", f"{self.vm_id}.json"):
                self._state.write({**self.record, "state": "Off", "bootId": None}, "vms", f"{self.vm_id}.json")

    def configure(self, addresses: list[str]) -> None:
        """Take addresses, which Hyper-V then reports."""
        with self._state.locked():
            self._state.write({**self._guest(), "addresses": addresses}, "guests", f"{self.vm_id}.json")
