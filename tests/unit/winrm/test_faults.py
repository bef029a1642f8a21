"""WSMan faults and HTTP statuses: each becomes the right error."""

from __future__ import annotations

import pytest

from hyperv_operator import errors
from hyperv_operator.winrm.faults import MEANINGS, SUBCODES, error_from_fault, error_from_http_status

QUOTA = (errors.QuotaExceeded, False)
LOST = (errors.ShellLost, True)
NO_SERVICE = (errors.WinRmUnavailable, False)
NOT_REACHED = (errors.HostUnreachable, False)
DOWN = (errors.HostUnreachable, True)
TIMED_OUT = (errors.CallTimeout, True)
NOT_PERMITTED = (errors.AuthenticationFailed, False)
NO_ENDPOINT = (errors.AgentMissing, False)
UNEXPECTED = (errors.ProtocolViolation, False)

# From wsmerror.h and winerror.h, in decimal as they are on the wire.
CODES = {
    2150858815: QUOTA,  # ERROR_WSMAN_QUOTA_LIMIT
    2150859173: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_SHELLS
    2150859174: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_OPERATIONS
    2150859175: QUOTA,  # ERROR_WSMAN_QUOTA_USER
    2150859176: QUOTA,  # ERROR_WSMAN_QUOTA_SYSTEM
    2150859179: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_SHELLUSERS
    2150859236: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_SHELLS_PPQ
    2150859237: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_USERS_PPQ
    2150859238: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_PLUGINSHELLS_PPQ
    2150859239: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_PLUGINOPERATIONS_PPQ
    2150859240: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_OPERATIONS_USER_PPQ
    2150859241: QUOTA,  # ERROR_WSMAN_QUOTA_MAX_COMMANDS_PER_SHELL_PPQ
    2150859242: QUOTA,  # ERROR_WSMAN_QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ
    2150858802: QUOTA,  # ERROR_WSMAN_CONCURRENCY
    8: QUOTA,  # ERROR_NOT_ENOUGH_MEMORY
    14: QUOTA,  # ERROR_OUTOFMEMORY
    1450: QUOTA,  # ERROR_NO_SYSTEM_RESOURCES
    1455: QUOTA,  # ERROR_COMMITMENT_LIMIT
    2150858813: LOST,  # ERROR_WSMAN_INVALID_SELECTORS
    2150858843: LOST,  # ERROR_WSMAN_UNEXPECTED_SELECTORS
    2150858904: LOST,  # ERROR_WSMAN_SESSION_ALREADY_CLOSED
    2150859082: LOST,  # ERROR_WSMAN_SHELL_ALREADY_CLOSED
    2150859084: LOST,  # ERROR_WSMAN_SHELL_INVALID_SHELL_HANDLE
    2150859085: LOST,  # ERROR_WSMAN_SHELL_INVALID_COMMAND_HANDLE
    2150859087: LOST,  # ERROR_WSMAN_COMMAND_ALREADY_CLOSED
    2150859118: LOST,  # ERROR_WSMAN_SHELL_NOT_INITIALIZED
    2150859177: LOST,  # ERROR_WSMAN_DIFFERENT_AUTHZ_TOKEN
    2150859212: LOST,  # ERROR_WSMAN_COMMAND_TERMINATED
    2150859230: LOST,  # ERROR_WSMAN_SERVICE_STREAM_DISCONNECTED
    2150859258: LOST,  # ERROR_WSMAN_CLIENT_SESSION_UNUSABLE
    995: LOST,  # ERROR_OPERATION_ABORTED
    1722: LOST,  # RPC_S_SERVER_UNAVAILABLE
    1726: LOST,  # RPC_S_CALL_FAILED
    1727: LOST,  # RPC_S_CALL_FAILED_DNE
    1062: DOWN,  # ERROR_SERVICE_NOT_ACTIVE
    1115: DOWN,  # ERROR_SHUTDOWN_IN_PROGRESS
    2150858772: DOWN,  # ERROR_WSMAN_ENDPOINT_UNAVAILABLE
    2150858793: TIMED_OUT,  # ERROR_WSMAN_OPERATION_TIMEDOUT
    5: NOT_PERMITTED,  # ERROR_ACCESS_DENIED
    2150858806: NOT_PERMITTED,  # ERROR_WSMAN_FAILED_AUTHENTICATION
    2150858909: NOT_PERMITTED,  # ERROR_WSMAN_SECURITY_UNMAPPED
    2150859180: NOT_PERMITTED,  # ERROR_WSMAN_REMOTESHELLS_NOT_PERMITTED
    2150859229: NOT_PERMITTED,  # ERROR_WSMAN_SERVICE_REMOTE_ACCESS_DISABLED
    2150859235: NOT_PERMITTED,  # ERROR_WSMAN_REMOTE_CONNECTION_NOT_PERMITTED
    1326: NOT_PERMITTED,  # ERROR_LOGON_FAILURE
    2150859203: NOT_PERMITTED,  # ERROR_WSMAN_RUNAS_INVALIDUSERCREDENTIALS
    2150859231: NOT_PERMITTED,  # ERROR_WSMAN_CREATESHELL_RUNAS_FAILED
    2150859259: NOT_PERMITTED,  # ERROR_WSMAN_VIRTUALACCOUNT_NOTSUPPORTED
    2150859260: NOT_PERMITTED,  # ERROR_WSMAN_VIRTUALACCOUNT_NOTSUPPORTED_DOWNLEVEL
    2150859261: NOT_PERMITTED,  # ERROR_WSMAN_RUNASUSER_MANAGEDACCOUNT_LOGON_FAILED
    2150858752: NO_ENDPOINT,  # ERROR_WSMAN_RESOURCE_NOT_FOUND
    2150858811: NO_ENDPOINT,  # ERROR_WSMAN_INVALID_RESOURCE_URI
    2150858790: UNEXPECTED,  # ERROR_WSMAN_ENVELOPE_TOO_LARGE
    2150858824: UNEXPECTED,  # ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED
    2150858825: UNEXPECTED,  # ERROR_WSMAN_SERVER_ENVELOPE_LIMIT
}
OTHERS = {
    2150858753: UNEXPECTED,  # ERROR_WSMAN_INVALID_ACTIONURI
    2147942405: NOT_PERMITTED,  # E_ACCESSDENIED: an HRESULT
    2147944122: LOST,  # the HRESULT of 1722
    -2147024891: NOT_PERMITTED,  # the same as a signed number
    0: UNEXPECTED,
}
Expected = tuple[type[errors.HostError], bool]


