"""The API client: found as kubectl finds it, or from the pod's ServiceAccount; failures as the operator's own errors."""

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
"""Seconds for one call."""


@contextlib.asynccontextmanager
async def api_client() -> AsyncIterator[client.ApiClient]:
    """Open a client and close it; `SettingsError` if there is neither a ServiceAccount nor a kubeconfig."""
    configuration = client.Configuration()
    try:
        if "KUBECONFIG" not in os.environ and "KUBERNETES_SERVICE_HOST" in os.environ:
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            await config.load_kube_config(client_configuration=configuration)
    except ConfigException as error:
        raise SettingsError(
            f"No way to the Kubernetes API was found ({error}). In a pod, mount the ServiceAccount's token; elsewhere set "
            "KUBECONFIG."
        ) from None
    api = client.ApiClient(configuration=configuration)
    try:
        yield api
    finally:
        await api.close()


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise what a call raises as `ClusterError`; `what` names the call in the message."""
    try:
        yield
    except ApiException as error:
        kind = {403: AccessForbidden, 404: ObjectGone, 409: WriteConflict, 410: ObjectGone}.get(
            error.status, ClusterError
        )
        reason = "RBAC forbids it" if error.status == 403 else f"{error.status} {error.reason}"
        raise kind(f"Kubernetes API: {what}: {reason}.") from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ClusterError(f"Kubernetes API: {what}: no answer ({type(error).__name__}).") from None
