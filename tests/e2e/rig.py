"""The foundation of end-to-end tests and the demo: the chart's resources and RBAC, and operators as processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e.subresources import Subresources
from e2e.webhook import SELECTOR, Webhook

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "hyperv-operator"
SYSTEM = "hyperv-system"
SUBRESOURCES = "v1alpha1.subresources.hyperv-operator.io"
ALLOWED = {"hyperv": "allowed"}
TARGETS = "notification-targets"
"""Name of the Secret with the targets of notifications, which an operator reads if HVO_NOTIFICATIONS_SECRET names it."""
_SHORT_INTERVALS = {
    "HVO_AWAITED_INVENTORY_SECONDS": "0.5",
    "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "2",
    "HVO_SECRET_POLL_SECONDS": "1",
    "HVO_RETRY_BASE_SECONDS": "0.5",
    "HVO_RETRY_LIMIT_SECONDS": "4",
    "HVO_PROGRESS_INTERVAL_SECONDS": "1",
    "HVO_GUEST_WAIT_SECONDS": "1",
    "HVO_SHUTDOWN_GRACE_SECONDS": "3",
    "HVO_LEASE_INTERVAL_SECONDS": "5",
}
"""Intervals that suit simulated hosts."""


def install(plane: ControlPlane, values: Mapping[str, Any] | None = None) -> None:
    """Apply the chart's resources except the Deployment, the Services and the APIService: the operator runs as a local process.

    The webhook configuration gets a URL and a test CA in place of the Service. The APIService is left out because an API that no
    operator serves makes discovery slow and incomplete for everybody: `live_logs` adds it for a while. `values` are those of
    `rendered`.
    """
    plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM}})
    documents = [one for one in rendered(plane, values) if one["kind"] not in ("Deployment", "Service", "APIService")]
    plane.apply([one for one in documents if one["kind"] == "CustomResourceDefinition"])
    plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
    rest = [webhook_of(plane).with_url(one) for one in documents if one["kind"] != "CustomResourceDefinition"]
    for namespace in {one["metadata"].get("namespace", SYSTEM) for one in rest}:
        plane.apply([one for one in rest if one["metadata"].get("namespace", SYSTEM) == namespace], namespace=namespace)


@contextmanager
def live_logs(plane: ControlPlane) -> Iterator[Subresources]:
    """Register the aggregated API during the block. Operators serve it with `subresources_of(plane).settings()`."""
    subresources = subresources_of(plane)
    chosen = [
        one
        for one in rendered(plane)
        if one["kind"] == "APIService"
        or (one["metadata"]["name"] == "hyperv-operator-subresources" and one["kind"] == "Service")
    ]
    documents = subresources.with_port(chosen)
    plane.apply(documents, namespace=SYSTEM)
    try:
        yield subresources
    finally:
        plane.kubectl("delete", "apiservice", SUBRESOURCES)


def wait_for_live_logs(plane: ControlPlane) -> None:
    """Wait until the API server reaches an operator's aggregated API."""
    plane.kubectl("wait", "--for=condition=Available", "apiservice", SUBRESOURCES, "--timeout=60s")


@cache
def webhook_of(plane: ControlPlane) -> Webhook:
    """Return the webhook of a control plane's operators."""
    return Webhook(plane.folder)


@cache
def subresources_of(plane: ControlPlane) -> Subresources:
    """Return the aggregated API of a control plane's operators."""
    return Subresources(plane.folder, SYSTEM)


def rendered(plane: ControlPlane, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the chart's objects with everything turned on that an operator on this machine can use.

    Each of `values` replaces one of the rig's values, or adds one.
    """
    chosen = {
        "admission": {
            "enabled": True,
            "existingSecret": "webhook",
            "caBundle": webhook_of(plane).certificates.authority.pem,
            "namespaceSelector": SELECTOR,
        },
        "subresources": {
            "enabled": True,
            "existingSecret": "subresources",
            "caBundle": subresources_of(plane).certificates.authority.pem,
        },
        "notifications": {"secretName": TARGETS},
        "admissionPolicies": {"operator": True, "tenants": True},
        **(values or {}),
    }
    command = ("template", "hyperv-operator", str(CHART), "--namespace", SYSTEM, "--kube-version", "1.37.0")
    rendered = plane.helm(*command, "--values", "-", stdin=yaml.safe_dump(chosen))
    return [one for one in yaml.safe_load_all(rendered) if one]


class Operator:
    """One operator process with only the permissions of the chart's ServiceAccount."""

    def __init__(
        self,
        plane: ControlPlane,
        log: Path,
        settings: Mapping[str, str] | None = None,
        *,
        admission: bool = True,
        wrapper: Sequence[str] = (),
        **more: str,
    ) -> None:
        kubeconfig = plane.service_account_kubeconfig(SYSTEM, "hyperv-operator")
        own = {
            "KUBECONFIG": str(kubeconfig),
            "PYTHONPATH": str(ROOT / "operator"),
            "HVO_OPERATOR_NAMESPACE": SYSTEM,
            "HVO_OPERATOR_IDENTITY": f"operator-{uuid.uuid4().hex[:8]}",
            "HVO_LISTEN_ADDRESS": "127.0.0.1",
            "HVO_METRICS_PORT": "0",
            "HVO_PROBE_PORT": "0",
        }
        if admission:
            own |= webhook_of(plane).settings()
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("HVO_")}
        self.log = log
        with log.open("a") as output:
            self._process = subprocess.Popen(
                [*wrapper, sys.executable, "-m", "hyperv_operator"],
                env={**inherited, **_SHORT_INTERVALS, **own, **(settings or {}), **more},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill the process without a chance to clean up."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """Terminate the process and return its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        return int(self._process.returncode)

    def wait_for_webhook(self) -> None:
        """Wait until the operator serves admission reviews."""
        served = "Serving admission reviews"
        wait_until(lambda: served in self.log.read_text(), what=served, within=60)

    def metrics(self) -> str:
        """Return the metrics in the Prometheus text format."""
        port = re.search(r"Metrics are served on port (\d+)", self.log.read_text())
        assert port
        with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    def probe(self, path: str) -> tuple[int, str]:
        """Return status and text of `/readyz` or `/healthz`; (0, "") while the operator does not serve it."""
        port = re.search(r"probes on port (\d+)", self.log.read_text())
        if not port:
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}{path}", timeout=10) as answer:
                return int(answer.status), str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_until_ready(self, within: float = 60) -> None:
        """Wait until the readiness probe succeeds."""
        wait_until(lambda: self.probe("/readyz"), lambda seen: seen[0] == 200, what="a ready operator", within=within)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return the exit code; None while the process runs."""
        return self._process.poll()

    def records(self) -> list[dict[str, Any]]:
        """Return the log records so far."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextmanager
