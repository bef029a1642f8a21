"""Every name that the resources publish: group, annotations, condition types, reasons, Event reasons.

A reason that is not here does not exist.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

GROUP: Final = "hyperv-operator.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
SUBRESOURCES_GROUP: Final = f"subresources.{GROUP}"

MACHINES: Final = "hypervmachines"
HOSTS: Final = "hypervhosts"
INVENTORIES: Final = "hypervhostinventories"

MACHINE_KIND: Final = "HyperVMachine"
HOST_KIND: Final = "HyperVHost"
INVENTORY_KIND: Final = "HyperVHostInventory"

FINALIZER: Final = f"{GROUP}/finalizer"
ABANDON_ANNOTATION: Final = f"{GROUP}/abandon"
CONTROLLER: Final = f"{GROUP}/operator"


@unique
class MachineCondition(StrEnum):
    """Condition types of a HyperVMachine, in the order they are listed."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    ACCEPTED = "Accepted"
    PROVISIONED = "Provisioned"
    GUEST_CONFIGURED = "GuestConfigured"
    SYNCED = "Synced"


@unique
class HostCondition(StrEnum):
    """Condition types of a HyperVHost, in the order they are listed."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    REACHABLE = "Reachable"
    AGENT_READY = "AgentReady"
    INVENTORY_FRESH = "InventoryFresh"
    NO_ORPHANS = "NoOrphans"


@unique
class Reason(StrEnum):
    """Condition reasons of both kinds."""

    # Going well.
    READY = "Ready"
    ACCEPTED = "Accepted"
    PROVISIONED = "Provisioned"
    GUEST_CONFIGURED = "GuestConfigured"
    IN_SYNC = "InSync"
    IDLE = "Idle"
    AS_EXPECTED = "AsExpected"
    # Work in progress.
    PENDING = "Pending"
    WAITING_FOR_SECRET = "WaitingForSecret"  # noqa: S105 - a reason, not a password
    QUEUED = "Queued"
    RUNNING = "Running"
    WAITING_FOR_GUEST_KEY = "WaitingForGuestKey"
    WAITING_FOR_GUEST = "WaitingForGuest"
    WAITING_FOR_ADDRESS = "WaitingForAddress"
    RETRYING = "Retrying"
    DELETING = "Deleting"
    PAUSED = "Paused"
    WAITING_FOR_INVENTORY = "WaitingForInventory"
    REPORT_UNREADABLE = "ReportUnreadable"
    # The submission is wrong.
    INVALID_SPEC = "InvalidSpec"
    INVALID_FIELDS = "InvalidFields"
    SCHEMA_VERSION_MISMATCH = "SchemaVersionMismatch"
    FIELD_FROZEN = "FieldFrozen"
    SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 - a reason, not a password
    SECRET_KEY_NOT_FOUND = "SecretKeyNotFound"  # noqa: S105
    SECRET_NOT_READABLE = "SecretNotReadable"  # noqa: S105
    SECRET_INVALID = "SecretInvalid"  # noqa: S105
    GUEST_DATA_TOO_LARGE = "GuestDataTooLarge"
    # The host does not allow it, or is not ready for it.
    HOST_NOT_FOUND = "HostNotFound"
    NAMESPACE_NOT_ALLOWED = "NamespaceNotAllowed"
    IMAGE_NOT_ALLOWED = "ImageNotAllowed"
    VLAN_NOT_ALLOWED = "VlanNotAllowed"
    NAME_NOT_ALLOWED = "NameNotAllowed"
    DELETION_POLICY_NOT_ALLOWED = "DeletionPolicyNotAllowed"
    SIZE_NOT_ALLOWED = "SizeNotAllowed"
    MACHINE_QUOTA_EXCEEDED = "MachineQuotaExceeded"
    SIZE_QUOTA_EXCEEDED = "SizeQuotaExceeded"
    DUPLICATE_NAME = "DuplicateName"
    CLUSTER_REQUIRED = "ClusterRequired"
    HOST_CORDONED = "HostCordoned"
    AGENT_ROLLOUT_INCOMPLETE = "AgentRolloutIncomplete"
    # The host cannot be used.
    HOST_UNREACHABLE = "HostUnreachable"
    WINRM_UNAVAILABLE = "WinRMUnavailable"
    TLS_UNTRUSTED = "TlsUntrusted"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    CREDENTIALS_UNUSABLE = "CredentialsUnusable"
    KDC_UNREACHABLE = "KdcUnreachable"
    HOST_IDENTITY_CHANGED = "HostIdentityChanged"
    AGENT_MISSING = "AgentMissing"
    AGENT_INCOMPATIBLE = "AgentIncompatible"
    SCRIPTS_BLOCKED = "ScriptsBlocked"
    PREFLIGHT_FAILED = "PreflightFailed"
    AGENT_ROLLOUT_FAILED = "AgentRolloutFailed"
    INVENTORY_STALE = "InventoryStale"
    ORPHANS_FOUND = "OrphansFound"
    # A call to the host failed on its way.
    QUOTA_EXCEEDED = "QuotaExceeded"
    SHELL_LOST = "ShellLost"
    CALL_TIMEOUT = "CallTimeout"
    CALL_CANCELLED = "CallCancelled"
    PROTOCOL_VIOLATION = "ProtocolViolation"
    # The agent's closed codes.
    INVALID_DEFINITION = "InvalidDefinition"
    SCHEMA_MISMATCH = "SchemaMismatch"
    SUPERSEDED = "Superseded"
    HOST_BUSY = "HostBusy"
    IMAGE_NOT_FOUND = "ImageNotFound"
    IMAGE_UNUSABLE = "ImageUnusable"
    IMAGE_CHANGED = "ImageChanged"
    INSUFFICIENT_SPACE = "InsufficientSpace"
    INSUFFICIENT_MEMORY = "InsufficientMemory"
    SWITCH_NOT_FOUND = "SwitchNotFound"
    PATH_NOT_ALLOWED = "PathNotAllowed"
    ACCESS_DENIED = "AccessDenied"
    VM_MISSING = "VMMissing"
    IDENTITY_CONFLICT = "IdentityConflict"
    NAME_IN_USE = "NameInUse"
    NOT_OWNED = "NotOwned"
    ISO_MISSING = "IsoMissing"
    COPY_FAILED = "CopyFailed"
    REGISTER_FAILED = "RegisterFailed"
    START_FAILED = "StartFailed"
    GUEST_TIMEOUT = "GuestTimeout"
    GUEST_KEY_INVALID = "GuestKeyInvalid"
    GUEST_KEY_UNSTABLE = "GuestKeyUnstable"
    GUEST_FAILED = "GuestFailed"
    PUBLISH_FAILED = "PublishFailed"
    CLUSTER_FAILED = "ClusterFailed"
    CLUSTER_ROLE_UNAVAILABLE = "ClusterRoleUnavailable"
    REMOVE_FAILED = "RemoveFailed"
    CONSTRAINED_LANGUAGE = "ConstrainedLanguage"
    HYPER_V_UNAVAILABLE = "HyperVUnavailable"
    VM_UNREADABLE = "VmUnreadable"
    VM_CRITICAL = "VmCritical"
    INTERNAL = "Internal"
    # Drift of a provisioned machine.
    OUT_OF_SYNC = "OutOfSync"
    POWER_STATE_DIFFERS = "PowerStateDiffers"
    NOT_YET = "NotYet"


@unique
class EventReason(StrEnum):
    """Reasons of the Events the operator writes."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    QUEUED = "Queued"
    RUN_STARTED = "RunStarted"
    STEP_COMPLETED = "StepCompleted"
    WAITING_FOR_GUEST = "WaitingForGuest"
    GUEST_DATA_PUBLISHED = "GuestDataPublished"
    PROVISIONED = "Provisioned"
    GUEST_CONFIGURED = "GuestConfigured"
    RUN_FAILED = "RunFailed"
    RETRYING = "Retrying"
    RESIZED = "Resized"
    POWER_STATE_CHANGED = "PowerStateChanged"
    DRIFT_DETECTED = "DriftDetected"
    DELETED = "Deleted"
    ABANDONED = "Abandoned"
    HOST_REACHABLE = "HostReachable"
    HOST_PROBLEM = "HostProblem"
    AGENT_INSTALLED = "AgentInstalled"
    PREFLIGHT_CHANGED = "PreflightChanged"
    STATUS_REFUSED = "StatusRefused"
    SERVED_BY_ANOTHER_OPERATOR = "ServedByAnotherOperator"
    AGENT_ROLLOUT_FAILED = "AgentRolloutFailed"
    NOTIFICATIONS_FAILING = "NotificationsFailing"
    NOTIFICATIONS_RESUMED = "NotificationsResumed"
    NOTIFICATION_TARGETS_INVALID = "NotificationTargetsInvalid"
