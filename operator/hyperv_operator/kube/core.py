"""Secrets, Namespaces and Events."""

from __future__ import annotations

import base64
import binascii
import logging
import secrets as random_names
from collections.abc import Mapping
from typing import Any

from kubernetes_asyncio import client

from hyperv_operator.api.names import API_VERSION, CONTROLLER
from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import Clock, ObjectRef, Redaction, SecretData

log = logging.getLogger(__name__)

_MAX_NOTE = 1_000
_EVENTS_OF_CLUSTER_SCOPED = "default"
"""Kubernetes keeps the Events of cluster-scoped objects in this namespace."""


class KubeSecrets:
    """Reads Secrets; needs only the verb `get`."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoreV1Api(api)

    async def read(self, namespace: str, name: str) -> SecretData:
        """Read one Secret; raises `ObjectGone` or `AccessForbidden`."""
        with translated(f"get Secret {name}"):
            secret = await self._api.read_namespaced_secret(name, namespace, _request_timeout=REQUEST_TIMEOUT)
        try:
            data = {key: base64.b64decode(value) for key, value in (secret.data or {}).items()}
        except binascii.Error:
            raise ClusterError(f"Secret {name} holds invalid base64.") from None
        return SecretData(secret.metadata.resource_version, data)


class KubeNamespaces:
    """Reads Namespaces, and the cluster's identity from one of them."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoreV1Api(api)
        self._cluster_uid: str | None = None

    async def labels(self, name: str) -> Mapping[str, str]:
        """Return a namespace's labels."""
        with translated(f"get Namespace {name}"):
            namespace = await self._api.read_namespace(name, _request_timeout=REQUEST_TIMEOUT)
        return dict(namespace.metadata.labels or {})

    async def cluster_uid(self) -> str:
        """Return the UID of kube-system, which identifies the cluster."""
        if self._cluster_uid is None:
            with translated("get Namespace kube-system"):
                namespace = await self._api.read_namespace("kube-system", _request_timeout=REQUEST_TIMEOUT)
            self._cluster_uid = str(namespace.metadata.uid)
        return self._cluster_uid


class KubeEvents:
    """Writes Events with redacted messages."""

    def __init__(self, api: client.ApiClient, clock: Clock, redaction: Redaction, instance: str) -> None:
        self._api = client.EventsV1Api(api)
        self._clock = clock
        self._redaction = redaction
        self._instance = instance

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Write an Event; a failure is logged."""
        namespace = ref.namespace or _EVENTS_OF_CLUSTER_SCOPED
        note = self._redaction.clean(message)
        # The client accepts plain JSON, although its type hints require a model.
        body: Any = {
            "metadata": {"name": f"{ref.name[:230]}.{random_names.token_hex(8)}", "namespace": namespace},
            "eventTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance[:128],
            "action": "Reconcile",
            "reason": reason,
            "regarding": {
                "apiVersion": API_VERSION,
                "kind": ref.kind,
                "name": ref.name,
                "namespace": ref.namespace,
                "uid": ref.uid,
            },
            "note": note if len(note) <= _MAX_NOTE else f"{note[: _MAX_NOTE - 1]}…",
            "type": "Warning" if warning else "Normal",
        }
        try:
            with translated(f"create Event {reason}"):
                await self._api.create_namespaced_event(namespace, body, _request_timeout=REQUEST_TIMEOUT)
        except ClusterError as error:
            log.warning("%s", error, extra={"object": f"{ref.kind}/{ref.name}"})
