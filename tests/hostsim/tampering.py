"""Jobs that were modified on their way to the script."""

from __future__ import annotations

from typing import Any


def tampered(job: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a job with the changes of `Faults.tampered` applied."""
    result = dict(job)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = tampered(result[key], value)
        else:
            result[key] = value
    return result
