"""Redaction where text from hosts enters the reconcilers, and where it leaves them in a status."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from pydantic import BaseModel

from hyperv_operator.api.host import HyperVHostStatus
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core.private_keys import PrivateKeyLines
from hyperv_operator.errors import HostError
from hyperv_operator.ports import Redaction
from hyperv_operator.protocol.records import Outcome
from hyperv_operator.schema.redaction import REDACTED

_Model = TypeVar("_Model", bound=BaseModel)
_Status = TypeVar("_Status", HyperVMachineStatus, HyperVHostStatus)
_Clean = Callable[[str], str]
_CONTEXT = 256
"""Characters of the line before that are looked at for the beginning of a secret."""


class RunLines:
    """The lines of a run, without the secrets that go on over several of them."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._keys = PrivateKeyLines()
        self._before: dict[str, str] = {}

    def clean(self, stream: str, line: str) -> str | None:
        """Return the next line of a stream without secrets; None for an inner line of a private key."""
        if self._keys.inside(stream, line):
            self._before.pop(stream, None)
            return None
        before, self._before[stream] = self._before.get(stream, ""), line[-_CONTEXT:]
        if not before:
            return self._redaction.clean(line)
        _, _, rest = self._redaction.clean(f"{before}\n{line}").partition("\n")
        # Without a rest, the whole line belongs to a value that began before.
        return rest or REDACTED


def redacted_outcome(outcome: Outcome, clean: _Clean) -> Outcome:
    """Return an outcome with redacted texts. The values that it was launched with are held only until it has been stored."""
    update: dict[str, object] = {"message": clean(outcome.message)}
    if outcome.diagnosis is not None:
        update["diagnosis"] = outcome.diagnosis.model_copy(update={"summary": clean(outcome.diagnosis.summary)})
    return outcome.model_copy(update=update)


def redact_error(error: HostError, clean: _Clean) -> None:
    """Redact the texts of an error in place, because whoever awaits the call has the same object."""
    error.message, error.remedy = clean(error.message), clean(error.remedy)
    error.args = (error.message, *error.args[1:])


def redacted_status(status: _Status, clean: _Clean) -> _Status:
    """Return a status with redacted texts: messages of conditions and past runs, the diagnosis, the rows of a preflight.

    Its transitions have theirs.
    """
    update: dict[str, object] = {"conditions": tuple(_with_texts(one, clean, "message") for one in status.conditions)}
    if isinstance(status, HyperVMachineStatus):
        update["history"] = tuple(_with_texts(one, clean, "message") for one in status.history)
        status = _with_texts(status, clean, "diagnosis")
    elif status.preflight is not None:
        rows = tuple(_with_texts(row, clean, "subject", "observed", "expected") for row in status.preflight.rows)
        update["preflight"] = status.preflight.model_copy(update={"rows": rows})
    return status.model_copy(update=update)


def _with_texts(model: _Model, clean: _Clean, *names: str) -> _Model:
    update = {}
    for name in names:
        text = getattr(model, name)
        redacted = clean(text) if text else text
        if redacted != text:
            update[name] = redacted[: _max_length(type(model), name)]
    return model.model_copy(update=update) if update else model


@cache
def _max_length(model: type[BaseModel], name: str) -> int | None:
    """Return the limit of a text, which a mask can exceed that is longer than what it replaces."""
    schema = model.model_json_schema()["properties"][name]
    options = [schema, *schema.get("anyOf", ())]
    return next((one["maxLength"] for one in options if "maxLength" in one), None)
