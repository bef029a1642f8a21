"""Each failed call and each code of the agent has one reason, and is retried as the documentation says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hyperv_operator import errors
from hyperv_operator.api.catalogue import CATALOGUE
from hyperv_operator.api.names import Reason
from hyperv_operator.core import failures, retry
from hyperv_operator.protocol.records import AgentCode
from unit.core.samples import NOW, SNAPSHOT, result

_BASE, _LIMIT = timedelta(seconds=10), timedelta(seconds=600)

CALLS = [
    # error, reason, needs a person, seconds until the attempt after the first failure
    (errors.HostError, "Internal", True, 10),
    (errors.HostUnreachable, "HostUnreachable", False, 10),
    (errors.WinRmUnavailable, "WinRMUnavailable", False, 10),
    (errors.CircuitOpen, "HostUnreachable", False, 10),
    (errors.TlsUntrusted, "TlsUntrusted", True, 10),
    (errors.AuthenticationFailed, "AuthenticationFailed", True, 10),
    (errors.LogonRefused, "AuthenticationFailed", True, 10),
    (errors.LogonSuspended, "AuthenticationFailed", True, 10),
    (errors.KdcUnreachable, "KdcUnreachable", False, 10),
    (errors.LogonPending, "WaitingForInventory", False, 1),
    (errors.ConnectionLost, "HostUnreachable", False, 10),
    (errors.CredentialsUnusable, "CredentialsUnusable", True, 10),
    (errors.QuotaExceeded, "QuotaExceeded", False, 10),
    (errors.ShellLost, "ShellLost", False, 1),
    (errors.CallTimeout, "CallTimeout", False, 10),
    (errors.CallCancelled, "CallCancelled", False, 1),
    (errors.ProtocolViolation, "ProtocolViolation", False, 10),
    (errors.AgentFailed, "ProtocolViolation", False, 10),
    (errors.GuestKeyRefused, "ProtocolViolation", False, 10),
    (errors.WrongHost, "HostIdentityChanged", True, 10),
    (errors.AgentMissing, "AgentMissing", True, 10),
    (errors.AgentBlocked, "ScriptsBlocked", True, 10),
    (errors.LanguageConstrained, "ConstrainedLanguage", True, 10),
    (errors.ScriptsBlocked, "ScriptsBlocked", True, 10),
    (errors.RolloutFailed, "AgentRolloutFailed", True, 10),
    (errors.AgentFilesInUse, "AgentRolloutIncomplete", False, 10),
]

CODES = [
    # code, reason, what the operator does after it
    (AgentCode.INVALID_DEFINITION, "InvalidDefinition", "retries, needs a person"),
    (AgentCode.SCHEMA_MISMATCH, "SchemaMismatch", "retries, needs a person"),
    (AgentCode.SUPERSEDED, "Superseded", "retries"),
    (AgentCode.HOST_BUSY, "HostBusy", "retries"),
    (AgentCode.IMAGE_NOT_FOUND, "ImageNotFound", "retries, needs a person"),
    (AgentCode.IMAGE_UNUSABLE, "ImageUnusable", "retries, needs a person"),
    (AgentCode.IMAGE_CHANGED, "ImageChanged", "retries, needs a person"),
    (AgentCode.INSUFFICIENT_SPACE, "InsufficientSpace", "retries, needs a person"),
    (AgentCode.INSUFFICIENT_MEMORY, "InsufficientMemory", "retries, needs a person"),
    (AgentCode.SWITCH_NOT_FOUND, "SwitchNotFound", "retries, needs a person"),
    (AgentCode.PATH_NOT_ALLOWED, "PathNotAllowed", "retries, needs a person"),
    (AgentCode.ACCESS_DENIED, "AccessDenied", "retries, needs a person"),
    (AgentCode.VM_MISSING, "VMMissing", "retries, needs a person"),
    (AgentCode.IDENTITY_CONFLICT, "IdentityConflict", "retries, needs a person"),
    (AgentCode.NAME_IN_USE, "NameInUse", "retries, needs a person"),
    (AgentCode.NOT_OWNED, "NotOwned", "retries, needs a person"),
    (AgentCode.ISO_MISSING, "IsoMissing", "retries, needs a person"),
    (AgentCode.COPY_FAILED, "CopyFailed", "retries, needs a person"),
    (AgentCode.REGISTER_FAILED, "RegisterFailed", "retries, needs a person"),
    (AgentCode.START_FAILED, "StartFailed", "retries, needs a person"),
    (AgentCode.GUEST_TIMEOUT, "GuestTimeout", "waits, needs a person"),
    (AgentCode.GUEST_KEY_INVALID, "GuestKeyInvalid", "retries"),
    (AgentCode.GUEST_FAILED, "GuestFailed", "waits, needs a person"),
    (AgentCode.PUBLISH_FAILED, "PublishFailed", "retries, needs a person"),
    (AgentCode.CLUSTER_FAILED, "ClusterFailed", "retries, needs a person"),
    (AgentCode.CLUSTER_ROLE_UNAVAILABLE, "ClusterRoleUnavailable", "retries, needs a person"),
    (AgentCode.REMOVE_FAILED, "RemoveFailed", "retries"),
    (AgentCode.HOST_IDENTITY_CHANGED, "HostIdentityChanged", "retries, needs a person"),
    (AgentCode.HYPER_V_UNAVAILABLE, "HyperVUnavailable", "retries, needs a person"),
    (AgentCode.VM_UNREADABLE, "VmUnreadable", "retries, needs a person"),
    (AgentCode.VM_CRITICAL, "VmCritical", "retries, needs a person"),
    (AgentCode.CONSTRAINED_LANGUAGE, "ConstrainedLanguage", "retries, needs a person"),
    (AgentCode.INTERNAL, "Internal", "retries, needs a person"),
]


def _all(kind: type[errors.HostError]) -> set[type[errors.HostError]]:
    return {kind}.union(*(_all(one) for one in kind.__subclasses__()))


def test_every_kind_of_failed_call_has_a_row() -> None:
    assert [row[0] for row in CALLS] == list(dict.fromkeys(row[0] for row in CALLS))
    assert {row[0] for row in CALLS} == _all(errors.HostError)


@pytest.mark.parametrize(("kind", "reason", "person", "seconds"), CALLS)
def test_a_failed_call(kind: type[errors.HostError], reason: str, person: bool, seconds: int) -> None:
    error = kind("It failed.")
    assert failures.reason_of_error(error) is Reason(reason)
    assert failures.needs_person(error) is person
    failure = retry.failure_of(result(error, finished_at=NOW))
    assert failure
    policy = SNAPSHOT.limits.retry
    assert retry.retry_at(failure, 1, policy) == NOW + timedelta(seconds=seconds)
    assert retry.retry_at(failure, 2, policy) == NOW + timedelta(seconds=20)


def test_every_code_of_the_agent_has_a_row() -> None:
    assert [row[0] for row in CODES] == list(AgentCode)


@pytest.mark.parametrize(("code", "reason", "does"), CODES)
def test_a_code_of_the_agent(code: AgentCode, reason: str, does: str) -> None:
    assert failures.reason_of_code(code) is Reason(reason)
    assert (code in failures.FINAL) is does.startswith("waits")
    assert (code in failures.TRANSIENT) is (not does.endswith("needs a person"))


def test_a_special_error_that_has_no_row_has_the_reason_of_its_kind() -> None:
    class HostMoved(errors.WrongHost):
        pass

    assert failures.reason_of_error(HostMoved("It moved.")) is Reason.HOST_IDENTITY_CHANGED


def test_an_errors_own_remedy_takes_the_place_of_its_reasons() -> None:
    general, special = errors.TlsUntrusted("No trust."), errors.TlsUntrusted("No trust.", remedy="Renew it.")
    assert failures.explain_error(special) == "No trust. Renew it."
    assert failures.explain_error(general).startswith("No trust. Put the issuing CA into spec.connection.caBundle")


def test_a_code_without_a_message_says_its_cause() -> None:
    assert failures.explain_code(AgentCode.ISO_MISSING) == (
        "The provisioning ISO for the guest's OS family is not in the agent's folder on the host. Put the provisioning ISO into the "
        "agent's folder on the host."
    )
    assert CATALOGUE[Reason.ISO_MISSING].remedy == "Put the provisioning ISO into the agent's folder on the host."


@pytest.mark.parametrize(
    ("code", "says"), [("HyperVUnavailable", "start Hyper-V's management service"), (None, "port of WinRM")]
)
def test_an_inventory_that_failed_has_the_remedy_of_its_code(code: str | None, says: str) -> None:
    text = failures.explain_error(errors.AgentFailed("The agent took no inventory.", code=code))
    assert text.startswith("The agent took no inventory. ")
    assert says in text
