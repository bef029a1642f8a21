"""What a failed call shows of the host: whether it answered, whether a call was made at all, and whether it may have had an effect."""

from __future__ import annotations

import pytest

from hyperv_operator import errors


@pytest.mark.parametrize(
    ("error", "answered"),
    [
        (errors.HostError, None),
        (errors.HostUnreachable, False),
        (errors.WinRmUnavailable, False),
        (errors.CircuitOpen, None),
        (errors.TlsUntrusted, True),
        (errors.AuthenticationFailed, True),
        (errors.LogonRefused, True),
        (errors.LogonSuspended, None),
        (errors.LogonPending, None),
        (errors.KdcUnreachable, None),
        (errors.CredentialsUnusable, None),
        (errors.QuotaExceeded, True),
        (errors.ShellLost, True),
        (errors.CallTimeout, None),
        (errors.CallCancelled, None),
        (errors.ProtocolViolation, True),
        (errors.WrongHost, True),
        (errors.AgentMissing, True),
        (errors.RolloutFailed, True),
        (errors.AgentFilesInUse, True),
    ],
)
def test_a_refusal_is_an_answer_of_the_host(error: type[errors.HostError], answered: bool | None) -> None:
    assert error("x").host_answered is answered


def test_only_calls_that_were_held_off_were_not_tried() -> None:
    untried = {errors.CircuitOpen, errors.LogonSuspended, errors.LogonPending}
    assert {error for error in _all(errors.HostError) if not error("x").tried} == untried


@pytest.mark.parametrize("error", [errors.HostError, errors.RolloutFailed])
def test_a_call_had_no_effect_unless_it_says_so(error: type[errors.HostError]) -> None:
    assert not error("x").effect_unknown
    assert error("x", effect_unknown=True).effect_unknown


def test_a_version_that_failed_was_not_on_the_host_before_unless_it_says_so() -> None:
    assert not errors.RolloutFailed("x").was_there
    assert errors.RolloutFailed("x", was_there=True).was_there


def _all(root: type[errors.HostError]) -> set[type[errors.HostError]]:
    return {root} | {error for child in root.__subclasses__() for error in _all(child)}


def test_an_inventory_that_the_agent_refused_has_had_no_effect() -> None:
    assert errors.AgentFailed("x").effect_unknown is False
    assert errors.AgentFailed("x", effect_unknown=True).effect_unknown is True
