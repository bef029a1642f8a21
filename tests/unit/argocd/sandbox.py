"""Runs a health check as Argo CD does: `obj` is a global, and of Lua's libraries only base, table and two of os are there.

Argo CD's interpreter speaks Lua 5.1. Newer ones are tried too: a check must not hang on what one of them alone has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import lupa.lua51  # type: ignore[import-untyped]
import lupa.lua54  # type: ignore[import-untyped]

VERSIONS = {"5.1": lupa.lua51.LuaRuntime, "5.4": lupa.lua54.LuaRuntime}

_CLOSE = """
debug.setmetatable("", nil)
os = { time = os.time, date = os.date }
for _, name in ipairs({
  "bit32", "coroutine", "debug", "dofile", "io", "load", "loadfile", "loadstring", "math", "package", "python", "require",
  "string", "utf8",
}) do
  _G[name] = nil
end
"""
_WORDS = ("Healthy", "Progressing", "Degraded", "Suspended", "Missing", "Unknown")


class CheckFailed(Exception):
    """A check ended with an error, or returned what Argo CD does not take."""


class Health(NamedTuple):
    """What a check returned."""

    status: str
    message: str


def assess(script: str, resource: dict[str, Any], version: str = "5.1") -> Health:
    """Run a check over a resource; raises CheckFailed."""
    lua = VERSIONS[version](register_eval=False, register_builtins=False, unpack_returned_tuples=True)
    lua.execute(_CLOSE)
    lua.globals()["obj"] = _table(lua, resource)
    try:
        returned = lua.execute(script)
    except (lupa.lua51.LuaError, lupa.lua54.LuaError) as error:
        raise CheckFailed(str(error)) from error
    found = dict(returned.items()) if returned is not None else {}
    if set(found) - {"status", "message"} or found.get("status") not in _WORDS:
        raise CheckFailed(f"the check returned {found}")
    return Health(found["status"], found.get("message", ""))


def _table(lua: Any, value: Any) -> Any:
    """Turn JSON into Lua's tables; what is null is not there."""
    match value:
        case dict():
            return lua.table_from({key: _table(lua, one) for key, one in value.items() if one is not None})
        case list():
            return lua.table_from([_table(lua, one) for one in value])
        case _:
            return value
