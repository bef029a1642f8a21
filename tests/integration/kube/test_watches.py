"""The watches against a real API server: resource definitions that come late, restarts, resyncs and long objects."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import pytest
from kubernetes_asyncio import client, config

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until_async
from hyperv_operator.api.names import FINALIZER, HOST_KIND
from hyperv_operator.errors import ObjectGone
from hyperv_operator.kube.objects import KubeObjects
from hyperv_operator.kube.watches import ObjectWatch
from hyperv_operator.ports import JsonObject, ObjectRef

CRDS = Path(__file__).resolve().parents[3] / "crds"


class _Watcher:
    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.created: list[str] = []
        self.deletions: list[str] = []
        self.lists: list[set[str]] = []

    def changed(self, body: JsonObject, *, created: bool = False) -> None:
        metadata: Any = body["metadata"]
        if created:
            self.created.append(metadata["name"])
        self.versions[metadata["name"]] = self.versions.get(metadata["name"], 0) + 1

    def deleted(self, body: JsonObject) -> None:
        metadata: Any = body["metadata"]
        self.deletions.append(metadata["name"])

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:
        assert namespace is None
        self.lists.append(set(uids))


@contextlib.asynccontextmanager
async def _api(plane: ControlPlane) -> AsyncIterator[client.ApiClient]:
    configuration = client.Configuration()
    await config.load_kube_config(str(plane.admin_kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration=configuration) as api:
        yield api


@contextlib.asynccontextmanager
async def _watching(plane: ControlPlane, resync: float = 600) -> AsyncIterator[tuple[ObjectWatch, _Watcher]]:
    watcher = _Watcher()
    async with _api(plane) as api:
        watch = ObjectWatch(api, "hypervhosts", None, watcher, resync)
        task = asyncio.create_task(watch.run())
        try:
            yield watch, watcher
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _host(name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": HOST_KIND,
        "metadata": {"name": name, "annotations": labels},
        "spec": {
            "address": "h.example.com",
            "connection": {"credentialsSecretRef": {"name": "s"}},
            "paths": {"images": "D:\\I", "machines": "D:\\V"},
            "virtualSwitch": "External",
        },
    }


@pytest.fixture(scope="module")
def plane() -> Any:
    with ControlPlane.start() as started:
        yield started


async def _until(probe: Any, what: str) -> None:
    async def asked() -> Any:
        return probe()

    await wait_until_async(asked, what=what)


async def test_definitions_that_come_late_are_waited_for(plane: ControlPlane, caplog: pytest.LogCaptureFixture) -> None:
    async with _watching(plane) as (watch, watcher):
        await _until(lambda: "does not serve hypervhosts" in caplog.text, "a log message")
        problem = watch.problem(180)
        assert problem
        assert "have not been listed yet" in problem
        assert "Install the chart's resource definitions" in problem
        await asyncio.to_thread(plane.install_crds, CRDS)
        await _until(lambda: watch.problem(180) is None, "a list")
        assert watcher.lists == [set()]
    assert caplog.text.count("does not serve hypervhosts") == 1


async def test_changes_are_delivered_once_and_deletions_too(plane: ControlPlane) -> None:
    await asyncio.to_thread(plane.install_crds, CRDS)
    async with _watching(plane) as (watch, watcher):
        await _until(lambda: watch.problem(180) is None, "a list")
        plane.apply(_host("changes"))
        await _until(lambda: watcher.versions.get("changes") == 1, "the host")
        # Longer than a line may be for aiohttp.
        plane.apply(_host("changes", long="x" * 100_000))
        await _until(lambda: watcher.versions.get("changes") == 2, "a long version")
        plane.kubectl("delete", "hvh", "changes")
        await _until(lambda: watcher.deletions == ["changes"], "the deletion")
        assert (watcher.created, len(watcher.lists)) == (["changes"], 1)


async def test_a_resync_delivers_everything_again(plane: ControlPlane) -> None:
    await asyncio.to_thread(plane.install_crds, CRDS)
    plane.apply(_host("resync"))
    async with _watching(plane, resync=1) as (_, watcher):
        await _until(lambda: len(watcher.lists) >= 3, "three lists")
        assert (watcher.versions["resync"] >= 2, watcher.created) == (True, [])
    plane.kubectl("delete", "hvh", "resync")


async def test_a_watch_survives_a_restart_of_the_api_server(plane: ControlPlane) -> None:
    await asyncio.to_thread(plane.install_crds, CRDS)
    async with _watching(plane) as (watch, watcher):
        await _until(lambda: watch.problem(180) is None, "a list")
        await asyncio.to_thread(plane.apiserver.kill)
        await _until(lambda: watch.problem(0.2), "a stale watch")
        await asyncio.to_thread(plane.apiserver.start)
        plane.apply(_host("restart"))
        await _until(lambda: watcher.versions.get("restart"), "a host that was created after the restart")
        assert watch.problem(180) is None
    plane.kubectl("delete", "hvh", "restart")


async def test_a_finalizer_is_added_and_removed_whoever_writes_in_between(plane: ControlPlane) -> None:
    await asyncio.to_thread(plane.install_crds, CRDS)
    plane.apply(_host("final"))
    async with _api(plane) as api:
        objects = KubeObjects(api)
        body: Any = await objects.get(ObjectRef(HOST_KIND, "final"))
        ref = ObjectRef(HOST_KIND, "final", uid=body["metadata"]["uid"])
        for _ in range(2):
            added: Any = await objects.set_finalizer(ref, present=True)
            assert added["metadata"]["finalizers"] == [FINALIZER]
        await asyncio.to_thread(plane.kubectl, "delete", "hvh", "final", "--wait=false")
        unchanged: Any = await objects.set_finalizer(ref, present=True)
        assert unchanged["metadata"]["deletionTimestamp"]
        await objects.set_finalizer(ref, present=False)
        with pytest.raises(ObjectGone):
            await objects.set_finalizer(ref, present=False)
        plane.apply(_host("final"))
        with pytest.raises(ObjectGone, match="deleted and created again"):
            await objects.get(ref)
    plane.kubectl("delete", "hvh", "final")
