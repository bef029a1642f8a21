"""Admission: what `kubectl apply` reports at once, and that deletions, checks and dry runs do not depend on the webhook."""

from __future__ import annotations

import json
import re
import ssl
import statistics
import subprocess
import time
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost

pytestmark = pytest.mark.timeout(180)

_NARROW = {
    "namespaceSelector": {"matchLabels": rig.ALLOWED},
    "images": ["Ubuntu *"],
    "vlans": ["0", "10-19"],
    "vmNamePattern": "^a-",
    "maxMachines": 1,
}
_REVIEWS = 200


def _bad(host: str, name: str) -> list[dict[str, Any]]:
    """Return a submission that only the webhook can refuse, because its host has no failover cluster."""
    return rig.submission(host, name, vm_clustered=True)


def _changed(documents: list[dict[str, Any]], **spec: Any) -> list[dict[str, Any]]:
    secret, machine = documents
    return [secret, {**machine, "spec": {**machine["spec"], **spec}}]


def _apply(cluster: ControlPlane, documents: list[dict[str, Any]], namespace: str, *options: str) -> str:
    """Apply only the machine; return kubectl's stderr if it succeeds."""
    command = [str(cluster.binaries.kubectl), "apply", "-n", namespace, "-f", "-", *options]
    text = yaml.safe_dump(documents[1])
    done = subprocess.run(
        command, input=text, env=cluster.environment, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise CommandFailed(command, done.returncode, done.stdout, done.stderr)
    return done.stderr


def _refusal(cluster: ControlPlane, documents: list[dict[str, Any]], namespace: str) -> str:
    """Return the message that refuses a machine: dry runs until the cache is up to date, then a real apply."""

    def apply_refused(*options: str) -> str:
        try:
            _apply(cluster, documents, namespace, *options)
        except CommandFailed as error:
            return str(error)
        return ""

    rehearsed = wait_until(lambda: apply_refused("--dry-run=server"), what="a refusal", within=30, every=0.2)
    assert apply_refused() == rehearsed.replace(" --dry-run=server", "")
    return rehearsed.partition("denied the request: ")[2]


def _names(cluster: ControlPlane, namespace: str) -> str:
    return cluster.kubectl("get", "hvm", "-n", namespace, "-o", "name")


def _known(cluster: ControlPlane, operator: rig.Operator, host: str) -> None:
    """Wait until the webhook serves and has the host in its cache."""
    operator.wait_for_webhook()
    cluster.kubectl("wait", "--for=condition=Ready", f"hvh/{host}", "--timeout=40s")


def test_submissions_that_need_a_lookup_are_refused_with_a_message(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host({"tenants": [_NARROW]})
    _known(cluster, operator, host.name)
    stranger = cluster.new_namespace("stranger")
    for documents, namespace, sentence in (
        (_changed(rig.submission(host.name, "a-1"), schemaVersion=2), tenant, "SchemaVersionMismatch: spec.schemaV"),
        (_bad(host.name, "a-1"), tenant, "ClusterRequired: vm_clustered: vm_clustered"),
        (rig.submission(host.name, "a-1"), stranger, "NamespaceNotAllowed: This host does not serve this namespace: "),
        (rig.submission(host.name, "a-1", image_name="Debian 13"), tenant, "ImageNotAllowed: spec.fields.image_name"),
        (rig.submission(host.name, "a-1", vlan_id=7), tenant, "VlanNotAllowed: spec.fields.vlan_id 7 is not among"),
        (rig.submission(host.name, "b-1"), tenant, "NameNotAllowed: spec.fields.vm_name 'b-1' does not match"),
    ):
        assert _refusal(cluster, documents, namespace).startswith(sentence)
    assert _names(cluster, tenant) == _names(cluster, stranger) == ""
    cluster.apply(rig.submission(host.name, "a-1"), namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/a-1", "-n", tenant, "--timeout=58s")
    refusal = _refusal(cluster, rig.submission(host.name, "a-2"), tenant)
    assert refusal.startswith("MachineQuotaExceeded: This namespace already has 1 of at most 1 machines")


def test_a_taken_name_is_refused_across_the_cluster_without_naming_other_tenants_machines(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    one, other = (new_host({"failoverCluster": "hvc"}) for _ in range(2))
    for host in (one, other):
        _known(cluster, operator, host.name)
    theirs = cluster.new_namespace("theirs", rig.ALLOWED)
    cluster.apply(rig.submission(one.name, "their-machine", vm_name="same"), namespace=theirs)
    cluster.kubectl("wait", "--for=jsonpath={.status.claim}", "hvm/their-machine", "-n", theirs, "--timeout=30s")
    refusal = _refusal(cluster, rig.submission(other.name, "mine", vm_name="SAME"), tenant)
    assert refusal.startswith(
        "DuplicateName: spec.fields.vm_name 'SAME' is already held on this host by a machine of another"
    )
    assert "their-machine" not in refusal
    assert theirs not in refusal
    assert "HyperVMachine 'their-machine'" in _refusal(
        cluster, rig.submission(one.name, "second", vm_name="same"), theirs
    )


def test_ignored_fields_and_an_unknown_host_are_warnings(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    _known(cluster, operator, host.name)
    documents = rig.submission(host.name, "warn-01", guest_domain_joinou="OU=x")
    dropped = "Warning: guest_domain_joinou does not apply to linux and is ignored."
    assert dropped in _apply(cluster, documents, tenant)
    assert _apply(cluster, rig.submission(host.name, "calm-01"), tenant) == ""
    assert "Warning: The operator does not know a HyperVHost 'nowhere'" in _apply(
        cluster, rig.submission("nowhere", "lost-01"), tenant
    )
    assert rig.wait_for_reason(cluster, tenant, "lost-01", "HostNotFound")["status"] == "False"


def test_a_dry_run_has_no_effect(cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator) -> None:
    host = new_host({"tenants": [_NARROW]})
    _known(cluster, operator, host.name)
    for number in range(3):
        _apply(cluster, rig.submission(host.name, f"a-{number}"), tenant, "--dry-run=server")
    assert _names(cluster, tenant) == ""
    # Three dry runs reserved neither the name nor the namespace's only slot.
    documents = rig.submission(host.name, "a-0")
    cluster.apply(documents, namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/a-0", "-n", tenant, "--timeout=58s")
    assert len(host.world.vms) == host.ledger.count("create_vm") == 1
    machines = cluster.kubectl("get", "events", "-n", tenant, "-o", "jsonpath={.items[*].involvedObject.name}").split()
    assert set(machines) == {"a-0"}


def test_changes_of_metadata_and_deletions_are_admitted_even_with_an_invalid_spec(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    cluster.apply(_bad(host.name, "bad-01"), namespace=tenant)  # no webhook is serving yet
    with rig.operator(cluster, log) as operator:
        _known(cluster, operator, host.name)
        rig.wait_for_reason(cluster, tenant, "bad-01", "ClusterRequired")
        with pytest.raises(CommandFailed, match=r"denied the request: ClusterRequired: vm_clustered"):
            cluster.kubectl(
                "patch", "hvm", "bad-01", "-n", tenant, "--type=merge", "-p", '{"spec": {"fields": {"gb_ram": 3}}}'
            )
        cluster.kubectl("label", "hvm", "bad-01", "-n", tenant, "a=b")
        cluster.kubectl("annotate", "hvm", "bad-01", "-n", tenant, "a=b")
        cluster.kubectl("patch", "hvm", "bad-01", "-n", tenant, "--type=merge", "-p", '{"spec": {"paused": true}}')
        held = '{"metadata": {"finalizers": ["example.com/held", "hyperv-operator.io/finalizer"]}}'
        cluster.kubectl("patch", "hvm", "bad-01", "-n", tenant, "--type=merge", "-p", held)
        cluster.kubectl("delete", "hvm", "bad-01", "-n", tenant, "--wait=false")
        cluster.kubectl("label", "hvm", "bad-01", "-n", tenant, "c=d")
        cluster.kubectl(
            "patch", "hvm", "bad-01", "-n", tenant, "--type=merge", "-p", '{"metadata": {"finalizers": []}}'
        )
        cluster.kubectl("wait", "--for=delete", "hvm/bad-01", "-n", tenant, "--timeout=30s")
        rig.remove_hosts(cluster)
    assert host.ledger.count("create_vm") == 0


def test_without_the_webhook_invalid_machines_are_reported_and_not_launched(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    stranger = cluster.new_namespace("stranger")
    with rig.operator(cluster, log, admission=False):
        cluster.apply(_bad(host.name, "bad-01"), namespace=tenant)
        cluster.apply(rig.submission(host.name, "odd-01"), namespace=stranger)
        cluster.apply(_changed(rig.submission(host.name, "new-01"), schemaVersion=2), namespace=tenant)
        rig.wait_for_reason(cluster, tenant, "bad-01", "ClusterRequired")
        rig.wait_for_reason(cluster, stranger, "odd-01", "NamespaceNotAllowed")
        rig.wait_for_reason(cluster, tenant, "new-01", "SchemaVersionMismatch")
        for namespace in (tenant, stranger):
            cluster.kubectl("delete", "hvm", "--all", "-n", namespace, "--timeout=30s")
        rig.remove_hosts(cluster)
    assert host.ledger.count("create_vm") == 0


def test_a_renewed_certificate_is_served_without_a_restart(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    _known(cluster, operator, host.name)
    webhook = rig.webhook_of(cluster)
    assert "ClusterRequired" in _refusal(cluster, _bad(host.name, "bad-01"), tenant)
    renewed = webhook.certificates.renew()

    def served() -> str:
        return ssl.get_server_certificate(("127.0.0.1", webhook.port))

    wait_until(served, lambda seen: seen == renewed, what="the renewed certificate", within=30)
    assert "ClusterRequired" in _refusal(cluster, _bad(host.name, "bad-02"), tenant)


def _review(host: str, number: int) -> bytes:
    _, machine = _bad(host, f"m-{number}")
    metadata = {**machine["metadata"], "namespace": "team", "uid": f"uid-{number}"}
    return json.dumps(
        {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": str(number),
                "resource": {"group": "hyperv-operator.io", "version": "v1alpha1", "resource": "hypervmachines"},
                "operation": "CREATE",
                "userInfo": {"username": "someone"},
                "object": {**machine, "metadata": metadata},
            },
        }
    ).encode()


def _timed(cluster: ControlPlane, host: str) -> list[float]:
    """Send reviews on one connection, like the API server; return the sorted durations in seconds."""
    webhook, seconds = rig.webhook_of(cluster), []
    context = ssl.create_default_context(cadata=webhook.certificates.authority.pem)
    with closing(HTTPSConnection("127.0.0.1", webhook.port, timeout=10, context=context)) as connection:
        for number in range(_REVIEWS):
            review = _review(host, number)
            started = time.perf_counter()
            connection.request("POST", "/hypervmachines", review, {"Content-Type": "application/json"})
            response = json.load(connection.getresponse())["response"]
            seconds.append(time.perf_counter() - started)
            assert (response["uid"], response["allowed"], response["status"]["code"]) == (str(number), False, 403)
    return sorted(seconds)


def _print(what: str, seconds: list[float]) -> None:
    shown = (statistics.median(seconds), seconds[len(seconds) * 95 // 100], seconds[-1])
    median, most, longest = (f"{value * 1000:.1f} ms" for value in shown)
    print(f"{len(seconds)} reviews {what}: median {median}, p95 {most}, longest {longest}")


def test_reviews_are_answered_and_counted_and_their_durations_are_printed(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    _known(cluster, operator, host.name)
    _print("of a calm operator", _timed(cluster, host.name))
    busy = [one for number in range(20) for one in rig.submission(host.name, f"busy-{number}")]
    cluster.apply(busy, namespace=tenant)
    _print("while 20 machines are made", _timed(cluster, host.name))
    metrics = operator.metrics()
    name, labels = "hyperv_operator_admission_review_duration_seconds", '{operation="CREATE",result="refused"}'
    assert f"{name}_count{labels} {2 * _REVIEWS}.0" in metrics
    total = re.search(rf"^{name}_sum{re.escape(labels)} (\S+)$", metrics, re.MULTILINE)
    assert total
    print(f"of which the decision took {float(total[1]) / 2 / _REVIEWS * 1000:.1f} ms on average")
    levels = {record["level"] for record in operator.records() if "ClusterRequired" in record["message"]}
    assert levels == {"info"}


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("^team-a-", None),
        ("^([a-z0-9]+-?)+$", None),
        ("team-a-", "begins with ^"),
        ("^(team-a-", "error parsing regexp"),
    ],
)
def test_the_api_server_refuses_a_name_pattern_that_is_not_anchored_or_no_expression(
    cluster: ControlPlane, pattern: str, part: str | None
) -> None:
    body = {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVHost",
        "metadata": {"name": "pattern"},
        "spec": {
            "address": "pattern.example.com",
            "connection": {"credentialsSecretRef": {"name": "one"}},
            "tenants": [{**_NARROW, "vmNamePattern": pattern}],
            "paths": {"images": "D:\\Images", "machines": "D:\\VMs"},
            "virtualSwitch": "External",
        },
    }
    code, answer = cluster.request("POST", "/apis/hyperv-operator.io/v1alpha1/hypervhosts?dryRun=All", body)
    assert code == (201 if part is None else 422), answer
    assert part is None or part in answer["message"]


@pytest.mark.parametrize(
    ("images", "good"),
    [("D:\\Images", True), ("D:\\VMs2", True), ("d:\\vms\\images", False), ("D:\\", False)],
)
def test_the_api_server_refuses_images_among_machines(cluster: ControlPlane, images: str, good: bool) -> None:
    body = {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVHost",
        "metadata": {"name": "nested"},
        "spec": {
            "address": "nested.example.com",
            "connection": {"credentialsSecretRef": {"name": "one"}},
            "paths": {"images": images, "machines": "D:\\VMs"},
            "virtualSwitch": "External",
        },
    }
    code, answer = cluster.request("POST", "/apis/hyperv-operator.io/v1alpha1/hypervhosts?dryRun=All", body)
    assert code == (201 if good else 422), answer
    assert good or "have to be apart" in answer["message"]
