"""The body: what the official SDK of CloudEvents reads from it."""

from __future__ import annotations

import json
from dataclasses import replace

from cloudevents.core.bindings.http import HTTPMessage, from_http_event

from hyperv_operator.notifications import cloudevent
from unit.notifications.samples import NOW, SECOND, subject


def _read(body: bytes) -> tuple[dict[str, object], object]:
    event = from_http_event(HTTPMessage({"content-type": cloudevent.CONTENT_TYPE}, body))
    data = event.get_data()
    return dict(event.get_attributes()), json.loads(data) if isinstance(data, str | bytes) else data


def test_the_sdk_reads_a_machines_transition() -> None:
    one = subject([7])
    attributes, data = _read(cloudevent.body(one, one.transitions[0], str))
    assert attributes == {
        "specversion": "1.0",
        "id": "u1/7",
        "source": "/apis/hyperv-operator.io/v1alpha1/namespaces/team/hypervmachines/name-u1",
        "type": "io.hyperv-operator.machine.Queued",
        "subject": "team/name-u1",
        "time": NOW + 7 * SECOND,
        "datacontenttype": "application/json",
    }
    assert data == {
        "object": {"kind": "HyperVMachine", "namespace": "team", "name": "name-u1", "uid": "u1"},
        "sequence": 7,
        "reason": "Queued",
        "severity": "Normal",
        "message": "About 7.",
        "ready": {"status": "Unknown", "reason": "Retrying"},
        "host": "hyperv01",
        "run": {
            "id": "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10",
            "kind": "provision",
            "attempt": 2,
            "outcome": "failed: ShellLost",
        },
    }


def test_a_host_has_no_namespace_and_no_run() -> None:
    one = replace(subject([1], namespace=None), run=None, ready=None)
    attributes, data = _read(cloudevent.body(one, one.transitions[0], str))
    assert attributes["source"] == "/apis/hyperv-operator.io/v1alpha1/hypervhosts/name-u1"
    assert (attributes["subject"], attributes["type"]) == ("name-u1", "io.hyperv-operator.host.Queued")
    assert isinstance(data, dict)
    assert (data["object"]["namespace"], data["run"], data["ready"]) == (None, None, None)


def test_the_message_is_redacted_again() -> None:
    one = subject([1])
    _, data = _read(cloudevent.body(one, one.transitions[0], lambda text: text.replace("About", "(redacted)")))
    assert isinstance(data, dict)
    assert data["message"] == "(redacted) 1."
