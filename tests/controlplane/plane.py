"""One control plane: etcd and kube-apiserver in a temporary folder, with kubectl and helm configured for it."""

from __future__ import annotations

import json
import os
import random
import socket
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import yaml

from controlplane import credentials
from controlplane.binaries import Binaries, Report, find_or_build
from controlplane.commands import run
from controlplane.credentials import FRONT_PROXY, LOOPBACK, Credentials
from controlplane.server import Guard, Server

Manifest = Mapping[str, object]

PORTS = range(20000, 32000)
"""Below the kernel's ephemeral port range, so that no outgoing connection takes the port during a restart."""

ETCD_SOCKET = "etcd.sock"


class ControlPlane:
    """A running API server and its etcd; created by `ControlPlane.start()`.

    `url`, `ca_file` and `admin_kubeconfig` stay valid when `apiserver` and `etcd` are restarted.
    """

    def __init__(self, folder: Path, binaries: Binaries, guard: Guard, arguments: Sequence[str] = ()) -> None:
        port = _free_port()
        self.folder = folder
        self.binaries = binaries
        self.url = f"https://{LOOPBACK}:{port}"
        self._credentials = credentials.create(folder)
        self.ca_file = self._credentials.ca_file
        self._requests = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.ca_file))),
        )
        self.admin_kubeconfig = credentials.write_kubeconfig(
            folder / "admin.kubeconfig",
            url=self.url,
            ca_file=self.ca_file,
            user="admin",
            token=self._credentials.admin_token,
        )
        self.etcd = Server(_etcd_command(binaries.etcd), folder, guard, self._etcd_listens)
        self.apiserver = Server(
            [*_apiserver_command(binaries.kube_apiserver, self._credentials, port), *arguments],
            folder,
            guard,
            self._ready,
        )

    @classmethod
    @contextmanager
    def start(cls, report: Report = print, arguments: Sequence[str] = ()) -> Iterator[Self]:
        """Provide a ready control plane; its processes and its folder are removed at the end of the block.

        `arguments` are more flags of the API server.

        A user's first call builds the binaries and reports that to `report`. Raises server.ServerFailed and the exceptions of
        `binaries.find_or_build`.
        """
        binaries = find_or_build(report)
        folder = Path(tempfile.mkdtemp(prefix="controlplane-"))
        guard = Guard(folder)
        try:
            plane = cls(folder, binaries, guard, arguments)
            try:
                plane.etcd.start()
                plane.apiserver.start()
                yield plane
            finally:
                plane.apiserver.stop()
                plane.etcd.stop()
        finally:
            guard.close()

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with kubectl and helm configured for this control plane and their caches in its folder.

        A shared cache could hold the resource types of an earlier server with the same address.
        """
        helm = {f"HELM_{kind}_HOME": str(self.folder / "helm" / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
        own = {"KUBECONFIG": str(self.admin_kubeconfig), "KUBECACHEDIR": str(self.folder / "kube-cache")}
        return {**os.environ, **helm, **own}

    def kubectl(self, *arguments: str, stdin: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run kubectl as the administrator or with `kubeconfig`; return its stdout or raise CommandFailed."""
        return run([str(self.binaries.kubectl), *arguments], environment=self._environment(kubeconfig), stdin=stdin)

    def helm(self, *arguments: str, stdin: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run helm as the administrator or with `kubeconfig`; return its stdout or raise CommandFailed."""
        return run([str(self.binaries.helm), *arguments], environment=self._environment(kubeconfig), stdin=stdin)

    def apply(self, manifests: str | Manifest | Iterable[Manifest], *, namespace: str = "default") -> str:
        """Run `kubectl apply` with strict validation on YAML text or one or more objects.

        `namespace` applies to objects without one.
        """
        if isinstance(manifests, str):
            text = manifests
        else:
            documents = [manifests] if isinstance(manifests, Mapping) else manifests
            text = yaml.safe_dump_all(dict(document) for document in documents)
        return self.kubectl("apply", "--validate=strict", "--namespace", namespace, "--filename", "-", stdin=text)

    def request(self, method: str, path: str, body: Manifest | None = None) -> tuple[int, dict[str, Any]]:
        """Send one request as the administrator, a PATCH as a merge patch; return the status code, whichever it is, and the JSON response.

        Much faster than kubectl, for tests that send hundreds of requests.
        """
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self._credentials.admin_token}", "Content-Type": kind},
        )
        try:
            with self._requests.open(request, timeout=30) as response:
                return int(response.status), json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def install_crds(self, path: Path) -> None:
        """Apply the CustomResourceDefinitions of a file or folder and wait until they are established."""
        self.kubectl("apply", "--server-side", "--filename", str(path))
        self.kubectl("wait", "--for=condition=Established", "--timeout=30s", "--filename", str(path))

    def new_namespace(self, prefix: str = "test", labels: Mapping[str, str] | None = None) -> str:
        """Create a namespace with a generated name that starts with `prefix`, and return the name."""
        metadata = {"generateName": f"{prefix}-", "labels": dict(labels or {})}
        manifest = yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return self.kubectl("create", "--filename", "-", "--output", "jsonpath={.metadata.name}", stdin=manifest)

    def service_account_kubeconfig(self, namespace: str, name: str, lifetime_seconds: int = 24 * 3600) -> Path:
        """Return a kubeconfig with a new token of an existing ServiceAccount, so that its RBAC applies.

        The token comes from a TokenRequest, as for a Pod; its shortest lifetime is 600 seconds.
        """
        duration = f"--duration={lifetime_seconds}s"
        token = self.kubectl("create", "token", name, "--namespace", namespace, duration).strip()
        handle, path = tempfile.mkstemp(dir=self.folder, prefix=f"{namespace}-{name}-", suffix=".kubeconfig")
        os.close(handle)
        return credentials.write_kubeconfig(
            Path(path), url=self.url, ca_file=self.ca_file, user=name, token=token, namespace=namespace
        )

    def _environment(self, kubeconfig: Path | None) -> dict[str, str]:
        return self.environment | ({"KUBECONFIG": str(kubeconfig)} if kubeconfig else {})

    def _etcd_listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self.folder / ETCD_SOCKET))
            except OSError:
                return False
        return True

    def _ready(self) -> bool:
        """Return whether the server is ready and has created its own namespaces, which /readyz does not wait for."""
        return self._answers("/readyz") and self._answers("/api/v1/namespaces/default")

    def _answers(self, path: str) -> bool:
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {self._credentials.admin_token}"}
        )
        try:
            with self._requests.open(request, timeout=5) as response:
                return bool(response.status == HTTPStatus.OK)
        except (urllib.error.URLError, OSError):
            return False


def _etcd_command(binary: Path) -> list[str]:
    """Return the command of an etcd that listens on a socket in the folder: it needs no port, and no other user has access."""
    listen = f"unix://{ETCD_SOCKET}"
    peer = "unix://etcd-peer.sock"
    return [
        str(binary),
        "--name=controlplane",
        "--data-dir=etcd",
        f"--listen-client-urls={listen}",
        f"--advertise-client-urls={listen}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=controlplane={peer}",
        "--unsafe-no-fsync",  # its data need not survive a crash of the machine
        "--log-level=warn",
    ]


def _apiserver_command(binary: Path, files: Credentials, port: int) -> list[str]:
    return [
        str(binary),
        f"--etcd-servers=unix://{ETCD_SOCKET}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",  # otherwise it needs a default route, which a build machine may lack
        f"--secure-port={port}",
        "--endpoint-reconciler-type=none",  # it would publish the loopback address, which is invalid in endpoints
        f"--tls-cert-file={files.certificate}",
        f"--tls-private-key-file={files.key}",
        f"--token-auth-file={files.tokens}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://controlplane.test",
        f"--service-account-signing-key-file={files.service_account_key}",
        f"--service-account-key-file={files.service_account_public_key}",
        "--service-cluster-ip-range=10.0.0.0/24",
        f"--requestheader-client-ca-file={files.proxy_ca_file}",
        f"--requestheader-allowed-names={FRONT_PROXY}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={files.proxy_certificate}",
        f"--proxy-client-key-file={files.proxy_key}",
        "--disable-admission-plugins=ServiceAccount",  # it requires a `default` ServiceAccount, which nothing creates
        "--shutdown-send-retry-after=true",  # otherwise an open watch delays its shutdown by a minute
    ]


def _free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((LOOPBACK, port))
            except OSError:
                continue
        return port
    raise OSError(f"no port of {PORTS} is free")
