"""Who asks: the user in a request's headers, if the API server's client certificate vouches for them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.ports import FrontProxy, User
from hyperv_operator.serving.clients import PeerCertificate, common_names


def authenticate(proxy: FrontProxy | None, peer: PeerCertificate | None, headers: CIMultiDictProxy[str]) -> User:
    """Return the user; `StatusError` 401 if the request does not come from the API server."""
    if proxy is None:
        raise StatusError(
            401,
            "The operator does not know the API server's client certificate: the ConfigMap extension-apiserver-authentication in "
            "kube-system is missing, unreadable, or names no requestheader-client-ca-file.",
        )
    if not peer:
        raise StatusError(401, "This address is for the API server only. Ask the API server: kubectl get --raw.")
    names = common_names(peer)
    if proxy.allowed_names and not set(names) & set(proxy.allowed_names):
        raise StatusError(401, "The client certificate has a name that the API server does not use.")
    user = next((headers[name] for name in proxy.username_headers if headers.get(name)), None)
    if user is None:
        raise StatusError(401, "The API server has named no user.")
    return User(
        name=user,
        uid=next((headers[name] for name in proxy.uid_headers if headers.get(name)), ""),
        groups=tuple(value for name in proxy.group_headers for value in headers.getall(name, ())),
        extra=_extra(headers, proxy.extra_prefixes),
    )


def _extra(headers: CIMultiDictProxy[str], prefixes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the extra attributes. Their keys are percent-encoded, as a header's name cannot hold every character."""
    found: dict[str, tuple[str, ...]] = {}
    for prefix in prefixes:
        for header, value in headers.items():
            if header.lower().startswith(prefix.lower()):
                key = unquote(header[len(prefix) :].lower())
                found[key] = (*found.get(key, ()), value)
    return found
