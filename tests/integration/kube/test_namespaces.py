"""The cache of namespace labels follows the API server, and is empty while it cannot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from kubernetes_asyncio import client, config

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until_async
from hyperv_operator.kube.namespaces import KubeNamespaceLabels


@asynccontextmanager
async def _watching(kubeconfig: Path) -> AsyncIterator[KubeNamespaceLabels]:
    configuration = client.Configuration()
    await config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration) as api:
        labels = KubeNamespaceLabels(api)
        task = asyncio.create_task(labels.run())
        try:
            yield labels
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _wait_for(labels: KubeNamespaceLabels, name: str, wanted: Mapping[str, str] | None) -> None:
    def subset(seen: Mapping[str, str] | None) -> bool:
        return seen is None if wanted is None else seen is not None and wanted.items() <= seen.items()

    async def known() -> Mapping[str, str] | None:
        return labels.known(name)

    await wait_until_async(known, subset, what=f"{wanted} of {name}")


async def test_the_cache_follows_creation_changes_and_deletion(control_plane: ControlPlane) -> None:
    old = control_plane.new_namespace("old", {"hyperv": "allowed"})
    async with _watching(control_plane.admin_kubeconfig) as labels:
        await _wait_for(labels, old, {"hyperv": "allowed"})
        new = control_plane.new_namespace("new", {"hyperv": "no"})
        await _wait_for(labels, new, {"hyperv": "no"})
        control_plane.kubectl("label", "--overwrite", "namespace", new, "hyperv=allowed")
        await _wait_for(labels, new, {"hyperv": "allowed"})
        control_plane.kubectl("delete", "namespace", new, "--wait=false")
        gone = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": new}, "spec": {"finalizers": []}}
        control_plane.kubectl(
            "replace", "--raw", f"/api/v1/namespaces/{new}/finalize", "-f", "-", stdin=json.dumps(gone)
        )
        await _wait_for(labels, new, None)
        assert labels.known(old) is not None


async def test_the_cache_is_empty_without_permission_to_watch_namespaces(
    control_plane: ControlPlane, caplog: pytest.LogCaptureFixture
) -> None:
    namespace = control_plane.new_namespace("dark", {"hyperv": "allowed"})
    control_plane.kubectl("create", "serviceaccount", "blind", "-n", namespace)
    kubeconfig = control_plane.service_account_kubeconfig(namespace, "blind")

    async def logged() -> bool:
        return "The watch of namespaces failed (403 Forbidden)" in caplog.text

    async with _watching(kubeconfig) as labels:
        await wait_until_async(logged, what="a log message")
        assert labels.known(namespace) is None
        rules = ["--verb=list,watch", "--resource=namespaces"]
        control_plane.kubectl("create", "clusterrole", f"see-{namespace}", *rules)
        subject = f"--serviceaccount={namespace}:blind"
        control_plane.kubectl(
            "create", "clusterrolebinding", f"see-{namespace}", f"--clusterrole=see-{namespace}", subject
        )
        await _wait_for(labels, namespace, {"hyperv": "allowed"})


async def test_the_cache_is_empty_while_the_api_server_is_down() -> None:
    with ControlPlane.start() as plane:
        namespace = plane.new_namespace("seen", {"hyperv": "allowed"})
        async with _watching(plane.admin_kubeconfig) as labels:
            await _wait_for(labels, namespace, {"hyperv": "allowed"})
            await asyncio.to_thread(plane.apiserver.kill)
            await _wait_for(labels, namespace, None)
            await asyncio.to_thread(plane.apiserver.start)
            await _wait_for(labels, namespace, {"hyperv": "allowed"})
