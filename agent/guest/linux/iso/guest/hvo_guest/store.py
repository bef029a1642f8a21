"""The files that the guest keeps between boots, readable only by root: its key, the sealed data, and its state.

They belong to one VM. When the disk boots as another VM (a captured image), they are deleted first.
"""

import base64
import json
import os
from typing import Any, Dict, NamedTuple, Optional

from hvo_guest.system import System

FOLDER = "/var/lib/hyperv-operator-guest"
_IDENTITY, _DATA, _STATE = (FOLDER + "/" + name for name in ("identity.json", "data.jwe", "state.json"))

Identity = NamedTuple("Identity", [("vm", str), ("machine", str), ("key", Optional[bytes])])
State = NamedTuple(
    "State", [("vm", str), ("run", str), ("kid", str), ("state", str), ("step", str), ("code", str), ("field", str)]
)


class Store:
    """The guest's own files: mode 0600 in a folder of mode 0700, each replaced atomically."""

    def __init__(self, system: System) -> None:
        self._system = system

    def prepare(self) -> None:
        """Create the folder with mode 0700."""
        path = self._system.path(FOLDER)
        os.makedirs(path, mode=0o700, exist_ok=True)
        os.chmod(path, 0o700)

    def identity(self) -> Optional[Identity]:
        """Return the VM that the key was created for, with the key (DER) unless it was deleted; None if unreadable."""
        value = self._load(_IDENTITY)
        try:
            key = base64.b64decode(value["key"]) if value["key"] is not None else None
            return Identity(str(value["vm"]), str(value["machine"]), key)
        except (KeyError, TypeError, ValueError):
            return None

    def save_identity(self, identity: Identity) -> None:
        """Save the key, or that it was deleted."""
        key = base64.b64encode(identity.key).decode("ascii") if identity.key is not None else None
        self._save(_IDENTITY, {"vm": identity.vm, "machine": identity.machine, "key": key})

    def state(self, vm: str) -> Optional[State]:
        """Return the final state of this VM, or None."""
        value = self._load(_STATE)
        try:
            state = State(*(str(value[name]) for name in State._fields))
        except KeyError:
            return None
        return state if state.vm == vm else None

    def save_state(self, state: State) -> None:
        """Save the final state."""
        self._save(_STATE, dict(state._asdict()))

    def data(self) -> Optional[str]:
        """Return the stored sealed data, or None."""
        return self._system.read(_DATA)

    def save_data(self, sealed: str) -> None:
        """Store the sealed data. From now on the guest applies this data and no other."""
        self._system.write(_DATA, sealed, 0o600)

    def delete_data(self) -> None:
        """Delete the sealed data."""
        self._system.remove(_DATA)

    def delete_all(self) -> None:
        """Delete all files of another VM, the key last: it identifies the VM that the others belong to."""
        for name in (_DATA, _STATE, _IDENTITY):
            self._system.remove(name)

    def _load(self, name: str) -> Dict[str, Any]:
        try:
            value = json.loads(self._system.read(name) or "null")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def _save(self, name: str, value: Dict[str, Any]) -> None:
        self._system.write(name, json.dumps(value, separators=(",", ":")), 0o600)
