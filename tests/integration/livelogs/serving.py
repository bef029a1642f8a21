"""A server of the aggregated API over real TLS, with answers of the API server that a test chooses."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
from pydantic import JsonValue

from controlplane.credentials import create
from controlplane.waiting import wait_until_async
from e2e.webhook import Certificates, free_port
from hyperv_operator.errors import ClusterError
from hyperv_operator.livelogs import server as module
from hyperv_operator.livelogs.api import SubresourceApi
from hyperv_operator.livelogs.authorization import Authorization
from hyperv_operator.livelogs.followers import Followers
from hyperv_operator.livelogs.server import Listen, SubresourceServer
from hyperv_operator.livelogs.store import LogStore
from hyperv_operator.ports import FrontProxy, User
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from unit.livelogs.samples import UID, store

BASE = "/apis/subresources.hyperv-operator.io/v1alpha1"
LOG = f"{BASE}/namespaces/team/hypervmachines/web/log"
HOST_LOG = f"{BASE}/hypervhosts/h1/log"


class Proxies:
    """The ConfigMap of the API server."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.credentials = create(folder)
        self.error: ClusterError | None = None
        self.found: FrontProxy | None = FrontProxy(
            authority=self.credentials.proxy_ca_file.read_text(),
            allowed_names=("front-proxy-client",),
            username_headers=("X-Remote-User",),
            group_headers=("X-Remote-Group",),
            extra_prefixes=("X-Remote-Extra-",),
        )

    async def read(self) -> FrontProxy | None:
        """Return it."""
        if self.error:
            raise self.error
        return self.found


@dataclass
class Cluster:
    """What the API server allows, and what exists."""

    allowed: bool | ClusterError = True
    machines: dict[tuple[str, str], str] = field(default_factory=lambda: {("team", "web"): UID})
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    looked_up: int = 0

    async def may(self, user: User, resource: str, *, subresource: str, namespace: str, name: str) -> bool:
        """Answer an access review."""
        self.asked.append((f"{resource}/{subresource}".rstrip("/"), namespace, name, user.name))
        if isinstance(self.allowed, ClusterError):
            raise self.allowed
        return self.allowed

    def machine_uid(self, namespace: str, name: str) -> str | None:
        """Return a machine's UID."""
        self.looked_up += 1
        return self.machines.get((namespace, name))

    def has_host(self, name: str) -> bool:
        """Return whether there is a host."""
        return name == "h1"

    def executor(self) -> Mapping[str, JsonValue]:
        """Return the executor's state."""
        return {"lanes": {}}


class _Reviews:
    def __init__(self, cluster: Cluster) -> None:
        self.allowed = cluster.may


@dataclass
class Served:
    """A running server and what it serves."""

    logs: LogStore
    cluster: Cluster
    proxies: Proxies
    metrics: PrometheusMetrics
    port: int
    authority: str
    task: asyncio.Task[None]

    def context(self, proxies: Proxies | None = None) -> ssl.SSLContext:
        """Return a client's TLS context, with the API server's client certificate."""
        context = ssl.create_default_context(cadata=self.authority)
        files = (proxies or self.proxies).credentials
        context.load_cert_chain(files.proxy_certificate, files.proxy_key)
        return context

    @asynccontextmanager
    async def client(
        self, user: str = "jane", context: ssl.SSLContext | None = None
    ) -> AsyncIterator[aiohttp.ClientSession]:
        """Provide the API server's client."""
        connector = aiohttp.TCPConnector(ssl=context or self.context())
        headers = {"X-Remote-User": user, "Accept": "application/jsonl"}
        base = f"https://127.0.0.1:{self.port}"
        async with aiohttp.ClientSession(base, connector=connector, headers=headers) as session:
            yield session

    async def stop(self) -> None:
        """Stop the server."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def gauge(self, name: str) -> float:
        """Return a metric."""
        return self.metrics.registry.get_sample_value(f"hyperv_operator_{name}") or 0.0


@asynccontextmanager
async def serving(
    *, per_user: int = 10, write_seconds: float = 10, proxies: Proxies | None = None
) -> AsyncIterator[Served]:
    """Serve during the block."""
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates(Path(folder) / "tls")
        certificates.renew()
        metrics, cluster, logs = PrometheusMetrics(), Cluster(), store()
        proxies = proxies or Proxies(Path(folder) / "proxy")
        port = free_port(14_000)
        authorization = Authorization(_Reviews(cluster), asyncio.get_running_loop().time)
        followers = Followers(max(per_user, 100), per_user, metrics.log_followers)
        api = SubresourceApi(authorization, logs, followers, cluster, metrics, write_seconds)
        listen = Listen("127.0.0.1", port, certificates.folder, 30, partial(metrics.request_refused, "subresources"))
        server = SubresourceServer(listen, proxies, api)
        task = asyncio.create_task(server.run())
        served = Served(logs, cluster, proxies, metrics, port, certificates.authority.pem, task)
        try:
            await wait_until_async(lambda: listens(port), what="a server that listens")
            yield served
        finally:
            await served.stop()


async def listens(port: int) -> bool:
    """Return whether somebody listens on a port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True


def shorten_intervals(seconds: float = 0.05) -> dict[str, float]:
    """Return the server's intervals, shortened, for `monkeypatch.setattr`."""
    assert hasattr(module, "_PROXY_SECONDS")
    return {"_PROXY_SECONDS": seconds, "_PROXY_RETRY_SECONDS": seconds}
