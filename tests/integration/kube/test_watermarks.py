"""The ConfigMap of watermarks, with the permissions of the chart's Role, and Events about a Secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

from kubernetes_asyncio import client, config

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until_async
from hyperv_operator.kube.core import KubeSecrets
from hyperv_operator.kube.events import KubeEvents
from hyperv_operator.kube.watermarks import CONFIG_MAP, KubeWatermarks
from hyperv_operator.ports import ObjectRef
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from unit.notifications.samples import NOW


@asynccontextmanager
async def _api(plane: ControlPlane) -> AsyncIterator[client.ApiClient]:
    configuration = client.Configuration()
    await config.load_kube_config(str(plane.admin_kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration=configuration) as api:
        yield api


async def test_watermarks_are_stored_one_by_one_and_removed(control_plane: ControlPlane) -> None:
    namespace = control_plane.new_namespace("marks")
    async with _api(control_plane) as api:
        store = KubeWatermarks(api, namespace)
        assert await store.read() == {}
        await store.write({"a": "1", "b": None})
        assert await store.read() == {"a": "1"}
        await store.write({"b": "2"})
        await store.write({"a": None, "c": "3"})
        assert await KubeWatermarks(api, namespace).read() == {"b": "2", "c": "3"}
    assert CONFIG_MAP in control_plane.kubectl("get", "configmaps", "-n", namespace, "-o", "name")


async def test_an_event_about_a_secret_is_found_with_the_secret(control_plane: ControlPlane) -> None:
    namespace = control_plane.new_namespace("events")
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "targets"}, "stringData": {"k": "v"}}
    control_plane.apply(secret, namespace=namespace)
    async with _api(control_plane) as api:
        read = await KubeSecrets(api).read(namespace, "targets")
        clock: Any = SimpleNamespace(now=lambda: NOW)
        events = KubeEvents(api, clock, Redactor(), PrometheusMetrics(), "me")
        writing = asyncio.create_task(events.run())
        await events.emit(ObjectRef("Secret", "targets", namespace, read.uid, "v1"), "NotificationsFailing", "x")
        await events.drain(10)
        writing.cancel()

    async def found() -> list[dict[str, Any]]:
        selector = f"involvedObject.uid={read.uid}"
        shown = control_plane.kubectl("get", "events", "-n", namespace, "--field-selector", selector, "-o", "json")
        return cast("list[dict[str, Any]]", json.loads(shown)["items"])

    (event,) = await wait_until_async(found, what="the Event")
    involved = event["involvedObject"]
    assert (involved["apiVersion"], involved["kind"], involved["name"]) == ("v1", "Secret", "targets")
    assert event["reason"] == "NotificationsFailing"
