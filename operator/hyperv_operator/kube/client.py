"""The API client, configured by kubeconfig or the pod's ServiceAccount, and its exceptions as `ClusterError`."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from kubernetes_asyncio import client, config
from kubernetes_asyncio.client.exceptions import ApiException
from kubernetes_asyncio.config.config_exception import ConfigException

from hyperv_operator import version
from hyperv_operator.border.text import clean
from hyperv_operator.errors import AccessForbidden, ClusterError, ObjectGone, SettingsError, WriteConflict, WriteRefused

REQUEST_TIMEOUT = 30
"""Seconds per request."""
_MAX_CAUSE = 500
"""Characters of what the API server says about an object that it refuses."""


@contextlib.asynccontextmanager
async def api_client() -> AsyncIterator[client.ApiClient]:
    """Provide a client; `SettingsError` if there is neither a ServiceAccount nor a kubeconfig."""
    configuration = client.Configuration()
    try:
        if not os.environ.get("KUBECONFIG") and os.environ.get("KUBERNETES_SERVICE_HOST"):
            config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            file = os.environ.get("KUBECONFIG") or None
            await config.load_kube_config(config_file=file, client_configuration=configuration)
    except ConfigException as error:
        raise SettingsError(
            f"There is no configuration for the Kubernetes API ({error}). In a pod, mount the ServiceAccount's token; elsewhere "
            "set KUBECONFIG."
        ) from None
    api = client.ApiClient(configuration=configuration)
    api.set_default_header("User-Agent", f"hyperv-operator/{version()}")
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
        raise failure(operation, error) from None
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise ClusterError(f"Kubernetes API: {operation}: no answer ({type(error).__name__}).") from None


def failure(operation: str, error: ApiException) -> ClusterError:
    """Return an answer of the API server that is not a success as a `ClusterError`.

    410 is not `ObjectGone`: it says that a resourceVersion or a page of a list has expired.
    """
    kinds = {403: AccessForbidden, 404: ObjectGone, 409: WriteConflict, 422: WriteRefused}
    kind = kinds.get(error.status, ClusterError)
    reason = "RBAC forbids it" if error.status == 403 else f"{error.status} {error.reason}"
    if kind is WriteRefused and (cause := _cause(error.body)):
        reason = f"{reason}: {cause}"
    return kind(f"Kubernetes API: {operation}: {reason}.", retry_after=retry_after(error.headers))


def _cause(body: str | bytes | None) -> str:
    """Return what the API server says is invalid; empty if it does not say."""
    try:
        message = json.loads(body or "")["message"]
    except (ValueError, TypeError, KeyError):
        return ""
    return clean(str(message), _MAX_CAUSE).rstrip(".")


def check(response: aiohttp.ClientResponse) -> None:
    """Raise `ApiException` for an answer that is not a success; `translated` makes a `ClusterError` of it."""
    if response.status != HTTPStatus.OK:
        error = ApiException(status=response.status, reason=response.reason)
        error.headers = response.headers
        raise error


def parsed(body: bytes, operation: str) -> dict[str, Any]:
    """Return what the API server has sent as JSON; raises `ClusterError`."""
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError:
        raise ClusterError(f"Kubernetes API: {operation}: the answer is not JSON.") from None
    return found


def retry_after(headers: Mapping[str, str] | None) -> float | None:
    """Return the seconds of the header Retry-After; None without one, or for a date, which the API server does not send."""
    text = (headers or {}).get("Retry-After", "")
    return float(text) if text.isdecimal() else None
