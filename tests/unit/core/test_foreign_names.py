"""What the owner of a machine reads never names what is not the owner's: one marked name in everything else, and it is nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator import errors
from hyperv_operator.api.host import HostId
from hyperv_operator.api.names import Reason
from hyperv_operator.core import events, failures
from hyperv_operator.core.admission import Refused, review_creation
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.host_status import HostSnapshot, problem
from hyperv_operator.core.machine_status import compose
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.snapshot import HostProblem, HostView, Rival, Snapshot
from hyperv_operator.core.usage import Usage
from hyperv_operator.protocol.inventory import ImageFacts
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind, RemovalFinding
from unit.core.samples import (
    CLAIM,
    HOST,
    NOW,
    REPORT,
    SECOND,
    SNAPSHOT,
    SPEC,
    VM_ID,
    condition,
    configured,
    ended,
    failed,
    inventory,
    launched,
    resized,
    result,
    vm,
    with_spec,
)

MARK = "zzforeignzz"
PATH = f"D:\\{MARK} folder\\{MARK}.vhdx"


def _spec() -> Any:
    tenants = [
        {"namespaceSelector": {"matchLabels": {"hyperv": MARK}}, "images": [MARK], "vmNamePattern": f"^{MARK}"},
        {
            "namespaceSelector": {"matchLabels": {"hyperv": "allowed"}},
            "images": ["Ubuntu *", "None Such"],
            "vlans": ["0"],
        },
    ]
    raw = HOST.spec.model_dump(by_alias=True, exclude_none=True)
    return HOST.spec.model_validate(
        {
            **raw,
            "address": f"{MARK}.example.com",
            "connection": {"credentialsSecretRef": {"name": MARK}},
            "tenants": tenants,
            "paths": {"images": f"D:\\{MARK}\\Images", "machines": f"D:\\{MARK}\\VMs", "agent": f"C:\\{MARK}"},
            "virtualSwitch": MARK,
            "failoverCluster": MARK,
        }
    )


def _report() -> Any:
    vms = (vm(machine_uid="another", name=MARK, machine=f"{MARK}/{MARK}"),)
    images = tuple(ImageFacts(name=name, size_bytes=1) for name in (MARK, "Ubuntu 24.04"))
    return REPORT.model_copy(update={"vms": vms, "images": images, "journals": ()})


def _on_marked(snapshot: Snapshot, **changes: Any) -> Snapshot:
    host = replace(snapshot.host or HOST, spec=_spec(), **changes)
    return replace(snapshot, host=host if host.report and host.report.vms else replace(host, report=_report()))


def _problems() -> Iterator[HostProblem]:
    """Every problem of a host, with names in all that it says."""
    blank = HostSnapshot("h", 1, SNAPSHOT.status.__class__(), spec_error=None, schema_version=1)  # type: ignore[arg-type]
    seen = replace(blank, report=REPORT, begun_at=NOW)
    waiting = Rollout("sha256:" + "0" * 64, MARK, message=f"Host {MARK} gets the agent first.")
    for kind in failures._REASON_OF_ERROR:
        yield problem(replace(blank, error=kind(f"{MARK} refused.", remedy=f"Ask {MARK}."))) or _none()
    yield problem(replace(blank, spec_error=MARK)) or _none()
    yield problem(replace(seen, same_identity=MARK)) or _none()
    for rollout in (waiting, waiting.failed(MARK, NOW), waiting.put_off(MARK, NOW, needs_person=True)):
        yield problem(replace(blank, rollout=rollout, error=errors.AgentMissing(MARK))) or _none()


def _none() -> HostProblem:
    raise AssertionError("there is a problem")


def _peer(**changes: Any) -> HostView:
    return replace(
        HOST, name=MARK, spec=_spec(), report=None, **{"begun_at": None, "previous_begun_at": None, **changes}
    )


def _situations() -> Iterator[Snapshot]:
    lives = (
        SNAPSHOT,
        launched(),
        ended(failed(AgentCode.COPY_FAILED)),
        configured(condition("Ready", "True", "Ready")),
        resized(),
        replace(launched(vm_id=VM_ID), deleting=True),
        replace(SNAPSHOT, deleting=True),
        replace(launched(vm_id=VM_ID), deleting=True, abandon="x"),
    )
    for found in _problems():
        for life in lives:
            yield _on_marked(life, problem=found)
            yield replace(_on_marked(life, begun_at=NOW - 5 * SECOND), peers=(_peer(problem=found),))
        done = result(Outcome(outcome=OutcomeKind.COMPLETED), JobKind.REMOVE)
        removing = replace(launched(vm_id=VM_ID), deleting=True, last=done, removal=RemovalFinding.NO_VM_FOUND)
        yield replace(_on_marked(removing), peers=(_peer(problem=found), _peer()))
        yield replace(_on_marked(replace(SNAPSHOT, deleting=True, deletion_read_at=NOW)), peers=(_peer(),))
        yield replace(_on_marked(inventory(configured())), peers=(_peer(problem=found),))
    for kind in (one for one in failures._REASON_OF_ERROR if one is not errors.GuestKeyRefused):
        yield _on_marked(ended(kind(f"{MARK} refused.", remedy=MARK)))
    for code in AgentCode:
        yield _on_marked(ended(failed(code, f"There is no {PATH}, or \\\\{MARK}\\share.")))
    yield _on_marked(with_spec(SNAPSHOT, fields={**SPEC.fields, "image_name": "None Such", "os_family": "linux"}))
    yield _on_marked(with_spec(SNAPSHOT, fields={**SPEC.fields, "image_name": "Debian 13"}))
    yield _on_marked(with_spec(SNAPSHOT, fields={**SPEC.fields, "vlan_id": 9}))
    yield _on_marked(replace(SNAPSHOT, namespace_usage=Usage(9, 9, 9)))
    rival = Rival("0", same_namespace=False, name=MARK, created_at=NOW - SECOND, has_vm=True, has_claim=True)
    yield _on_marked(replace(SNAPSHOT, rivals=(rival,)))
    yield _on_marked(launched(), identity=HostId(smbios_uuid=MARK, machine_guid=MARK))
    waiting = Rollout("sha256:" + "0" * 64, MARK, message=f"Host {MARK} gets the agent first.")
    yield _on_marked(SNAPSHOT, rollout=waiting)
    yield _on_marked(replace(launched(host="hyperv01"), status=SNAPSHOT.status.model_copy(update={"claim": CLAIM})))


def test_nothing_that_the_owner_of_a_machine_reads_names_what_is_not_the_owners() -> None:
    reasons: set[Reason] = set()
    for snapshot in _situations():
        decision = decide(snapshot, NOW)
        assessment = decision.assessment
        reasons.add(assessment.reason)
        status = compose(snapshot, assessment, NOW)
        said = [one.message for one in events.between(snapshot.status, status)]
        said += [getattr(decision.action, "left_behind", None) or ""]
        texts = json.dumps([status.to_json().get(key) for key in ("conditions", "history", "diagnosis")] + [*said])
        assert MARK not in texts, (assessment.reason, texts)
        verdict = review_creation(snapshot, namespace_known=True)
        assert not isinstance(verdict, Refused) or MARK not in verdict.message
    assert len(reasons) > 30


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"There is no {PATH}.", "There is no (a path on the host)."),
        ("Space on D:\\VMs: 3 GiB.", "Space on (a path on the host): 3 GiB."),
        ('The file "C:\\a b\\c.txt" is in use', 'The file "(a path on the host)" is in use'),
        ("\\\\server\\share$, and more", "(a path on the host), and more"),
        ("Nothing at 10:30, a:b", "Nothing at 10:30, a:b"),
        ("", ""),
    ],
)
def test_paths_of_the_host_are_taken_out_of_an_agents_text(text: str, clean: str) -> None:
    assert failures.without_paths(text) == clean


def test_paths_are_found_in_linear_time() -> None:
    assert failures.without_paths("C:\\a" * 100_000)
    assert failures.without_paths("C:\\" + "a" * 1_000_000).startswith("(a path")
