"""Reading live logs in tests as people do: with kubectl, over HTTP and over websockets, through the API server."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import yaml
from websockets.sync.client import ClientConnection, connect

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until

GROUP = "/apis/subresources.hyperv-operator.io/v1alpha1"
JSON_LINES = "application/jsonl"


def machine_log(namespace: str, name: str, query: str = "") -> str:
    """Return the path of a machine's log."""
    return f"{GROUP}/namespaces/{namespace}/hypervmachines/{name}/log{'?' if query else ''}{query}"


def host_log(name: str, query: str = "") -> str:
    """Return the path of a host's log."""
    return f"{GROUP}/hypervhosts/{name}/log{'?' if query else ''}{query}"


class Reader:
    """One user: a ServiceAccount of a namespace with one of the chart's roles there, or cluster-wide."""

    def __init__(self, plane: ControlPlane, namespace: str, role: str | None, *, everywhere: bool = False) -> None:
        self.name = f"reader-{role}" if role else "reader"
        self._plane = plane
        plane.kubectl("create", "serviceaccount", self.name, "-n", namespace)
        if role:
            scope = "clusterrolebinding" if everywhere else "rolebinding"
            account = f"--serviceaccount={namespace}:{self.name}"
            plane.kubectl(
                "create", scope, f"{namespace}-{self.name}", f"--clusterrole={role}", account, "-n", namespace
            )
        self.kubeconfig = plane.service_account_kubeconfig(namespace, self.name)
        self.token: str = yaml.safe_load(self.kubeconfig.read_text())["users"][0]["user"]["token"]

    def raw(self, path: str) -> str:
        """Return the output of `kubectl get --raw`; `CommandFailed` if it fails."""
        return self._plane.kubectl("get", "--raw", path, kubeconfig=self.kubeconfig)

    def get(self, path: str, accept: str = JSON_LINES) -> requests.Response:
        """Return the answer to a request, whatever its status."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": accept}
        return requests.get(self._plane.url + path, headers=headers, verify=str(self._plane.ca_file), timeout=30)

    def entries(self, path: str) -> list[dict[str, Any]]:
        """Return the entries of a log that is not followed."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines() if line]

    @contextmanager
    def follow(self, path: str) -> Iterator[Followed]:
        """Follow a log over chunked HTTP in the background during the block."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": JSON_LINES}
        with requests.get(
            self._plane.url + path, headers=headers, verify=str(self._plane.ca_file), stream=True, timeout=60
        ) as answer:
            assert answer.status_code == 200, answer.text
            followed = Followed()
            thread = threading.Thread(target=followed.read, args=(answer,), daemon=True)
            thread.start()
            yield followed

    @contextmanager
    def socket(self, path: str) -> Iterator[ClientConnection]:
        """Open a websocket during the block."""
        context = ssl.create_default_context(cafile=str(self._plane.ca_file))
        headers = {"Authorization": f"Bearer {self.token}"}
        url = self._plane.url.replace("https://", "wss://") + path
        with connect(url, ssl=context, additional_headers=headers, proxy=None) as connection:
            yield connection


class Followed:
    """The entries of a followed log so far."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.ended = threading.Event()

    def read(self, answer: requests.Response) -> None:
        """Collect entries until the log ends or the connection breaks."""
        try:
            for line in answer.iter_lines(chunk_size=None):
                if line:
                    self.entries.append(json.loads(line))
        except (requests.RequestException, AttributeError):
            pass  # the operator was killed, or the test has closed the connection
        finally:
            self.ended.set()

    def wait_for(self, within: float = 60, **wanted: Any) -> dict[str, Any]:
        """Wait for an entry with these values, and return it."""

        def found() -> dict[str, Any]:
            matching = (one for one in self.entries if wanted.items() <= one.items())
            return next(matching, {})

        return wait_until(found, what=f"an entry with {wanted}", within=within)
