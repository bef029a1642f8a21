"""What an aggregated API asks the API server: who sends its requests, and what a user may do."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kubernetes_asyncio import client

from hyperv_operator.api.names import SUBRESOURCES_GROUP, VERSION
from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import FrontProxy, User

_NAMESPACE = "kube-system"
_CONFIG_MAP = "extension-apiserver-authentication"


class KubeFrontProxies:
    """Reads the ConfigMap in which the API server publishes its front-proxy configuration."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoreV1Api(api)

    async def read(self) -> FrontProxy | None:
        """Return the configuration; None if this API server has none. Raises `ClusterError`."""
        with translated(f"get ConfigMap {_NAMESPACE}/{_CONFIG_MAP}"):
            found = await self._api.read_namespaced_config_map(
                _CONFIG_MAP, _NAMESPACE, _request_timeout=REQUEST_TIMEOUT
            )
        return front_proxy(found.data or {})


def front_proxy(data: Mapping[str, str]) -> FrontProxy | None:
    """Return the configuration in the ConfigMap's data; None if it names no authority or no header for the user."""
    authority = data.get("requestheader-client-ca-file", "").strip()
    usernames = _list(data, "requestheader-username-headers")
    if not authority or not usernames:
        return None
    return FrontProxy(
        authority=authority,
        allowed_names=_list(data, "requestheader-allowed-names"),
        username_headers=usernames,
        group_headers=_list(data, "requestheader-group-headers"),
        extra_prefixes=_list(data, "requestheader-extra-headers-prefix"),
        uid_headers=_list(data, "requestheader-uid-headers"),
    )


def _list(data: Mapping[str, str], key: str) -> tuple[str, ...]:
    try:
        value = json.loads(data.get(key) or "[]")
    except ValueError:
        value = None
    if not isinstance(value, list):
        raise ClusterError(f"ConfigMap {_NAMESPACE}/{_CONFIG_MAP}: {key} is not a JSON list.")
    return tuple(str(one) for one in value)


class KubeAccessReviews:
    """Creates SubjectAccessReviews."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.AuthorizationV1Api(api)

    async def allowed(self, user: User, resource: str, *, subresource: str, namespace: str, name: str) -> bool:
        """Return whether a user may `get` this of the aggregated API. Raises `ClusterError`."""
        attributes = client.V1ResourceAttributes(
            group=SUBRESOURCES_GROUP,
            version=VERSION,
            verb="get",
            resource=resource,
            subresource=subresource,
            namespace=namespace,
            name=name,
        )
        spec = client.V1SubjectAccessReviewSpec(
            user=user.name,
            uid=user.uid,
            groups=list(user.groups),
            extra={key: list(values) for key, values in user.extra.items()},
            resource_attributes=attributes,
        )
        body = client.V1SubjectAccessReview(spec=spec)
        with translated("create SubjectAccessReview"):
            review = await self._api.create_subject_access_review(body, _request_timeout=REQUEST_TIMEOUT)
        return bool(review.status and review.status.allowed and not review.status.denied)
