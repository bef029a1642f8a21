"""What a failure means: its reason, whether it needs a person, and what to do about it."""

from __future__ import annotations

from typing import Final

from hyperv_operator import errors
from hyperv_operator.api.names import Reason
from hyperv_operator.protocol.records import AgentCode

_REASON_OF_ERROR: Final[dict[type[errors.HostError], Reason]] = {
    # The first that an error is an instance of counts: a special case stands before the general one.
    errors.WinRmUnavailable: Reason.WINRM_UNAVAILABLE,
    errors.HostUnreachable: Reason.HOST_UNREACHABLE,
    errors.TlsUntrusted: Reason.TLS_UNTRUSTED,
    errors.AuthenticationFailed: Reason.AUTHENTICATION_FAILED,
    errors.KdcUnreachable: Reason.KDC_UNREACHABLE,
    errors.LogonPending: Reason.WAITING_FOR_INVENTORY,
    errors.CredentialsUnusable: Reason.CREDENTIALS_UNUSABLE,
    errors.QuotaExceeded: Reason.QUOTA_EXCEEDED,
    errors.ShellLost: Reason.SHELL_LOST,
    errors.CallTimeout: Reason.CALL_TIMEOUT,
    errors.CallCancelled: Reason.CALL_CANCELLED,
    errors.ProtocolViolation: Reason.PROTOCOL_VIOLATION,
    errors.WrongHost: Reason.HOST_IDENTITY_CHANGED,
    errors.AgentMissing: Reason.AGENT_MISSING,
}

TRANSIENT: Final = frozenset({AgentCode.HOST_BUSY, AgentCode.SUPERSEDED, AgentCode.GUEST_KEY_INVALID})
"""Codes that the next launch, made from a fresh look, is expected to clear by itself."""

FINAL: Final = frozenset(
    {AgentCode.GUEST_FAILED, AgentCode.IDENTITY_CONFLICT, AgentCode.NOT_OWNED, AgentCode.GUEST_TIMEOUT}
)
"""Codes for which launching again changes nothing; something else has to change first."""

_REMEDY: Final[dict[AgentCode, str]] = {
    AgentCode.INVALID_DEFINITION: "The agent on the host does not understand the job; bring its version in line with the operator's.",
    AgentCode.SCHEMA_MISMATCH: "The agent on the host supports other schema versions; bring its version in line with the operator's.",
    AgentCode.SUPERSEDED: "A newer launch is on its way.",
    AgentCode.HOST_BUSY: "Another launch for this machine is still running; it is waited for.",
    AgentCode.IMAGE_NOT_FOUND: "Put the image into the host's image folder, or correct spec.fields.image_name.",
    AgentCode.INSUFFICIENT_SPACE: "Free space on the host's machine volume, or choose another host.",
    AgentCode.INSUFFICIENT_MEMORY: "Free memory on the host, or lower spec.fields.gb_ram.",
    AgentCode.SWITCH_NOT_FOUND: "Create the virtual switch on the host, or correct spec.virtualSwitch of the HyperVHost.",
    AgentCode.PATH_NOT_ALLOWED: "Add the folder to the allowed roots in the host's agent.json, or correct spec.paths of the HyperVHost.",
    AgentCode.ACCESS_DENIED: "Give the operator's account on the host the rights that the host preparation guide lists.",
    AgentCode.VM_MISSING: "The VM was removed on the host. Delete the resource, or restore the VM.",
    AgentCode.IDENTITY_CONFLICT: "Find out which VM is the right one and remove the machine mark from the other's notes.",
    AgentCode.NAME_IN_USE: "Choose another spec.fields.vm_name, or rename or remove the other VM.",
    AgentCode.NOT_OWNED: "What stands in the way does not belong to this machine; remove it by hand if it is not needed.",
    AgentCode.ISO_MISSING: "Put the provisioning ISO into the agent's folder on the host.",
    AgentCode.COPY_FAILED: "Look at the host's disks and the agent's log lines of this run.",
    AgentCode.REGISTER_FAILED: "Look at the host's Hyper-V VMMS event log and the agent's log lines of this run.",
    AgentCode.START_FAILED: "Look at the host's Hyper-V event logs; confirm that CPU and memory are sufficient.",
    AgentCode.GUEST_TIMEOUT: (
        "Make sure that the image has the Hyper-V integration services and starts the provisioning ISO. "
        "It goes on by itself when the guest signals."
    ),
    AgentCode.GUEST_KEY_INVALID: "The guest posted a new key; its data is sealed again.",
    AgentCode.GUEST_FAILED: (
        "Correct what the guest could not apply (for a domain join: credentials, DNS, domain controller), "
        "then delete the resource and apply it again."
    ),
    AgentCode.PUBLISH_FAILED: "Look at the VM's Hyper-V integration services and the agent's log lines of this run.",
    AgentCode.CLUSTER_FAILED: "Look at the failover cluster's events; the host must be a node that is up.",
    AgentCode.REMOVE_FAILED: "Look at what holds the VM's files on the host and at the agent's log lines of this run.",
    AgentCode.INTERNAL: "Look at the agent's log lines of this run.",
}


def reason_of_error(error: errors.HostError) -> Reason:
    """Return the condition reason of a failed call."""
    return next((reason for kind, reason in _REASON_OF_ERROR.items() if isinstance(error, kind)), Reason.INTERNAL)


def reason_of_code(code: AgentCode) -> Reason:
    """Return the condition reason of an agent's code: the same word (`VmMissing` is spelled `VMMissing` there)."""
    return Reason.VM_MISSING if code is AgentCode.VM_MISSING else Reason(code.value)


def remedy(code: AgentCode) -> str:
    """Return what a person can do about a code, in a sentence or two."""
    return _REMEDY[code]


def needs_person(error: errors.HostError) -> bool:
    """Tell whether only a person's change can clear a failed call."""
    return error.retry is errors.Retry.CHANGE
