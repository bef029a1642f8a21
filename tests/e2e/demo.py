"""`make demo`: one machine from apply to Ready to deletion, with a real API server and a simulated host.

With `--console`, gateway and console stay up instead, until Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, get_args

import bundles
from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import WaitTimedOut, wait_until
from e2e import democonsole, rig
from hostsim import manifests
from hostsim.host import AgentKind, SimulatedHost

_MANIFEST = rig.ROOT / "docs" / "examples" / "windows-domain-join.yaml"
_NAME = "web-server-01"
_SECRET = ("_pw", "joinpw")


def _title(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def _watch(plane: ControlPlane, namespace: str) -> None:
    """Print the machine's line of `kubectl get` whenever it changes, until the machine is Ready."""
    shown = [""]

    def print_change() -> str:
        line = plane.kubectl("get", "hvm", _NAME, "-n", namespace, "--no-headers")
        words = " ".join(line.split()[:-1])
        if words != shown[0]:
            shown[0] = words
            print(line.rstrip(), flush=True)
        return str(rig.condition(rig.machine(plane, namespace, _NAME), "Ready").get("status"))

    print(plane.kubectl("get", "hvm", "-n", namespace).splitlines()[0])
    wait_until(print_change, lambda status: status == "True", what=f"Ready=True of {_NAME}", within=90, every=0.2)
    print_change()  # the last line may have been read before the condition was


def _masked(received: dict[str, Any]) -> str:
    fields = {
        name: "(secret, received)" if name.endswith(_SECRET) else value for name, value in received["fields"].items()
    }
    return json.dumps({**received, "fields": fields}, indent=2)


def _refuse(plane: ControlPlane, namespace: str) -> None:
    """Apply the example with a mistake that only the webhook can detect."""
    text = _MANIFEST.read_text()
    wrong = text.replace("guest_v4_defaultgw: 192.168.1.1\n", "guest_v4_defaultgw: 192.168.2.1\n")
    assert wrong != text
    _title("kubectl apply of the same machine with guest_v4_defaultgw: 192.168.2.1")
    try:
        plane.apply(wrong, namespace=namespace)
    except CommandFailed as error:
        print(error.stderr.strip())
    else:
        raise AssertionError("the webhook admitted a gateway outside the subnet")


def _show(plane: ControlPlane, host: SimulatedHost) -> None:
    namespace = plane.new_namespace("team", rig.ALLOWED)
    _refuse(plane, namespace)
    _title(f"kubectl apply -f {_MANIFEST.relative_to(rig.ROOT)}")
    print(plane.kubectl("apply", "-n", namespace, "-f", str(_MANIFEST)), end="")
    _title("kubectl get hypervmachine --watch")
    _watch(plane, namespace)
    _title(f"kubectl describe hypervmachine {_NAME}: conditions and Events")
    for one in rig.machine(plane, namespace, _NAME)["status"]["conditions"]:
        print(f"{one['type']:<16}{one['status']:<9}{one['reason']:<18}{one['message']}")
    columns = "custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message"
    print(plane.kubectl("get", "events", "-n", namespace, "-o", columns, "--sort-by=.metadata.creationTimestamp"))
    _title(f"the end of the live log of {_NAME}, from the API server (kubectl get --raw)")
    log = (
        f"/apis/subresources.hyperv-operator.io/v1alpha1/namespaces/{namespace}/hypervmachines/{_NAME}/log?tailLines=8"
    )
    print(plane.kubectl("get", "--raw", log), end="")
    _title("the data that the guest has decrypted and applied")
    vm = next(iter(host.world.vms.values()))
    print(_masked(vm.received or {}))
    _title(f"kubectl delete hypervmachine {_NAME}")
    print(plane.kubectl("delete", "hvm", _NAME, "-n", namespace, "--timeout=60s"), end="")
    print(f"VMs on the host: {len(host.world.vms)}, machine folders: {len(host.world.folders)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m e2e.demo", description=__doc__)
    parser.add_argument(
        "--agent", choices=get_args(AgentKind), default="simulated", help="the simulated agent, or the real scripts"
    )
    parser.add_argument("--console", action="store_true", help="serve the console until Ctrl-C")
    parser.add_argument("--port", type=int, default=8480, help="port of the console on 127.0.0.1; 0 is any free one")
    return parser.parse_args()


def main() -> int:
    """Run the demo; return the exit code."""
    arguments = _arguments()
    agent: AgentKind = arguments.agent
    if arguments.console:
        with tempfile.TemporaryDirectory(prefix="hvo-demo-") as folder:
            democonsole.run(Path(folder), agent, arguments.port)
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="hvo-demo-") as folder,
        ControlPlane.start() as plane,
        SimulatedHost(
            "hyperv01", copy_seconds=6, boot_seconds=3, apply_seconds=3, agent=agent, installation="none"
        ) as host,
    ):
        _title(
            "install the chart's CRDs and RBAC, a HyperVHost, and the operator, which installs its agent on the host"
        )
        bundle = bundles.build(Path(folder) / "agent")
        rig.install(plane)
        plane.apply([manifests.credentials(host, rig.SYSTEM), manifests.hyperv_host(host)], namespace=rig.SYSTEM)
        log = Path(folder) / "operator.log"
        settings = {"HVO_AGENT_FOLDER": str(bundle), **rig.subresources_of(plane).settings()}
        with rig.live_logs(plane), rig.operator(plane, log, settings) as operator:
            try:
                operator.wait_for_webhook()
                rig.wait_for_live_logs(plane)
                plane.kubectl("wait", "--for=condition=Ready", "hvh/hyperv01", "--timeout=30s")
                print(plane.kubectl("get", "hypervhosts"), end="")
                agent_on_host = "agent {.status.agent.version} {.status.agent.digest} {.status.agent.phase}"
                print(plane.kubectl("get", "hypervhost", "hyperv01", "-o", f"jsonpath={agent_on_host}"))
                _show(plane, host)
            except Exception:
                print("".join(log.read_text().splitlines(keepends=True)[-30:]), file=sys.stderr)
                raise
        _title("done; everything that the demo started is stopped")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FileNotFoundError as error:
        sys.exit(str(error))
    except WaitTimedOut as error:
        sys.exit(f"the demo failed: {error}")
