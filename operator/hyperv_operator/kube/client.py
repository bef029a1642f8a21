"""The API client, configured by kubeconfig or the pod's ServiceAccount, and its exceptions as `ClusterError`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterator

import aiohttp
from kubernetes_asyncio import client, config
from kubernetes_asyncio.client.exceptions import ApiException
from kubernetes_asyncio.config.config_exception import ConfigException

from hyperv_operator.errors import AccessForbidden, ClusterError, ObjectGone, SettingsError, WriteConflict

REQUEST_TIMEOUT = 30
"""Seconds per request."""


@contextlib.asynccontextmanager
async def api_client() -> AsyncIterator[client.ApiClient]:
    """Provide a client; `SettingsError` if there is neither a ServiceAccount nor a kubeconfig."""
    configuration = client.Configuration()
    try:
        if "KUBECONFIG" not in os.environ and "KUBERNETES_SERVICE_HOST" in os.environ:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            await config.load_kube_config(client_configuration=configuration)
    except ConfigException as error:
        raise SettingsError(
            f"There is no configuration for the Kubernetes API ({error}). In a pod, mount the ServiceAccount's token; elsewhere "
            "set KUBECONFIG."
        ) from None
    api = client.ApiClient(configuration=configuration)
    try:
        yield api
    finally:
        await api.close()


@contextlib.contextmanager
def translated(operation: str) -> Iterator[None]:
    """Convert the exceptions of a request to `ClusterError`; `operation` describes the request in the message."""
    try:
        yield
    except ApiException as error:
        kind = {403: AccessForbidden, 404: ObjectGone, 409: WriteConflict, 410: ObjectGone}.get(
            error.status, ClusterError
        )
        reason = "RBAC forbids it" if error.status == 403 else f"{error.status} {error.reason}"
        raise kind(f"Kubernetes API: {operation}: {reason}.") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ClusterError(f"Kubernetes API: {operation}: no answer ({type(error).__name__}).") from None