def operator(
    plane: ControlPlane,
    log: Path,
    settings: Mapping[str, str] | None = None,
    *,
    admission: bool = True,
    wrapper: Sequence[str] = (),
    **more: str,
) -> Iterator[Operator]:
    """Run an operator during the block, with or without its webhook; `wrapper` is a command that runs the operator's."""
    running = Operator(plane, log, settings, admission=admission, wrapper=wrapper, **more)
    try:
        yield running
    finally:
        running.stop()


def remove_hosts(plane: ControlPlane) -> None:
    """Remove every HyperVHost at once, even if machines still use it."""
    plane.kubectl("delete", "hvh", "--all", "--wait=false")
    for name in plane.kubectl("get", "hvh", "-o", "name").split():
        with contextlib.suppress(CommandFailed):  # already gone
            plane.kubectl("patch", name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
    plane.kubectl("wait", "--for=delete", "hvh", "--all", "--timeout=30s")


def machine(plane: ControlPlane, namespace: str, name: str) -> dict[str, Any]:
    """Return a machine from the API server."""
    found: dict[str, Any] = json.loads(plane.kubectl("get", "hvm", name, "-n", namespace, "-o", "json"))
    return found


def condition(body: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a condition; empty if it does not exist."""
    conditions = body.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), {})


def wait_for_reason(plane: ControlPlane, namespace: str, name: str, reason: str, within: float = 60) -> dict[str, Any]:
    """Wait until the Ready condition has this reason, and return the condition."""

    return wait_until(
        lambda: condition(machine(plane, namespace, name), "Ready"),
        lambda ready: ready.get("reason") == reason,
        what=f"reason {reason} of {name}",
        within=within,
        every=0.2,
    )


def wait_ready(plane: ControlPlane, namespace: str, name: str, within: float = 150) -> dict[str, Any]:
    """Wait until a machine is Ready, and return it."""
    wait_for_reason(plane, namespace, name, "Ready", within)
    return machine(plane, namespace, name)


def patch(plane: ControlPlane, namespace: str, name: str, spec: dict[str, Any]) -> None:
    """Change parts of a machine's spec."""
    plane.kubectl("patch", "hvm", name, "-n", namespace, "--type=merge", "-p", json.dumps({"spec": spec}))


def delete(plane: ControlPlane, namespace: str, name: str) -> None:
    """Delete a machine, and do not wait for its end."""
    plane.kubectl("delete", "hvm", name, "-n", namespace, "--wait=false")


def is_gone(plane: ControlPlane, namespace: str, name: str) -> bool:
    """Return whether a machine does not exist any more."""
    return not plane.kubectl("get", "hvm", name, "-n", namespace, "--ignore-not-found", "-o", "name")


def wait_gone(plane: ControlPlane, namespace: str, name: str, within: float = 60) -> None:
    """Wait until a machine does not exist any more."""
    wait_until(lambda: is_gone(plane, namespace, name), what=f"{name} to be gone", within=within, every=0.2)


def submission(host: str, name: str, **fields: Any) -> list[dict[str, Any]]:
    """Return a machine and its Secret; keyword arguments replace or add fields."""
    base = {"vm_name": name, "image_name": "Ubuntu 24.04", "gb_ram": 2, "cpu_cores": 2, "guest_la_uid": "admin"}
    merged = {key: value for key, value in {**base, **fields}.items() if value is not None}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": {"admin-password": f"Canary-{name}-Pw1"},
        },
        {
            "apiVersion": "hyperv-operator.io/v1alpha1",
            "kind": "HyperVMachine",
            "metadata": {"name": name},
            "spec": {
                "schemaVersion": 1,
                "targetHost": host,
                "fields": merged,
                "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": name, "key": "admin-password"}}},
            },
        },
    ]
