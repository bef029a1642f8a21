"""What the guest keeps between boots, in a folder of root's alone: its key, the sealed data, and the state it reached.

The key belongs to one VM. A disk that starts as another VM (a captured image) forgets everything first.
"""

import base64
import json
import os
from typing import Any, Dict, NamedTuple, Optional

from hvo_guest.system import System

FOLDER = "/var/lib/hyperv-operator-guest"
_IDENTITY, _DATA, _STATE = (FOLDER + "/" + name for name in ("identity.json", "data.jwe", "state.json"))

Identity = NamedTuple("Identity", [("vm", str), ("machine", str), ("key", Optional[bytes])])
State = NamedTuple("State", [("vm", str), ("run", str), ("kid", str), ("state", str), ("step", str), ("code", str)])


class Store:
    """The guest's own files: 0600 in a folder of 0700, each replaced as a whole."""

    def __init__(self, system: System) -> None:
        self._system = system

    def prepare(self) -> None:
        """Make the folder, private."""
        path = self._system.path(FOLDER)
        os.makedirs(path, mode=0o700, exist_ok=True)
        os.chmod(path, 0o700)

    def identity(self) -> Optional[Identity]:
        """Return the VM that the key was made for, and the key (DER) unless it was forgotten; None if unreadable."""
        value = self._load(_IDENTITY)
        try:
            key = base64.b64decode(value["key"]) if value["key"] is not None else None
            return Identity(str(value["vm"]), str(value["machine"]), key)
        except (KeyError, TypeError, ValueError):
            return None

    def save_identity(self, identity: Identity) -> None:
        """Keep a key, or that there is none any more."""
        key = base64.b64encode(identity.key).decode("ascii") if identity.key is not None else None
        self._save(_IDENTITY, {"vm": identity.vm, "machine": identity.machine, "key": key})

    def state(self, vm: str) -> Optional[State]:
        """Return the state that this VM has reached, or None."""
        value = self._load(_STATE)
        try:
            state = State(*(str(value[name]) for name in State._fields))
        except KeyError:
            return None
        return state if state.vm == vm else None

    def save_state(self, state: State) -> None:
        """Keep the state."""
        self._save(_STATE, dict(state._asdict()))

    def data(self) -> Optional[str]:
        """Return the sealed data that the guest has taken, or None."""
        return self._system.read(_DATA)

    def save_data(self, sealed: str) -> None:
        """Keep the sealed data: from now on the guest goes through with it."""
        self._system.write(_DATA, sealed, 0o600)

    def forget_data(self) -> None:
        """Remove the sealed data."""
        self._system.remove(_DATA)

    def forget_all(self) -> None:
        """Remove all that was of another VM, its key last: without it the rest could not be told from one's own."""
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
