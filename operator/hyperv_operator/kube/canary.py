"""A Lease that the operator renews and watches: if renewals stop arriving, its watches are stale."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import aiohttp
from kubernetes_asyncio import client, watch
from kubernetes_asyncio.client.exceptions import ApiException

from hyperv_operator.errors import ClusterError, ObjectGone, WriteConflict
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import CanaryLease, Clock

log = logging.getLogger(__name__)

LEASE = "hyperv-operator-canary"


class KubeLeases:
    """Reads the canary Leases of operators."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoordinationV1Api(api)

    async def canary(self, namespace: str) -> CanaryLease | None:
        """Read the canary Lease of a namespace; None if there is none."""
        try:
            with translated(f"get the canary Lease of namespace {namespace}"):
                lease = await self._api.read_namespaced_lease(LEASE, namespace, _request_timeout=REQUEST_TIMEOUT)
        except ObjectGone:
            return None
        return CanaryLease(lease.metadata.resource_version, float(lease.spec.lease_duration_seconds or 0))


class Canary:
    """Renews and watches the Lease. `age` is the time since the watch last delivered an event."""

    def __init__(self, api: client.ApiClient, clock: Clock, namespace: str, identity: str, interval: float) -> None:
        self._clock = clock
        self._api = client.CoordinationV1Api(api)
        self._namespace = namespace
        self._identity = identity
        self._interval = interval
        self._seen_at = time.monotonic()

    def age(self) -> float:
        """Return the seconds since the watch last delivered an event, or since the start if it has not yet."""
        return time.monotonic() - self._seen_at

    async def run(self) -> None:
        """Renew and watch the Lease until cancelled."""
        await asyncio.gather(self._renew_periodically(), self._watch())

    async def _renew_periodically(self) -> None:
        while True:
            try:
                await self._renew()
            except ClusterError as error:
                log.warning("The canary Lease could not be renewed: %s", error)
            await asyncio.sleep(self._interval)

    async def _renew(self) -> None:
        spec = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": max(int(self._interval * 3), 1),
            "renewTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        try:
            with translated("renew the canary Lease"):
                await self._api.patch_namespaced_lease(
                    LEASE, self._namespace, {"spec": spec}, _request_timeout=REQUEST_TIMEOUT
                )
        except ObjectGone:
            # The client accepts plain JSON, although its type hints require a model.
            body: Any = {"metadata": {"name": LEASE, "namespace": self._namespace}, "spec": spec}
            try:
                with translated("create the canary Lease"):
                    await self._api.create_namespaced_lease(self._namespace, body, _request_timeout=REQUEST_TIMEOUT)
            except WriteConflict:
                log.debug("Another operator has already created the canary Lease")

    async def _watch(self) -> None:
        # The Lease is renewed at every interval: a watch that is silent for longer has stopped to deliver.
        silence = max(3 * self._interval, REQUEST_TIMEOUT)
        while True:
            try:
                async with watch.Watch() as stream:
                    async for _ in stream.stream(
                        self._api.list_namespaced_lease,
                        self._namespace,
                        field_selector=f"metadata.name={LEASE}",
                        timeout_seconds=300,
                        _request_timeout=aiohttp.ClientTimeout(
                            total=300 + REQUEST_TIMEOUT, sock_connect=REQUEST_TIMEOUT, sock_read=silence
                        ),
                    ):
                        self._seen_at = time.monotonic()
            except (TimeoutError, ApiException, aiohttp.ClientError, OSError) as error:
                log.warning("The watch of the canary Lease failed: %s", type(error).__name__)
            await asyncio.sleep(min(self._interval, 5))
