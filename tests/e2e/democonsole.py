"""`make demo ARGS="--console"`: gateway and console stay until Ctrl-C, with one simulated host named hyperv01.local."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from pathlib import Path

from controlplane.plane import ControlPlane
from e2e import rig
from e2e.consolesite import site, tenant_namespace
from hostsim import manifests
from hostsim.host import AgentKind, SimulatedHost

NAMESPACE = "team"
HOST = "hyperv01.local"
_HELP = """
Console:    {url}
Namespace:  {namespace}
Token:      {token}

The same as a request:

  TOKEN={token}
  curl -X POST {url}api/v1/jobs/provision \\
    -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
    -d '{{"schema_version": 1, "target_host": "{host}", "values": {{"vm_name": "web-server-01",
         "image_name": "Windows Server 2022", "gb_ram": 8, "cpu_cores": 4, "guest_la_uid": "Administrator",
         "guest_la_pw": "SecurePassword123!", "guest_v4_ipaddr": "192.168.1.100", "guest_v4_cidrprefix": 24,
         "guest_v4_defaultgw": "192.168.1.1", "guest_v4_dns1": "192.168.1.10", "guest_domain_jointarget": "example.com",
         "guest_domain_joinuid": "svc-domainjoin", "guest_domain_joinpw": "DomainPassword123!", "vlan_id": 10}}}}'

As the administrator:  export KUBECONFIG={kubeconfig}
Ctrl-C stops everything.
"""


def run(folder: Path, agent: AgentKind, port: int) -> None:
    """Serve the console until the process is interrupted or terminated; then stop everything."""
    _check(port)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        _serve(folder, agent, port)
    print("\n=== stopped", flush=True)


def _check(port: int) -> None:
    """Exit with a sentence if something else listens on the port, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SystemExit(
                f"The console cannot be served on port {port} ({error}): choose one with --port."
            ) from None


def _serve(folder: Path, agent: AgentKind, port: int) -> None:
    with (
        ControlPlane.start() as plane,
        SimulatedHost(HOST, copy_seconds=12, boot_seconds=5, apply_seconds=6, agent=agent) as host,
    ):
        print("\n=== install the chart's CRDs and RBAC, a HyperVHost, the operator and the gateway", flush=True)
        rig.install(plane)
        tenant_namespace(plane, NAMESPACE)
        plane.apply([manifests.credentials(host, rig.SYSTEM), manifests.hyperv_host(host)], namespace=rig.SYSTEM)
        with (
            rig.live_logs(plane) as api,
            rig.operator(plane, folder / "operator.log", api.settings()) as operator,
        ):
            operator.wait_for_webhook()
            plane.kubectl("wait", "--for=condition=Ready", f"hvh/{HOST}", "--timeout=60s")
            with site(plane, NAMESPACE, folder, port=str(port)) as served:
                kubeconfig = plane.environment["KUBECONFIG"]
                values = {"url": served.url, "namespace": NAMESPACE, "token": served.token, "host": HOST}
                print(_HELP.format(**values, kubeconfig=kubeconfig), flush=True)
                threading.Event().wait()