@pytest.mark.parametrize(("code", "expected"), [*CODES.items(), *OTHERS.items()])
def test_a_fault_code_becomes_an_error(code: int, expected: Expected) -> None:
    error = error_from_fault(code, "The text.", "h:5986")
    assert (type(error), error.effect_unknown) == expected
    assert "h:5986" in error.message


def test_every_known_code_is_tested() -> None:
    assert set(MEANINGS) == set(CODES)


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("w:AccessDenied", "x", NOT_PERMITTED),
        ("wsman:QuotaLimit", "x", QUOTA),
        ("w:Concurrency", "x", QUOTA),
        ("w:TimedOut", "x", TIMED_OUT),
        ("w:InvalidSelectors", "x", LOST),
        ("a:DestinationUnreachable", "x", NO_ENDPOINT),
        ("w:InternalError", "x", UNEXPECTED),
        ("s:Receiver", "The request failed because the shell was not found on the server.", LOST),
        (2, "This user is allowed a maximum number of concurrent shells", QUOTA),
        (2, "Cannot find the Hvo session configuration in the WSMan: drive.", NO_ENDPOINT),
        (2, "Access is denied.", NOT_PERMITTED),
        (None, "", UNEXPECTED),
    ],
)
def test_a_fault_with_a_generic_code_is_classified_by_its_subcode_or_text(
    code: int | str | None, text: str, expected: Expected
) -> None:
    error = error_from_fault(code, text, "h")
    assert (type(error), error.effect_unknown) == expected


def test_the_text_of_a_fault_is_clean() -> None:
    message = error_from_fault("w:5", "a\u202e\x1b[2J\u200bb", "h").message
    assert "a\ufffd\u241b[2J\ufffdb" in message


def test_what_a_host_says_is_cut() -> None:
    message = error_from_fault("w:" + "X" * 50_000, "y" * 50_000, "h").message
    assert len(message) < 500
    assert "X" * 58 in message


def test_every_known_subcode_becomes_an_error() -> None:
    assert {type(error_from_fault(f"w:{code}", "", "h")) for code in SUBCODES} == {
        errors.AuthenticationFailed,
        errors.QuotaExceeded,
        errors.CallTimeout,
        errors.ShellLost,
        errors.AgentMissing,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (503, NO_SERVICE),
        (429, QUOTA),
        (403, NOT_PERMITTED),
        (404, UNEXPECTED),
        (400, UNEXPECTED),
        (500, UNEXPECTED),
        (407, UNEXPECTED),
        (502, NOT_REACHED),
        (504, NOT_REACHED),
        (505, UNEXPECTED),
    ],
)
def test_an_http_status_without_a_fault_becomes_an_error(status: int, expected: Expected) -> None:
    error = error_from_http_status(status, "h:5986")
    assert (type(error), error.effect_unknown) == expected
    assert f"HTTP {status}" in error.message
    assert "h:5986" in error.message


@pytest.mark.parametrize("status", [400, 429, 502, 503, 504])
def test_the_time_that_a_host_asks_for_is_shown(status: int) -> None:
    assert "left alone for 17 s" in error_from_http_status(status, "h", 17).message
    assert "left alone" not in error_from_http_status(status, "h").message
