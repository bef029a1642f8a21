"""A watch of machines: when each became Ready, and how often it was written before and after."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import urlsplit

import yaml
from typing_extensions import override

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig


class Watch(threading.Thread):
    """Watches a namespace's machines from now on, as a context manager. Times are seconds of the monotonic clock, by name."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        super().__init__(name="watch", daemon=True)
        url = urlsplit(plane.url)
        token = yaml.safe_load(plane.admin_kubeconfig.read_text())["users"][0]["user"]["token"]
        self._connection = http.client.HTTPSConnection(
            str(url.hostname), url.port, context=ssl.create_default_context(cafile=str(plane.ca_file))
        )
        self._headers = {"Authorization": f"Bearer {token}"}
        self._path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{namespace}/hypervmachines"
        # A CRD that was just installed is served with a short delay.
        _, empty = wait_until(
            lambda: plane.request("GET", self._path),
            lambda answer: answer[0] == http.HTTPStatus.OK,
            what="a list of machines",
        )
        self._version = str(empty["metadata"]["resourceVersion"])
        self._stopping = threading.Event()
        self.created: dict[str, float] = {}
        self.ready: dict[str, float] = {}
        self.reasons: dict[str, str] = {}
        self.writes: Counter[str] = Counter()
        """Writes by anyone since the creation."""
        self.writes_to_ready: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if (sock := self._connection.sock) is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(2)
        self.join(10)
        self._connection.close()

    @override
    def run(self) -> None:
        # The server may end a watch at any time, and ends all of them when a CRD changes.
        while not self._stopping.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                for event in self._events():
                    self._take(event["type"], event["object"], time.monotonic())
            self._stopping.wait(0.1)

    def _events(self) -> Iterator[dict[str, Any]]:
        self._connection.close()
        path = f"{self._path}?watch=1&resourceVersion={self._version}"
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        if answer.status == http.HTTPStatus.OK:
            yield from map(json.loads, answer)

    def _take(self, kind: str, body: dict[str, Any], now: float) -> None:
        name, self._version = body["metadata"]["name"], body["metadata"]["resourceVersion"]
        if kind == "ADDED":
            self.created[name] = now
            return
        self.writes[name] += 1
        condition = rig.condition(body, "Ready")
        self.reasons[name] = condition.get("reason", "")
        if condition.get("status") == "True" and name not in self.ready:
            self.ready[name] = now
            self.writes_to_ready[name] = self.writes[name]

    def took(self, name: str) -> float:
        """Return the seconds from creation to Ready."""
        return self.ready[name] - self.created[name]
