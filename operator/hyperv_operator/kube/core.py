"""Secrets and Namespaces."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from kubernetes_asyncio import client

from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import SecretData


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
        return SecretData(secret.metadata.resource_version, data, secret.metadata.uid)


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
