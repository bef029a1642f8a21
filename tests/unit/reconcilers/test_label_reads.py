"""When a namespace's labels are read: whenever a tenant entry is asked, and at no other time."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hyperv_operator.api.names import FINALIZER
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.reconcilers.snapshot_builder import gather
from unit.core.samples import APPLIED, configured
from unit.reconcilers.apiserver import DELETING, ApiServer, Process, host_body, machine_body


async def _gathered(tenant: dict[str, Any], spec: dict[str, Any], **metadata: Any) -> tuple[Snapshot, list[str]]:
    body = copy.deepcopy(machine_body(finalizers=[FINALIZER], **metadata))
    body["spec"] |= spec
    body["status"] = configured(applied=APPLIED).status.to_json()
    host = host_body()
    host["spec"]["tenants"] = [{**host["spec"]["tenants"][0], **tenant}]
    process = Process(ApiServer(body, host))
    process.host()
    entry = process.machine()
    return await gather(process.deps, process.cache, entry), process.server.calls


@pytest.mark.parametrize(
    ("tenant", "spec", "metadata", "read"),
    [
        ({}, {}, {}, False),
        ({}, {"powerState": "Off"}, {}, True),
        ({}, {"deletionPolicy": "Retain"}, {}, False),
        ({"deletionPolicies": ["Delete"]}, {"deletionPolicy": "Retain"}, {}, True),
        ({"deletionPolicies": ["Delete"]}, {}, {}, False),
        ({"deletionPolicies": ["Delete"]}, {"deletionPolicy": "Retain"}, DELETING, True),
        ({"deletionPolicies": ["Delete"]}, {}, DELETING, False),
        ({"allowAbandon": False}, {}, DELETING, True),
        ({}, {}, DELETING, False),
        ({}, {"powerState": "Off"}, DELETING, False),
    ],
)
async def test_labels_are_read_where_a_tenant_entry_is_asked(
    tenant: dict[str, Any], spec: dict[str, Any], metadata: dict[str, Any], *, read: bool
) -> None:
    snapshot, calls = await _gathered(tenant, spec, **metadata)
    assert ("labels" in calls) is read
    assert snapshot.namespace_labels == ({"hyperv": "allowed"} if read else {})
    assert "secret" not in calls
