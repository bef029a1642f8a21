"""A gateway as a process, and a client for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from joserfc import jwt
from joserfc.jwk import RSAKey

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
_STATE = {
    "HVO_GATEWAY_PORT": "0",
    "HVO_GATEWAY_METRICS_PORT": "0",
    "HVO_GATEWAY_STREAM_PING_SECONDS": "2",
    "HVO_GATEWAY_STREAM_RECHECK_SECONDS": "30",
}

CANARY = "Canary-Gateway-Pw-123!"
JOBS = "/api/v1/jobs"


@dataclass(frozen=True)
class Reply:
    """An answer of the gateway."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Gateway:
    """A running gateway."""

    url: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def request(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> Reply:
        """Send a request. Underscores in the names of headers stand for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=sent)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return Reply(
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    answer.read().decode(),
                )
        except urllib.error.HTTPError as error:
            with error:
                return Reply(
                    error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()
                )

    def get(self, path: str, token: str | None = None, **headers: str) -> Reply:
        """Send a GET."""
        return self.request("GET", path, token=token, **headers)

    def post(self, path: str, body: object, token: str | None = None, **headers: str) -> Reply:
        """Send a POST."""
        return self.request("POST", path, body, token=token, **headers)

    @property
    def metrics(self) -> str:
        """The metrics in the Prometheus text format."""
        port = re.search(r"Metrics are served on port (\d+)", self.log.read_text())
        assert port
        with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/metrics", timeout=10) as answer:
            return str(answer.read().decode())


@contextmanager
def gateway(plane: ControlPlane, log: Path, **settings: str) -> Iterator[Gateway]:
    """Run a gateway during the block; `settings` are its settings without prefix, in lower case.

    Its environment has no credentials, only the address and the authority of the API server.
    """
    own = {f"HVO_GATEWAY_{name.upper()}": value for name, value in settings.items()}
    address = {"HVO_GATEWAY_API_URL": plane.url, "HVO_GATEWAY_API_CA_FILE": str(plane.ca_file)}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HVO_") and key != "KUBECONFIG"}
    with log.open("a") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hyperv_operator", "gateway"],
            env={**inherited, **_STATE, **address, "PYTHONPATH": str(ROOT / "operator"), **own},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        found = wait_until(lambda: _port(log, process), what="a gateway that listens", within=60)
        yield Gateway(f"http://127.0.0.1:{found}", log, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _port(log: Path, process: subprocess.Popen[bytes]) -> str | None:
    found = re.findall(r"The gateway listens on port (\d+)", log.read_text())
    assert process.poll() is None, log.read_text()
    return found[-1] if found else None


_ROLE: list[dict[str, Any]] = [
    {
        "apiGroups": ["hyperv-operator.io"],
        "resources": ["hypervmachines"],
        "verbs": ["get", "list", "watch", "create", "delete"],
    },
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "list"]},
    {"apiGroups": ["subresources.hyperv-operator.io"], "resources": ["hypervmachines/log"], "verbs": ["get"]},
]


def submission(host: str = "nowhere", fields: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a body for `provision` or `validate`; keyword arguments replace or add keys."""
    values = {
        "vm_name": "web-1",
        "image_name": "Ubuntu 24.04",
        "gb_ram": 2,
        "cpu_cores": 2,
        "guest_la_uid": "admin",
        "guest_la_pw": CANARY,
        **(fields or {}),
    }
    return {"schema_version": 1, "target_host": host, "values": values, **changes}


def secrets(plane: ControlPlane, namespace: str) -> list[str]:
    """Return the Secrets of a namespace."""
    return plane.kubectl("get", "secrets", "-n", namespace, "-o", "name").split()


def machines(plane: ControlPlane, namespace: str) -> list[str]:
    """Return the machines of a namespace."""
    return plane.kubectl("get", "hvm", "-n", namespace, "-o", "name").split()


def person(plane: ControlPlane, namespace: str, name: str = "ada", rules: list[dict[str, Any]] | None = None) -> str:
    """Create an account with rights in one namespace, and return its token."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": namespace},
        "rules": _ROLE if rules is None else rules,
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }
    plane.apply([account, role, binding], namespace=namespace)
    return token_of(plane.service_account_kubeconfig(namespace, name))


def token_of(kubeconfig: Path) -> str:
    """Return the token in a kubeconfig."""
    return str(yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"])


def signed(plane: ControlPlane, namespace: str, name: str, seconds: float) -> str:
    """Return a token of an account that expires after some seconds; the API server accepts it for a minute longer.

    The API server itself gives no token for less than ten minutes.
    """
    account = json.loads(plane.kubectl("get", "serviceaccount", name, "-n", namespace, "-o", "json"))
    issuer = "https://controlplane.test"
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": [issuer],
        "sub": f"system:serviceaccount:{namespace}:{name}",
        "iat": now - 600,
        "nbf": now - 600,
        "exp": now + int(seconds),
        "kubernetes.io": {
            "namespace": namespace,
            "serviceaccount": {"name": name, "uid": account["metadata"]["uid"]},
        },
    }
    key = RSAKey.import_key((plane.folder / "service-accounts.key").read_text())
    return str(jwt.encode({"alg": "RS256"}, claims, key))
