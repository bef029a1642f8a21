"""What the aggregated API looks up: which machines and hosts exist, and the executor's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from hyperv_operator.reconcilers.cache import Cache


class Lookup:
    """Answers from the cache. With several operators, this is the place that knows who has a machine."""

    def __init__(self, cache: Cache, executor: Callable[[], Mapping[str, JsonValue]]) -> None:
        self._cache = cache
        self._executor = executor

    def machine_uid(self, namespace: str, name: str) -> str | None:
        """Return the UID of a machine; None if there is none."""
        entry = self._cache.find(namespace, name)
        return entry.uid if entry else None

    def has_host(self, name: str) -> bool:
        """Return whether there is a host."""
        return name in self._cache.hosts

    def executor(self) -> Mapping[str, JsonValue]:
        """Return the executor's state, and how many machines have each condition."""
        conditions: dict[str, JsonValue] = {kind: {**counts} for kind, counts in self._cache.condition_counts().items()}
        machines: JsonValue = {"total": len(self._cache.machines()), "conditions": conditions}
        return {**self._executor(), "machines": machines}
