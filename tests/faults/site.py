"""What the trials of one job share: a control plane, the proxy before it, and the nursery of operators."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from controlplane import credentials
from controlplane.plane import ControlPlane
from e2e import rig
from faults.admin import Admin
from faults.nursery import Nursery, OperatorProcess
from faults.proxy import Proxy

STALE_SECONDS = 3.0
"""After this time without an event of its canary Lease, an operator is not ready."""
SETTINGS: Mapping[str, str] = {
    "HVO_AWAITED_INVENTORY_SECONDS": "0.2",
    "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "0.5",
    "HVO_SECRET_POLL_SECONDS": "0.5",
    "HVO_RETRY_BASE_SECONDS": "0.2",
    "HVO_RETRY_LIMIT_SECONDS": "1",
    "HVO_PROGRESS_INTERVAL_SECONDS": "0.2",
    "HVO_GUEST_WAIT_SECONDS": "0",
    "HVO_SHUTDOWN_GRACE_SECONDS": "1",
    "HVO_LEASE_INTERVAL_SECONDS": "1",
    "HVO_WATCH_STALE_SECONDS": str(STALE_SECONDS),
    "HVO_BREAKER_PAUSE_SECONDS": "1",
}
"""The operator's intervals, short enough for a whole life within a few seconds."""
_IDENTITY = "operator-under-fault"


class Site:
    """One job's servers."""

    def __init__(self, plane: ControlPlane, proxy: Proxy, nursery: Nursery, folder: Path) -> None:
        self.admin = Admin(plane)
        self.proxy = proxy
        self.folder = folder
        self.numbers = itertools.count(1)
        self._nursery = nursery

    @classmethod
    @contextlib.contextmanager
    def open(cls) -> Iterator[Self]:
        """Start the servers, with the chart's resources installed, and stop them at the end of the block."""
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hvo-faults-")))
            plane = stack.enter_context(ControlPlane.start())
            rig.install(plane)
            # The operators of the harness serve no webhook.
            plane.kubectl("delete", "validatingwebhookconfigurations", "--all")
            proxy = stack.enter_context(Proxy(plane.url, plane.ca_file))
            nursery = stack.enter_context(Nursery(rig.ROOT, _kubeconfig(plane, proxy, folder)))
            site = cls(plane, proxy, nursery, folder)
            stack.callback(site.admin.close)
            yield site

    def start_operator(self, log: Path, settings: Mapping[str, str] | None = None) -> OperatorProcess:
        """Start an operator that reaches the API server through the proxy only."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("HVO_")}
        own = {
            "HVO_OPERATOR_NAMESPACE": rig.SYSTEM,
            "HVO_OPERATOR_IDENTITY": _IDENTITY,
            "HVO_LISTEN_ADDRESS": "127.0.0.1",
            "HVO_METRICS_PORT": "0",
            "HVO_PROBE_PORT": "0",
        }
        return self._nursery.start({**inherited, **SETTINGS, **own, **(settings or {})}, log)


def _kubeconfig(plane: ControlPlane, proxy: Proxy, folder: Path) -> Path:
    """Write the operator's kubeconfig: the proxy's address, and a token of its ServiceAccount."""
    authority = folder / "proxy-ca.crt"
    authority.write_text(proxy.authority.pem)
    account = ("hyperv-operator", "--namespace", rig.SYSTEM)
    return credentials.write_kubeconfig(
        folder / "operator.kubeconfig",
        url=proxy.url,
        ca_file=authority,
        user="hyperv-operator",
        token=plane.kubectl("create", "token", *account, "--duration=24h").strip(),
        namespace=rig.SYSTEM,
    )
