"""A client of the API server for the harness itself: the administrator, past the proxy, over one connection."""

from __future__ import annotations

import http.client
import json
import ssl
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from controlplane.plane import ControlPlane

Body = dict[str, Any]
_GROUP = "/apis/hyperv-operator.io/v1alpha1"
MACHINES, HOSTS, INVENTORIES = "hypervmachines", "hypervhosts", "hypervhostinventories"


class Refused(Exception):
    """The API server refused a request of the harness."""


class Admin:
    """Not for use from several threads."""

    def __init__(self, plane: ControlPlane) -> None:
        self._where = urlsplit(plane.url)
        self._context = ssl.create_default_context(cafile=str(plane.ca_file))
        self._headers = {"Authorization": f"Bearer {plane._credentials.admin_token}", "Accept": "application/json"}
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Body | None:
        """Return an object or a list; None if it does not exist."""
        status, body = self._request("GET", path)
        return None if status == HTTPStatus.NOT_FOUND else _checked(status, body)

    def create(self, path: str, body: Body) -> Body:
        """Create an object in a collection, or run an action on a subresource."""
        return _checked(*self._request("POST", path, body))

    def patch(self, path: str, body: Body) -> Body:
        """Apply a merge patch."""
        return _checked(*self._request("PATCH", path, body))

    def replace(self, path: str, body: Body) -> Body:
        """Write a whole object."""
        return _checked(*self._request("PUT", path, body))

    def delete(self, path: str) -> None:
        """Delete an object or a collection; one that does not exist is no error."""
        status, body = self._request("DELETE", path)
        if status != HTTPStatus.NOT_FOUND:
            _checked(status, body)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _request(self, method: str, path: str, body: Body | None = None) -> tuple[int, Body]:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {**self._headers, "Content-Type": kind}
        if self._connection is None:
            assert self._where.hostname is not None
            self._connection = http.client.HTTPSConnection(
                self._where.hostname, self._where.port, context=self._context, timeout=30
            )
        try:
            self._connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            with self._connection.getresponse() as answer:
                return answer.status, json.load(answer)
        except Exception:
            self.close()
            raise


def machines(namespace: str, name: str = "") -> str:
    """Return the path of a machine, or of all of a namespace."""
    return "/".join(part for part in (f"{_GROUP}/namespaces/{namespace}/{MACHINES}", name) if part)


def hosts(name: str = "", plural: str = HOSTS) -> str:
    """Return the path of a HyperVHost or its inventory, or of all."""
    return "/".join(part for part in (f"{_GROUP}/{plural}", name) if part)


def core(namespace: str, plural: str, name: str = "") -> str:
    """Return the path of an object of the core group."""
    return "/".join(part for part in (f"/api/v1/namespaces/{namespace}/{plural}", name) if part)


def _checked(status: int, body: Body) -> Body:
    if status >= HTTPStatus.BAD_REQUEST:
        raise Refused(f"{status} {body.get('message')}")
    return body
