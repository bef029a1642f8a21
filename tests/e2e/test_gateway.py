"""The REST gateway on the real API server, with the operator and simulated hosts."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from e2e.gateway import CANARY, JOBS, Gateway, gateway, machines, person, secrets, signed, submission, token_of

pytestmark = pytest.mark.timeout(180)

JOIN_CANARY = "Canary-Join-Pw-456!"


def _wait_for(served: Gateway, token: str, path: str, status: str) -> dict[str, Any]:
    found: dict[str, Any] = wait_until(
        lambda: served.get(path, token).json,
        lambda job: job["status"] == status,
        what=f"a job that is {status}",
        within=90,
        every=0.2,
    )
    return found


# --- the main job -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("operator")
def test_the_example_of_the_specification_becomes_ready_and_no_secret_leaks(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, token: str, log: Path
) -> None:
    host = new_host(name="hyperv01.local")
    body = {
        "schema_version": 1,
        "target_host": "hyperv01.local",
        "values": {
            "vm_name": "web-server-01",
            "image_name": "Windows Server 2022",
            "gb_ram": 8,
            "cpu_cores": 4,
            "guest_la_uid": "Administrator",
            "guest_la_pw": CANARY,
            "guest_v4_ipaddr": "192.168.1.100",
            "guest_v4_cidrprefix": 24,
            "guest_v4_defaultgw": "192.168.1.1",
            "guest_v4_dns1": "192.168.1.10",
            "guest_domain_jointarget": "example.com",
            "guest_domain_joinuid": "svc-domainjoin",
            "guest_domain_joinpw": JOIN_CANARY,
            "vlan_id": 10,
        },
    }
    checked = served.post(f"{JOBS}/validate", body, token)
    assert checked.status == 200, checked.text
    assert checked.json["manifest"]["spec"]["secretFields"]["guest_la_pw"]["secretKeyRef"]["key"] == "guest_la_pw"
    assert (machines(cluster, tenant), secrets(cluster, tenant)) == ([], [])

    made = served.post(f"{JOBS}/provision", body, token)
    assert made.status == 202, made.text
    job = made.json
    assert made.headers["location"] == job["links"]["self"]
    assert (job["namespace"], job["name"], job["vm_name"]) == (tenant, "web-server-01", "web-server-01")
    ready = _wait_for(served, token, job["links"]["self"], "ready")
    (vm,) = host.world.vms_of(job["uid"])
    assert vm.received is not None
    assert vm.received["fields"]["guest_la_pw"] == CANARY
    assert vm.received["fields"]["guest_domain_joinpw"] == JOIN_CANARY
    assert ready["addresses"] == ["192.168.1.100"]
    assert ready["definition"]["fields"]["gb_ram"] == 8
    assert ready["remedy"] is None

    listed = served.get(f"{JOBS}?namespace={tenant}&status=ready&host=hyperv01.local&name=SERVER", token)
    assert [one["id"] for one in listed.json["items"]] == [job["id"]]
    assert served.get(f"{JOBS}?namespace={tenant}&status=stalled", token).json["items"] == []
    yaml = served.get(job["links"]["manifest"], token)
    assert yaml.headers["content-type"].startswith("application/yaml")
    assert "status:" not in yaml.text
    assert "uid" not in yaml.text.replace("guest_la_uid", "").replace("guest_domain_joinuid", "")

    gone = served.request("DELETE", job["links"]["self"], token=token)
    assert (gone.status, gone.json["status"]) == (202, "deleting")
    wait_until(lambda: served.get(job["links"]["self"], token).status, lambda seen: seen == 404, what="gone", within=60)
    assert host.world.traces_of(job["uid"]) == []

    shown = made.text + checked.text + json.dumps(ready) + listed.text + yaml.text + gone.text
    shown += served.log.read_text() + served.metrics + log.read_text()
    shown += cluster.kubectl("get", "hvm,hvh,hvi,events,leases", "-A", "-o", "yaml")
    for secret in (CANARY, JOIN_CANARY):
        assert secret not in shown
        assert host.ledger.canaries_seen(secret) == []
    assert token not in served.log.read_text()


def test_the_manifest_can_be_applied_to_another_cluster_as_it_is(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    job = served.post(f"{JOBS}/provision", submission(), token).json
    text = served.get(job["links"]["manifest"], token).text
    cluster.kubectl("delete", "hvm", "web-1", "-n", tenant, "--timeout=20s")
    cluster.apply(text, namespace=tenant)
    assert machines(cluster, tenant) == ["hypervmachine.hyperv-operator.io/web-1"]


# --- who may --------------------------------------------------------------------------------------------------------


def test_without_a_token_that_kubernetes_accepts_nothing_is_answered(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    other = cluster.kubectl("create", "token", "ada", "-n", tenant, "--audience=elsewhere").strip()
    expired = signed(cluster, tenant, "ada", -120)
    assert served.get(f"{JOBS}?namespace={tenant}", signed(cluster, tenant, "ada", 60)).status == 200
    for bad in (None, "garbage", other, expired, "with space", token + "x"):
        for path in ("/api/v1/session", f"{JOBS}?namespace={tenant}", "/api/v1/hosts", "/api/v1/notifications"):
            answer = served.get(path, bad)
            assert answer.status == 401, (bad, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json["type"] == "urn:hyperv-operator:problem:unauthenticated"
        assert served.post(f"{JOBS}/provision", submission(), bad).status == 401
    assert served.get("/api/v1/config").json == {
        "version": served.get("/api/v1/config").json["version"],
        "default_namespace": tenant,
    }
    assert (served.get("/healthz").status, served.get("/readyz").status) == (200, 200)


def test_other_namespaces_stay_hidden(cluster: ControlPlane, tenant: str, served: Gateway, token: str) -> None:
    foreign = cluster.new_namespace("foreign", rig.ALLOWED)
    theirs = person(cluster, foreign, "eve")
    job = served.post(f"{JOBS}/provision", submission(namespace=foreign), theirs).json
    for path in (
        f"{JOBS}?namespace={foreign}",
        f"{JOBS}?namespace=absent",
        JOBS,
        "/api/v1/hosts",
        job["links"]["self"],
    ):
        assert served.get(path, token).status == 403, path
    assert served.get("/api/v1/hosts/any", token).status == 403
    assert served.request("PATCH", "/api/v1/hosts/any", {"cordoned": True}, token=token).status == 403
    assert served.request("DELETE", job["links"]["self"], token=token).status == 403
    assert served.post(f"{JOBS}/provision", submission(namespace=foreign), token).status == 403
    assert served.get("/api/v1/notifications", token).status == 403
    session = served.get("/api/v1/session", token).json
    assert session["user"] == f"system:serviceaccount:{tenant}:ada"
    assert session["namespaces"] is None
    assert session["rights"] == {
        "create": True,
        "delete": True,
        "view_log": True,
        "view_hosts": False,
        "cordon": False,
        "view_executor": False,
        "read_secrets": True,
        "create_secrets": True,
    }
    assert not any(served.get(f"/api/v1/session?namespace={foreign}", token).json["rights"].values())


def test_an_id_leads_to_one_machine_for_ever(cluster: ControlPlane, tenant: str, served: Gateway, token: str) -> None:
    first = served.post(f"{JOBS}/provision", submission(), token).json
    cluster.kubectl("delete", "hvm", "web-1", "-n", tenant, "--timeout=20s")
    second = served.post(f"{JOBS}/provision", submission(), token).json
    assert first["id"] != second["id"]
    for unknown in (first["id"], "garbage", "%2e%2e%2f", first["id"] + "A", "MS8v"):
        for method, path in (("GET", ""), ("GET", "/manifest"), ("DELETE", "")):
            assert served.request(method, f"{JOBS}/{unknown}{path}", token=token).status in (404, 405), (
                method,
                unknown,
            )
    assert served.get(second["links"]["self"], token).json["uid"] == second["uid"]


# --- limits ---------------------------------------------------------------------------------------------------------


def test_bodies_are_limited_in_size_and_time(cluster: ControlPlane, tenant: str, token: str, gateway_log: Path) -> None:
    with gateway(
        cluster, gateway_log, default_namespace=tenant, max_body_bytes="4096", read_timeout_seconds="1"
    ) as served:
        large = submission(fields={"cnf_ansible_ssh_key": "x" * 5_000})
        assert served.post(f"{JOBS}/validate", large, token).status == 413
        host, port = served.url.removeprefix("http://").split(":")
        head = f"POST {JOBS}/validate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        for rest, status in (
            ("Content-Length: 100\r\n\r\n{", 408),
            ("Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 408),
        ):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall((head + rest).encode())
                assert f"HTTP/1.1 {status}" in connection.recv(4096).decode()
        chunks = "Transfer-Encoding: chunked\r\n\r\n" + ("1000\r\n" + "x" * 4096 + "\r\n") * 2
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall((head + chunks).encode())
            assert "HTTP/1.1 413" in connection.recv(4096).decode()
        for half in (b"", b"GET /healthz HTT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /hea"):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(half)
                while connection.recv(4096):
                    pass
        assert served.get("/healthz").status == 200


def test_rates_are_limited_for_each_token_and_each_address(
    cluster: ControlPlane, tenant: str, token: str, gateway_log: Path
) -> None:
    settings = {"requests_per_minute": "3", "address_requests_per_minute": "8"}
    with gateway(cluster, gateway_log, **settings) as served:
        form = "/api/v1/schema/job-inputs"
        seen = [served.get(form, token) for _ in range(4)]
        assert [one.status for one in seen] == [200, 200, 200, 429]
        assert 1 <= int(seen[-1].headers["retry-after"]) <= 60
        assert served.get(form, "another-token").status == 200
        assert [served.get(form).status for _ in range(4)] == [401, 401, 401, 429]
        assert served.get("/healthz").status == 200


# --- around it ------------------------------------------------------------------------------------------------------


def test_the_form_has_a_tag_and_every_answer_its_headers(served: Gateway, token: str) -> None:
    form = served.get("/api/v1/schema/job-inputs", token)
    assert form.json["schema"]["version"] == 1
    known = served.get("/api/v1/schema/job-inputs", token, If_None_Match=form.headers["etag"])
    assert (known.status, known.text) == (304, "")
    for answer in (form, known, served.get("/nothing"), served.get("/api/v1/session")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
    problem = served.get("/api/v1/session")
    assert problem.json["instance"] == f"urn:uuid:{problem.headers['x-request-id']}"
    assert problem.headers["x-request-id"] in served.log.read_text()


def test_secrets_are_listed_by_name_and_key_only(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    served.post(f"{JOBS}/provision", submission(), token)
    listed = served.get("/api/v1/secrets", token)
    (secret,) = listed.json["items"]
    assert secret["keys"] == ["guest_la_pw"]
    assert CANARY not in listed.text
    assert "Q2FuYXJ5" not in listed.text


@pytest.mark.usefixtures("operator")
def test_hosts_are_shown_and_cordoned_with_the_rights_for_it(
    cluster: ControlPlane, new_host: NewHost, served: Gateway
) -> None:
    host = new_host()
    admin = token_of(cluster.admin_kubeconfig)
    shown = wait_until(
        lambda: served.get(f"/api/v1/hosts/{host.name}", admin).json,
        lambda seen: seen["inventory"] and seen["inventory"]["images"],
        what="an inventory",
        within=60,
    )
    assert {one["name"] for one in shown["inventory"]["images"]} == {"Windows Server 2022", "Ubuntu 24.04"}
    assert shown["capacity"]["memory_gib"] > 0
    assert host.name in {one["name"] for one in served.get("/api/v1/hosts", admin).json["items"]}
    changed = served.request("PATCH", f"/api/v1/hosts/{host.name}", {"cordoned": True}, token=admin)
    assert (changed.status, changed.json["cordoned"]) == (200, True)
    assert cluster.kubectl("get", "hvh", host.name, "-o", "jsonpath={.spec.cordoned}") == "true"
    assert served.get("/api/v1/hosts/absent", admin).status == 404
    assert host.password not in json.dumps(shown)


def test_the_api_server_may_be_away_for_a_while(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    assert served.get(f"{JOBS}?namespace={tenant}", token).status == 200
    cluster.apiserver.stop()
    try:
        answer = served.get(f"{JOBS}?namespace={tenant}", token)
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert answer.json["type"] == "urn:hyperv-operator:problem:cluster-unavailable"
        assert served.get("/readyz").status == 200
    finally:
        cluster.apiserver.start()
    assert served.get(f"{JOBS}?namespace={tenant}", token).status == 200


def test_requests_are_counted_by_route_and_never_by_what_was_sent(served: Gateway, token: str) -> None:
    served.get(f"{JOBS}/something-secret", token)
    served.get("/something-else")
    metrics = served.metrics
    assert (
        'hyperv_operator_gateway_requests_total{method="GET",route="/api/v1/jobs/{job_id}",status="404"} 1.0' in metrics
    )
    assert "something" not in metrics


def test_nothing_but_loopback_is_served_without_tls(cluster: ControlPlane, gateway_log: Path) -> None:
    with (
        pytest.raises(AssertionError, match="HVO_GATEWAY_TLS_CERT_DIR"),
        gateway(cluster, gateway_log, listen_address="0.0.0.0"),
    ):
        pass


@pytest.mark.usefixtures("operator")
def test_notifications_are_what_has_happened_to_what_the_caller_may_see(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, token: str
) -> None:
    host = new_host()
    job = served.post(f"{JOBS}/provision", submission(host.name), token).json
    ready = _wait_for(served, token, job["links"]["self"], "ready")
    path = f"/api/v1/notifications?namespace={tenant}"
    items = served.get(path, token).json["items"]
    assert [one["at"] for one in items] == sorted((one["at"] for one in items), reverse=True)
    assert {"Accepted", "Provisioned", "GuestConfigured"} <= {one["reason"] for one in items}
    assert {one["job_id"] for one in items} == {job["id"]}
    assert len(ready["transitions"]) == len(items)
    first = served.get(f"{path}&limit=2", token).json
    second = served.get(f"{path}&limit=500&continue={first['continue']}", token).json
    assert [*first["items"], *second["items"]] == items
    assert second["continue"] is None
    assert served.get(f"{path}&severity=Warning", token).json["items"] == []
    assert served.get(f"{path}&since=2999-01-01T00:00:00Z", token).json["items"] == []
    everything = served.get("/api/v1/notifications?limit=500", token_of(cluster.admin_kubeconfig)).json["items"]
    assert "HyperVHost" in {one["object"]["kind"] for one in everything}
