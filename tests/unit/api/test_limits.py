"""What the resources refuse: each limit at its edge and one beyond it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hyperv_operator.api.common import Condition, Model, Transition
from hyperv_operator.api.host import (
    AgentStatus,
    Capacity,
    Connection,
    HostId,
    HyperVHostSpec,
    HyperVHostStatus,
    LabelExpression,
    LabelSelector,
    LogonFailures,
    Paths,
    Preflight,
    PreflightCounts,
    PreflightRow,
    Tenant,
    UnreadableLine,
    UnreadableVm,
    Volume,
)
from hyperv_operator.api.inventory import (
    HyperVHostInventoryStatus,
    Placeholder,
    ReportedImage,
    ReportedMachine,
)
from hyperv_operator.api.machine import (
    Claim,
    HyperVMachineSpec,
    HyperVMachineStatus,
    PastRun,
    Run,
    Sealed,
    SecretKeyRef,
)

GUID = "0f1e2d3c-1111-4222-8333-944455556666"
TIME = "2026-01-01T00:00:00Z"
PATHS = {"images": "C:\\I", "machines": "C:\\M"}
CONNECTION = {"credentialsSecretRef": {"name": "s"}}
EXPRESSION = {"key": "k", "operator": "In"}
CONDITION = {"type": "Ready", "status": "True", "reason": "Ready", "lastTransitionTime": TIME}
MACHINE = {"vmId": GUID, "name": "a", "state": "Running", "cpuCores": 1, "gbRam": "1"}
IMAGE = {"name": "a", "sizeGib": 1}
PLACEHOLDER = {"uid": GUID, "namespace": "n", "name": "a", "vmName": "a", "phase": "p"}
TRANSITION = {"sequence": 1, "at": TIME, "reason": "r", "severity": "Normal", "message": ""}
LINE = {"kind": "vm", "problem": "p"}
UNOPENED = {"problem": "p"}
ROW = {"id": "r", "state": "blocking"}
PREFLIGHT = {"checkedAt": TIME, "generation": 1, "agentDigest": "d"}
PAST = {"id": GUID, "attempt": 1, "finishedAt": TIME, "outcome": "o"}

GOOD: dict[type[Model], dict[str, Any]] = {
    SecretKeyRef: {"name": "s", "key": "k"},
    HyperVMachineSpec: {"schemaVersion": 1, "targetHost": "h", "fields": {}},
    Claim: {"runId": GUID, "attempt": 1, "operator": "o"},
    Run: {"id": GUID, "attempt": 1},
    PastRun: PAST,
    Transition: TRANSITION,
    Sealed: {"runId": GUID, "kid": "k", "count": 1},
    HyperVMachineStatus: {},
    Connection: CONNECTION,
    LabelExpression: EXPRESSION,
    LabelSelector: {},
    Tenant: {"namespaceSelector": {}},
    Paths: PATHS,
    HyperVHostSpec: {"address": "h", "connection": CONNECTION, "paths": PATHS, "virtualSwitch": "External"},
    HostId: {"smbiosUuid": "s", "machineGuid": "m"},
    AgentStatus: {},
    Volume: {"path": "C:", "freeGib": 1},
    Capacity: {"logicalProcessors": 1, "memoryGib": 1, "memoryFreeGib": 1},
    LogonFailures: {"secretVersion": "1", "count": 0},
    UnreadableLine: LINE,
    UnreadableVm: UNOPENED,
    PreflightCounts: {},
    PreflightRow: ROW,
    Preflight: PREFLIGHT,
    HyperVHostStatus: {},
    ReportedMachine: MACHINE,
    ReportedImage: IMAGE,
    Placeholder: PLACEHOLDER,
    HyperVHostInventoryStatus: {},
    Condition: CONDITION,
}

_FIELDS = {f"f{number}": {"secretKeyRef": {"name": "s", "key": "k"}} for number in range(33)}


def _first(mapping: dict[str, Any], number: int) -> dict[str, Any]:
    return dict(list(mapping.items())[:number])


_LABELS = {f"l{number}": "x" for number in range(33)}

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
LONG_NAME = ".".join(["x" * 62] * 4) + ".z"

LIMITS: list[tuple[type[Model], str, Any, Any]] = [
    # The machine.
    (SecretKeyRef, "name", "x" * 253, "x" * 254),
    (SecretKeyRef, "name", "x", ""),
    (SecretKeyRef, "name", "a.b-c", "A"),
    (SecretKeyRef, "name", "a", "-a"),
    (SecretKeyRef, "name", "a", "a-"),
    (SecretKeyRef, "key", "x" * 253, "x" * 254),
    (SecretKeyRef, "key", "x", ""),
    (SecretKeyRef, "key", "tls.key_A-1", "a/b"),
    (HyperVMachineSpec, "schemaVersion", 1, 0),
    (HyperVMachineSpec, "schemaVersion", 10_000, 10_001),
    (HyperVMachineSpec, "secretFields", _first(_FIELDS, 32), _FIELDS),
    (HyperVMachineSpec, "powerState", "Off", "Paused"),
    (HyperVMachineSpec, "deletionPolicy", "Retain", "Keep"),
    (HyperVMachineSpec, "fields", {"novel": 1}, None),
    (Claim, "attempt", 1, 0),
    (Claim, "runId", GUID, GUID.upper()),
    (Claim, "operator", "x" * 253, "x" * 254),
    (Claim, "agent", "0123456789abcdef", "0123456789abcdef0"),
    (Claim, "agent", None, "0123456789abcde"),
    (Run, "attempt", 1, 0),
    (Run, "kind", "update", "novel"),
    (Run, "step", "x" * 64, "x" * 65),
    (Run, "stepProgress", 0, -1),
    (Run, "stepProgress", 100, 101),
    (Run, "outcome", "x" * 64, "x" * 65),
    (Run, "definition", "x" * 16_384, "x" * 16_385),
    (PastRun, "attempt", 1, 0),
    (PastRun, "outcome", "x" * 64, "x" * 65),
    (PastRun, "message", "x" * 512, "x" * 513),
    (Sealed, "kid", "x" * 64, "x" * 65),
    (Sealed, "count", 1, 0),
    (Sealed, "count", 100, 101),
    (Sealed, "secrets", _first(_LABELS, 32), _LABELS),
    (HyperVMachineStatus, "observedGeneration", -1, -2),
    (HyperVMachineStatus, "host", "x" * 253, "x" * 254),
    (HyperVMachineStatus, "powerState", "x" * 32, "x" * 33),
    (HyperVMachineStatus, "addresses", ["x" * 64] * 32, ["x"] * 33),
    (HyperVMachineStatus, "addresses", [], ["x" * 65]),
    (HyperVMachineStatus, "osFamily", "linux", "bsd"),
    (HyperVMachineStatus, "diagnosis", "x" * 2_048, "x" * 2_049),
    (HyperVMachineStatus, "history", [PAST] * 5, [PAST] * 6),
    (HyperVMachineStatus, "transitions", [TRANSITION] * 20, [TRANSITION] * 21),
    (HyperVHostStatus, "transitions", [TRANSITION] * 20, [TRANSITION] * 21),
    (Transition, "sequence", 1, 0),
    (Transition, "reason", "x" * 64, "x" * 65),
    (Transition, "severity", "Warning", "Error"),
    (Transition, "message", "x" * 512, "x" * 513),
    # Conditions.
    (HyperVMachineStatus, "conditions", [CONDITION] * 16, [CONDITION] * 17),
    (Condition, "type", "x" * 64, "x" * 65),
    (Condition, "status", "Unknown", "Maybe"),
    (Condition, "reason", "x" * 64, "x" * 65),
    (Condition, "reason", "A", ""),
    (Condition, "reason", "A1", "1A"),
    (Condition, "message", "x" * 8_192, "x" * 8_193),
    (Condition, "observedGeneration", 0, -1),
    # The host.
    (Connection, "port", 1, 0),
    (Connection, "port", 65_535, 65_536),
    (Connection, "transport", "http", "ftp"),
    (Connection, "authentication", "certificate", "digest"),
    (Connection, "caBundle", CERTIFICATE.ljust(65_536), CERTIFICATE.ljust(65_537)),
    (Connection, "caBundle", CERTIFICATE, "no certificate"),
    (Connection, "configurationName", "x" * 100, "x" * 101),
    (Connection, "configurationName", "x", ""),
    (Connection, "configurationName", "A.b_c-1", "a b"),
    (LabelExpression, "key", "x" * 317, "x" * 318),
    (LabelExpression, "key", "x", ""),
    (LabelExpression, "operator", "DoesNotExist", "Gt"),
    (LabelExpression, "values", ["x" * 63] * 32, ["x"] * 33),
    (LabelExpression, "values", [], ["x" * 64]),
    (LabelSelector, "matchLabels", _first(_LABELS, 32), _LABELS),
    (LabelSelector, "matchLabels", {"l": "x" * 63}, {"l": "x" * 64}),
    (LabelSelector, "matchExpressions", [EXPRESSION] * 16, [EXPRESSION] * 17),
    (Tenant, "images", ["x" * 128] * 64, ["x"] * 65),
    (Tenant, "images", ["x"], [""]),
    (Tenant, "images", [], ["x" * 129]),
    (Tenant, "vlans", ["0"] * 64, ["0"] * 65),
    (Tenant, "vlans", ["4094"], ["4095"]),
    (Tenant, "vlans", ["1000-4094"], ["1000-40940"]),
    (Tenant, "vlans", ["10-4094"], ["10-4095"]),
    (Tenant, "vlans", ["10-10"], ["11-10"]),
    (Tenant, "vlans", ["10"], ["10-"]),
    (Tenant, "vmNamePattern", "^" + "x" * 199, "^" + "x" * 200),
    (Tenant, "vmNamePattern", "^", ""),
    (Tenant, "vmNamePattern", "^[a]", "^[a"),
    (Tenant, "maxMachines", 0, -1),
    (Tenant, "maxMachines", 10_000, 10_001),
    (Tenant, "maxCpuCores", 1, 0),
    (Tenant, "maxCpuCores", 2_048, 2_049),
    (Tenant, "maxMemoryGiB", 1, 0),
    (Tenant, "maxMemoryGiB", 262_144, 262_145),
    (Tenant, "maxTotalCpuCores", 0, -1),
    (Tenant, "maxTotalCpuCores", 1_000_000, 1_000_001),
    (Tenant, "maxTotalMemoryGiB", 0, -1),
    (Tenant, "maxTotalMemoryGiB", 10_000_000, 10_000_001),
    (Tenant, "deletionPolicies", ["Delete"], []),
    (Tenant, "deletionPolicies", ["Delete", "Retain"], ["Delete", "Retain", "Delete"]),
    (Paths, "images", "C:\\" + "x" * 197, "C:\\" + "x" * 198),
    (Paths, "images", "e:\\", "e:"),
    (Paths, "machines", "D:\\V M", "D:\\V$M"),
    (HyperVHostSpec, "address", LONG_NAME + ".", LONG_NAME + "y."),
    (HyperVHostSpec, "address", "x" * 63, "x" * 64),
    (HyperVHostSpec, "address", "x", ""),
    (HyperVHostSpec, "address", "fe80::1", "-x"),
    (HyperVHostSpec, "address", "10.0.0.255", "10.0.0.256"),
    (HyperVHostSpec, "address", "a.b", "a..b"),
    (HyperVHostSpec, "tenants", [{"namespaceSelector": {}}] * 64, [{"namespaceSelector": {}}] * 65),
    (HyperVHostSpec, "virtualSwitch", "x" * 100, "x" * 101),
    (HyperVHostSpec, "virtualSwitch", "x", ""),
    (HyperVHostSpec, "virtualSwitch", "My Switch", "$x"),
    (HyperVHostSpec, "failoverCluster", "x" * 63, "x" * 64),
    (HyperVHostSpec, "failoverCluster", "x", ""),
    (HyperVHostSpec, "failoverCluster", "C-1", "C.1"),
    (HyperVHostSpec, "maxConcurrentRuns", 1, 0),
    (HyperVHostSpec, "maxConcurrentRuns", 20, 21),
    (HyperVHostSpec, "inventoryIntervalSeconds", 10, 9),
    (HyperVHostSpec, "inventoryIntervalSeconds", 3_600, 3_601),
    (HyperVHostSpec, "storage", {"clone": "Differencing"}, {"clone": "Link"}),
    (HostId, "smbiosUuid", "x" * 64, "x" * 65),
    (HostId, "machineGuid", "x" * 64, "x" * 65),
    (AgentStatus, "desiredDigest", "x" * 100, "x" * 101),
    (AgentStatus, "digest", "x" * 100, "x" * 101),
    (AgentStatus, "version", "x" * 64, "x" * 65),
    (AgentStatus, "schemaVersions", [1] * 16, [1] * 17),
    (AgentStatus, "schemaVersions", [1], [0]),
    (AgentStatus, "phase", "x" * 32, "x" * 33),
    (Volume, "path", "x" * 260, "x" * 261),
    (Volume, "freeGib", 0, -1),
    (Capacity, "logicalProcessors", 0, -1),
    (Capacity, "memoryGib", 0, -1),
    (Capacity, "memoryFreeGib", 0, -1),
    (Capacity, "volumes", [GOOD[Volume]] * 64, [GOOD[Volume]] * 65),
    (LogonFailures, "count", 0, -1),
    (LogonFailures, "secretVersion", "x" * 253, "x" * 254),
    (UnreadableLine, "kind", "x" * 64, "x" * 65),
    (UnreadableLine, "machineUid", "x" * 256, "x" * 257),
    (UnreadableLine, "vmId", "x" * 64, "x" * 65),
    (UnreadableLine, "problem", "x" * 512, "x" * 513),
    (UnreadableVm, "vmId", "x" * 64, "x" * 65),
    (UnreadableVm, "name", "x" * 256, "x" * 257),
    (UnreadableVm, "machineUid", "x" * 256, "x" * 257),
    (UnreadableVm, "problem", "x" * 512, "x" * 513),
    (PreflightCounts, "ok", 0, -1),
    (PreflightCounts, "warning", 0, -1),
    (PreflightCounts, "blocking", 0, -1),
    (PreflightCounts, "unknown", 0, -1),
    (PreflightRow, "id", "x" * 64, "x" * 65),
    (PreflightRow, "subject", "x" * 200, "x" * 201),
    (PreflightRow, "state", "warning", "ok"),
    (PreflightRow, "observed", "x" * 400, "x" * 401),
    (PreflightRow, "expected", "x" * 200, "x" * 201),
    (PreflightRow, "remedy", "x" * 300, "x" * 301),
    (Preflight, "generation", 0, -1),
    (Preflight, "agentDigest", "x" * 100, "x" * 101),
    (Preflight, "rows", [ROW] * 40, [ROW] * 41),
    (HyperVHostStatus, "operator", "x" * 63, "x" * 64),
    (HyperVHostStatus, "unreadableCount", 0, -1),
    (HyperVHostStatus, "unreadableLines", [LINE] * 20, [LINE] * 21),
    (HyperVHostStatus, "unreadableVmCount", 0, -1),
    (HyperVHostStatus, "unreadableVms", [UNOPENED] * 20, [UNOPENED] * 21),
    (HyperVHostStatus, "observedGeneration", -1, -2),
    # The inventory.
    (ReportedMachine, "name", "x" * 256, "x" * 257),
    (ReportedMachine, "state", "x" * 32, "x" * 33),
    (ReportedMachine, "cpuCores", 0, -1),
    (ReportedMachine, "gbRam", "x" * 16, "x" * 17),
    (ReportedMachine, "vmId", GUID, GUID + "0"),
    (ReportedImage, "name", "x" * 256, "x" * 257),
    (ReportedImage, "sizeGib", 0, -1),
    (Placeholder, "vmName", "x" * 256, "x" * 257),
    (Placeholder, "phase", "x" * 64, "x" * 65),
    (HyperVHostInventoryStatus, "machines", [MACHINE] * 1_000, [MACHINE] * 1_001),
    (HyperVHostInventoryStatus, "images", [IMAGE] * 500, [IMAGE] * 501),
    (HyperVHostInventoryStatus, "placeholders", [PLACEHOLDER] * 1_000, [PLACEHOLDER] * 1_001),
]


@pytest.mark.parametrize(
    ("model", "key", "last_good", "first_bad"), LIMITS, ids=[f"{one[0].__name__}.{one[1]}" for one in LIMITS]
)
def test_a_value_outside_of_its_limit_is_refused(model: type[Model], key: str, last_good: Any, first_bad: Any) -> None:
    model.model_validate({**GOOD[model], key: last_good})
    with pytest.raises(ValidationError, match=key):
        model.model_validate({**GOOD[model], key: first_bad})


@pytest.mark.parametrize(
    ("model", "key", "default"),
    [
        (HyperVMachineSpec, "powerState", "Running"),
        (HyperVMachineSpec, "deletionPolicy", "Delete"),
        (HyperVMachineSpec, "paused", False),
        (Run, "kind", "provision"),
        (Connection, "transport", "https"),
        (Connection, "port", 5986),
        (Connection, "authentication", "kerberos"),
        (Connection, "configurationName", "Microsoft.PowerShell"),
        (Paths, "agent", "C:\\ProgramData\\HyperVOperator"),
        (HyperVHostSpec, "storage", {"clone": "Copy"}),
        (HyperVHostSpec, "maxConcurrentRuns", 4),
        (HyperVHostSpec, "inventoryIntervalSeconds", 60),
        (HyperVHostSpec, "cordoned", False),
        (HyperVHostSpec, "tenants", []),
        (HyperVHostInventoryStatus, "truncated", False),
        (PreflightCounts, "ok", 0),
        (PreflightCounts, "warning", 0),
        (PreflightCounts, "blocking", 0),
        (PreflightCounts, "unknown", 0),
    ],
)
def test_what_a_resource_leaves_out_has_its_documented_default(model: type[Model], key: str, default: Any) -> None:
    assert model.model_validate(GOOD[model]).model_dump(mode="json", by_alias=True)[key] == default


@pytest.mark.parametrize(
    ("transport", "authentication", "good"),
    [
        ("https", "basic", True),
        ("https", "certificate", True),
        ("https", "ntlm", True),
        ("http", "kerberos", True),
        ("http", "negotiate", True),
        ("http", "ntlm", True),
        ("http", "basic", False),
        ("http", "certificate", False),
    ],
)
def test_http_requires_an_authentication_that_encrypts_messages(
    transport: str, authentication: str, good: bool
) -> None:
    raw = {**CONNECTION, "transport": transport, "authentication": authentication}
    if good:
        assert Connection.model_validate(raw)
    else:
        with pytest.raises(ValidationError, match="encrypts messages"):
            Connection.model_validate(raw)


@pytest.mark.parametrize(
    "model",
    [
        HyperVMachineSpec,
        HyperVHostSpec,
        Connection,
        Tenant,
        HyperVMachineStatus,
        HyperVHostStatus,
        Claim,
        Run,
        Condition,
    ],
)
def test_a_key_that_a_newer_resource_definition_has_is_ignored(model: type[Model]) -> None:
    assert model.model_validate({**GOOD[model], "novel": 1}) == model.model_validate(GOOD[model])


@pytest.mark.parametrize("model", [HyperVMachineSpec, Claim])
def test_keys_may_be_given_by_their_python_names(model: type[Model]) -> None:
    given = model.model_validate(GOOD[model])
    assert model(**given.model_dump()) == given


@pytest.mark.parametrize(
    ("model", "key", "value", "limit"),
    [
        (SecretKeyRef, "name", "", "at least 1 character"),
        (SecretKeyRef, "key", "", "at least 1 character"),
        (Connection, "configurationName", "", "at least 1 character"),
        (HyperVHostSpec, "address", "", "at least 1 character"),
        (HyperVHostSpec, "virtualSwitch", "", "at least 1 character"),
        (HyperVHostSpec, "failoverCluster", "", "at least 1 character"),
        (Paths, "images", "C:", "at least 3 characters"),
        (Claim, "runId", GUID + "0", "at most 36 characters"),
        (Claim, "agent", "0123456789abcdef0", "at most 16 characters"),
        (Tenant, "vlans", ["1000-40940"], "at most 9 characters"),
        (Tenant, "vmNamePattern", "", "at least 1 character"),
    ],
)
def test_a_wrong_length_is_reported_as_such_rather_than_as_a_wrong_form(
    model: type[Model], key: str, value: Any, limit: str
) -> None:
    with pytest.raises(ValidationError, match=limit):
        model.model_validate({**GOOD[model], key: value})
