"""The operator and the API server: restarts, late resource definitions, in-cluster configuration, and what others write."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim import manifests
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(180)

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def _object(plane: ControlPlane, kind: str, name: str, *scope: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plane.kubectl("get", kind, name, *scope, "-o", "json"))
    return found


def _version(plane: ControlPlane, kind: str, name: str, *scope: str) -> str:
    return str(_object(plane, kind, name, *scope)["metadata"]["resourceVersion"])


def _both(plane: ControlPlane, namespace: str, machine: str, host: str) -> str:
    """Return a machine and its host as text, so that a difference is shown line by line."""
    return plane.kubectl("get", "hvm", machine, "-n", namespace, "-o", "yaml") + plane.kubectl(
        "get", "hvh", host, "-o", "yaml"
    )


def _samples(operator: rig.Operator, name: str) -> float:
    lines = [line for line in operator.metrics().splitlines() if line.startswith(name)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def _passes_more(operator: rig.Operator, number: int) -> None:
    """Wait until the operator has made this number of passes of hosts."""
    name = 'hyperv_operator_reconcile_duration_seconds_count{kind="HyperVHost"'
    before = _samples(operator, name)
    wait_until(lambda: _samples(operator, name), lambda seen: seen >= before + number, what="more passes", within=60)


# --- what is written, and what is not ---------------------------------------------------------------------------------


def test_a_machine_takes_few_writes_and_none_once_it_is_ready(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    with rig.operator(cluster, log, HVO_RESYNC_SECONDS="1") as first:
        cluster.apply(rig.submission(host.name, "few"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "few", within=90)
        body = _object(cluster, "hvm", "few", "-n", tenant)
        assert body["metadata"]["finalizers"] == ["hyperv-operator.io/finalizer"]
        ours = [key for key in body["metadata"].get("annotations", {}) if "hyperv-operator" in key or "kopf" in key]
        assert ours == []
        _passes_more(first, 3)
        before = _both(cluster, tenant, "few", host.name)
        _passes_more(first, 4)
        assert _both(cluster, tenant, "few", host.name) == before
    with rig.operator(cluster, log.with_name("second.log"), HVO_RESYNC_SECONDS="1") as second:
        second.wait_until_ready()
        _passes_more(second, 4)
        now = _both(cluster, tenant, "few", host.name)
        rig.remove_hosts(cluster)
    assert now == before


def test_what_others_write_into_a_status_is_written_again(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "edited"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "edited", within=90)
    wrong: dict[str, Any] = {"type": "Ready", "status": "False", "reason": "Nonsense", "message": "x"}
    wrong |= {"lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1}
    patch = json.dumps({"status": {"conditions": [wrong]}})
    options = ("--subresource=status", "--type=merge", "-p", patch)
    cluster.kubectl("patch", "hvm", "edited", "-n", tenant, *options)
    rig.wait_ready(cluster, tenant, "edited", within=90)
    assert rig.condition(rig.machine(cluster, tenant, "edited"), "Provisioned")["status"] == "True"
    cluster.kubectl("patch", "hvh", host.name, *options)
    wait_until(
        lambda: rig.condition(_object(cluster, "hvh", host.name), "Ready"),
        lambda ready: ready.get("status") == "True",
        what="the host's own status",
    )


@pytest.mark.usefixtures("operator")
def test_an_inventory_that_somebody_deletes_is_made_again(cluster: ControlPlane, new_host: NewHost) -> None:
    host = new_host()

    def uid() -> str:
        listed = json.loads(cluster.kubectl("get", "hvi", "-o", "json"))["items"]
        return next((str(one["metadata"]["uid"]) for one in listed if one["metadata"]["name"] == host.name), "")

    first = wait_until(uid, what="an inventory")
    cluster.kubectl("delete", "hvi", host.name)
    wait_until(uid, lambda seen: seen not in ("", first), what="another inventory")


def test_a_finalizer_that_is_removed_by_hand_is_noticed(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host(copy_seconds=5)
    cluster.apply(rig.submission(host.name, "stripped"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "stripped", "Running")
    patch = ("patch", "hvm", "stripped", "-n", tenant, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    cluster.kubectl(*patch)
    wait_until(
        lambda: rig.machine(cluster, tenant, "stripped")["metadata"].get("finalizers"),
        what="the finalizer of a living machine",
    )
    cluster.kubectl("delete", "hvm", "stripped", "-n", tenant, "--wait=false")
    cluster.kubectl(*patch)
    wait_until(operator.log.read_text, lambda text: "somebody removed the finalizer" in text, what="a warning")
    series = f'hyperv_operator_machines{{condition="Ready",host="{host.name}"'
    wait_until(operator.metrics, lambda text: series not in text, what="no series of the machine")


# --- the API server goes and comes ------------------------------------------------------------------------------------


def test_a_restart_of_the_api_server_leaves_a_ready_operator(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    settings = {"HVO_WATCH_STALE_SECONDS": "6", "HVO_LEASE_INTERVAL_SECONDS": "1"}
    # Bookmarks come once a minute, so that only the Lease can be judged by such a short time.
    with rig.operator(cluster, log, settings, HVO_RESYNC_SECONDS="3") as operator:
        operator.wait_until_ready()
        cluster.apiserver.kill()
        _, text = wait_until(
            lambda: operator.probe("/readyz"), lambda seen: seen[0] == 503, what="an operator that is not ready"
        )
        assert "watch" in text
        assert operator.probe("/healthz")[0] == 200, "a restart of the operator would not help"
        cluster.apiserver.start()
        operator.wait_until_ready()
        cluster.apply(rig.submission(host.name, "after"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "after", within=90)
        assert operator.exit_code() is None
        rig.remove_hosts(cluster)


def test_resource_definitions_that_come_after_the_operator_are_noticed(tmp_path: Path) -> None:
    with ControlPlane.start() as plane:
        plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": rig.SYSTEM}})
        plane.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "hyperv-operator"}},
            namespace=rig.SYSTEM,
        )
        settings = {"KUBECONFIG": str(plane.admin_kubeconfig)}
        with rig.operator(plane, tmp_path / "operator.log", settings, admission=False) as operator:
            code, text = wait_until(
                operator_probe(operator), lambda seen: "resource definitions" in seen[1], what="a reason"
            )
            assert code == 503
            assert "hypervhosts have not been listed yet" in text
            rig.install(plane)
            operator.wait_until_ready()
            assert operator.exit_code() is None


def operator_probe(operator: rig.Operator) -> Callable[[], tuple[int, str]]:
    """Return the readiness probe of an operator."""
    return lambda: operator.probe("/readyz")


def test_a_pattern_of_namespaces_is_refused_at_the_start(cluster: ControlPlane, log: Path) -> None:
    with rig.operator(cluster, log, HVO_WATCH_NAMESPACES="team*") as operator:
        assert wait_until(operator.exit_code, lambda code: code is not None, what="the end") == 1
    assert "'team*' is not the name of a namespace" in log.read_text()


# --- in a pod ---------------------------------------------------------------------------------------------------------


def _mounted(folder: Path) -> list[str]:
    """Return a command that runs another one with the folder mounted as a pod's ServiceAccount."""
    script = f'mount -t tmpfs none /run && mkdir -p {ACCOUNT} && mount --bind "$0" {ACCOUNT} && exec "$@"'
    return ["unshare", "-m", "sh", "-c", script, str(folder)]


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """Provide an empty folder that can be mounted, or skip."""
    folder = tmp_path / "account"
    folder.mkdir()
    if not shutil.which("unshare"):
        pytest.skip("this system has no unshare(1)")
    tried = subprocess.run([*_mounted(folder), "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"this system gives no mount namespace: {tried.stderr.strip()}")
    return folder


def test_a_pods_configuration_is_all_that_the_operator_needs(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, account: Path
) -> None:
    """The token, the CA and two variables; no kubeconfig, and no name that DNS would have to resolve."""
    host: SimulatedHost = new_host()
    kubeconfig = cluster.service_account_kubeconfig(rig.SYSTEM, "hyperv-operator")
    (account / "token").write_text(yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"])
    shutil.copy(cluster.ca_file, account / "ca.crt")
    url = urlsplit(cluster.url)
    settings = {
        "KUBECONFIG": "",
        "HOME": str(account),
        "KUBERNETES_SERVICE_HOST": str(url.hostname),
        "KUBERNETES_SERVICE_PORT": str(url.port),
    }
    with rig.operator(cluster, log, settings, wrapper=_mounted(account)) as operator:
        operator.wait_until_ready()
        operator.wait_for_webhook()
        cluster.apply(rig.submission(host.name, "pod"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "pod", within=90)
        cluster.kubectl("delete", "hvm", "pod", "-n", tenant, "--timeout=60s")
        rig.remove_hosts(cluster)


# --- two releases of the chart ----------------------------------------------------------------------------------------

OTHER = "hyperv-other"


def _install_other(plane: ControlPlane) -> dict[str, str]:
    """Install the account of a second release; return its operator's settings."""
    plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OTHER}})
    rendered = plane.helm("template", OTHER, str(rig.CHART), "--namespace", OTHER, "--kube-version", "1.37.0")
    kinds = ("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
    plane.apply([one for one in yaml.safe_load_all(rendered) if one and one["kind"] in kinds], namespace=OTHER)
    # To the first release's policy for tenants, the other operator is a stranger.
    account = f"--serviceaccount={OTHER}:hyperv-operator"
    plane.kubectl("create", "clusterrolebinding", f"{OTHER}-release", "--clusterrole=hyperv-operator-release", account)
    kubeconfig = plane.service_account_kubeconfig(OTHER, "hyperv-operator")
    return {"KUBECONFIG": str(kubeconfig), "HVO_OPERATOR_NAMESPACE": OTHER}


def test_a_second_release_leaves_a_served_host_alone_and_takes_over_from_a_dead_one(
    cluster: ControlPlane, tenant: str, new_host: NewHost, tmp_path: Path
) -> None:
    host = new_host()
    settings = _install_other(cluster)
    cluster.apply(manifests.credentials(host, OTHER), namespace=OTHER)
    quick = {"HVO_LEASE_INTERVAL_SECONDS": "2"}
    first = rig.Operator(cluster, tmp_path / "first.log", quick)
    try:
        cluster.apply(rig.submission(host.name, "mine"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "mine", within=90)
        assert _object(cluster, "hvh", host.name)["status"]["operator"] == rig.SYSTEM
        _passes_more(first, 3)
        versions = [_version(cluster, "hvm", "mine", "-n", tenant), _version(cluster, "hvh", host.name)]
        with rig.operator(cluster, tmp_path / "second.log", {**settings, **quick}, admission=False) as second:
            second.wait_until_ready()
            gauge = f'hyperv_operator_host_served_elsewhere{{host="{host.name}"}} 1.0'
            wait_until(second.metrics, lambda text: gauge in text, what="a host that is left alone", within=60)
            query = ("get", "events", "-A", "-o", "json", "--field-selector", "reason=ServedByAnotherOperator")
            (event,) = wait_until(
                lambda: json.loads(cluster.kubectl(*query))["items"], what="an Event about the other operator"
            )
            assert f"The operator of namespace {rig.SYSTEM} serves this host" in event["message"]
            assert "Uninstall one of the two" in event["message"]
            _passes_more(first, 4)
            now = [_version(cluster, "hvm", "mine", "-n", tenant), _version(cluster, "hvh", host.name)]
            assert now == versions, "neither of the two writes"
            assert "runspace" not in second.log.read_text()
            first.kill()
            wait_until(
                lambda: _object(cluster, "hvh", host.name)["status"].get("operator"),
                lambda operator: operator == OTHER,
                what="the second operator to take over",
                within=60,
            )
            cluster.apply(rig.submission(host.name, "theirs"), namespace=tenant)
            rig.wait_ready(cluster, tenant, "theirs", within=90)
            cluster.kubectl("delete", "hvm", "--all", "-n", tenant, "--timeout=60s")
            assert dict(host.world.vms) == {}
            rig.remove_hosts(cluster)
    finally:
        first.stop()
