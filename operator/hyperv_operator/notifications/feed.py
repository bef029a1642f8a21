"""The watcher that notices transitions in what a watch delivers, next to the watcher of the loops."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from pydantic import JsonValue

from hyperv_operator.notifications.notifier import Notifier
from hyperv_operator.ports import JsonObject, ObjectRef, Watcher


class Feed:
    """Passes everything on to `watcher`, which keeps the cache, and then to the notifier (`ports.Watcher`)."""

    def __init__(self, kind: str, watcher: Watcher, notifier: Notifier) -> None:
        self._kind = kind
        self._watcher = watcher
        self._notifier = notifier
        notifier.expect(self)

    def changed(self, body: JsonObject, *, created: bool = False) -> None:
        """Pass an object on."""
        self._watcher.changed(body, created=created)
        # Most versions have no new transition: not even the status is parsed then.
        self._notifier.seen(self._ref(body), _newest(body))

    def deleted(self, body: JsonObject) -> None:
        """Pass the last version of an object on."""
        self._watcher.deleted(body)
        self._notifier.deleted(self._kind, body)

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:
        """Pass the UIDs of a list on."""
        self._watcher.listed(namespace, uids)
        self._notifier.listed(self, self._kind, namespace, uids)

    def _ref(self, body: JsonObject) -> ObjectRef:
        metadata = body["metadata"]
        assert isinstance(metadata, Mapping)  # noqa: S101 - every object of the API server has it
        namespace = metadata.get("namespace")
        return ObjectRef(self._kind, str(metadata["name"]), str(namespace) if namespace else None, str(metadata["uid"]))


def _newest(body: JsonObject) -> int:
    """Return the number of the newest transition in the status; 0 if there is none."""
    status: JsonValue = body.get("status")
    transitions = status.get("transitions") if isinstance(status, dict) else None
    first = transitions[0] if isinstance(transitions, list) and transitions else None
    sequence = first.get("sequence") if isinstance(first, dict) else None
    return sequence if isinstance(sequence, int) else 0
