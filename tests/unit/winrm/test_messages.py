"""A failed call says what happened and, once, what to do: its own remedy or that of its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pydantic import SecretStr

from hyperv_operator import errors
from hyperv_operator.core import failures
from hyperv_operator.ports import HostEndpoint, PasswordCredentials
from hyperv_operator.winrm.kerberos import FAILURES, ticket_error
from unit import literals
from unit.wording import is_advice, repeated, sentences

_PACKAGE = Path(__file__).resolve().parents[3] / "operator" / "hyperv_operator"
_KRB5_BASE = -1765328384
_CREDENTIALS = PasswordCredentials("svc@EXAMPLE.COM", SecretStr("Canary"))
_ENDPOINT = HostEndpoint(
    name="h",
    address="h.example.com",
    port=5986,
    transport="https",
    authentication="kerberos",
    configuration_name="x",
    agent_path="x",
    credentials=_CREDENTIALS,
    credentials_name="winrm",
    credentials_version="1",
)


def _kinds(kind: type[errors.HostError]) -> dict[str, type[errors.HostError]]:
    found = {kind.__name__: kind}
    for one in kind.__subclasses__():
        found |= _kinds(one)
    return found


def _constructed() -> list[errors.HostError]:
    """Return the errors that the operator constructs, with a placeholder for each value."""
    kinds = _kinds(errors.HostError)
    found = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        for function in literals.functions(path):
            for name, call in function.calls():
                if name not in kinds or not call.args:
                    continue
                given = next((one.value for one in call.keywords if one.arg == "remedy"), ast.Constant(value=""))
                for message in function.texts(call.args[0]):
                    if message != literals.VALUE:
                        remedies = [text.replace(literals.VALUE, "") for text in function.texts(given)]
                        found += [kinds[name](message, remedy=remedy) for remedy in remedies]
    return found


ERRORS = [*_constructed(), *(ticket_error(_KRB5_BASE + offset, "x", _ENDPOINT, _CREDENTIALS) for offset in FAILURES)]


def _name(error: errors.HostError) -> str:
    return f"{type(error).__name__}-{error.message[:40]}"


def test_errors_of_most_kinds_are_found() -> None:
    kinds = {type(error) for error in ERRORS}
    # These take their message from another error or from the host.
    others = {errors.HostError, errors.WrongHost, errors.RolloutFailed, errors.AgentFilesInUse, errors.GuestKeyRefused}
    others.add(errors.AgentBlocked)
    assert set(_kinds(errors.HostError).values()) - kinds - others == set()
    assert len(ERRORS) >= 60


@pytest.mark.parametrize("error", ERRORS, ids=_name)
def test_a_condition_says_nothing_twice(error: errors.HostError) -> None:
    assert repeated(failures.explain_error(error)) == []


@pytest.mark.parametrize("error", ERRORS, ids=_name)
def test_the_message_states_facts_and_the_remedy_gives_advice(error: errors.HostError) -> None:
    assert [one for one in sentences(error.message) if is_advice(one) or one.endswith("?")] == []
    remedy = sentences(error.remedy)
    assert not remedy or is_advice(remedy[0]) or remedy[0].startswith("If this persists, check ")
