"""The operator's rights: what it asks the API server for, feature by feature, is what the chart grants, and no more.

`requests.yaml` lists the requests; the chart's tests compare it with the roles of each option. Here the list is compared with the
API server's audit log. An entry that is not seen, and a request that is not listed, fail. With RECORD_REQUESTS=1 it is written anew.
"""

from __future__ import annotations

import base64
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.accounts import Account
from e2e.audit import REQUESTS, Audit, Request, expected
from e2e.reader import Reader, machine_log
from hostsim import manifests
from hostsim.host import SimulatedHost
from receivers.server import Receiver, receiving

pytestmark = pytest.mark.timeout(300)

LISTED = "listed"
"""A namespace whose Secrets the chart lets the operator get."""
_USER = f"system:serviceaccount:{rig.SYSTEM}:hyperv-operator"
_NUMBERS = itertools.count(1)
_QUICK = {"HVO_RESYNC_SECONDS": "2", "HVO_LEASE_INTERVAL_SECONDS": "1"}


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return Audit(tmp_path_factory.mktemp("audit"), _USER)


@pytest.fixture(scope="module")
def plane(audit: Audit) -> Iterator[ControlPlane]:
    """Provide a control plane that keeps an audit log, and on which the operator may not get the Secrets of all namespaces."""
    # This plugin is on in some distributions. It asks for rights to what an object's owner is.
    plugins = "--enable-admission-plugins=OwnerReferencesPermissionEnforcement"
    with ControlPlane.start(arguments=[*audit.arguments, plugins]) as plane:
        for name in (LISTED, "brings-its-own"):
            labels = rig.ALLOWED
            plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        rig.install(plane, {"secrets": {"access": "namespaces", "namespaces": [LISTED]}})
        yield plane


@pytest.fixture
def host(plane: ControlPlane) -> Iterator[SimulatedHost]:
    """Provide a host that the operator of another namespace has served."""
    host = SimulatedHost(name=f"hv-{next(_NUMBERS)}")
    host.start()
    plane.apply([manifests.credentials(host, rig.SYSTEM), manifests.hyperv_host(host)], namespace=rig.SYSTEM)
    yield host
    host.stop()


def _check(feature: str, seen: set[Request]) -> None:
    """Compare what a feature has asked for with the list, or write the list."""
    if os.environ.get("RECORD_REQUESTS"):
        listed = yaml.safe_load(REQUESTS.read_text()) or {}
        listed[feature] = sorted(map(str, seen))
        head = [line for line in REQUESTS.read_text().splitlines() if line.startswith("#")]
        REQUESTS.write_text("\n".join(head) + "\n" + yaml.safe_dump(listed, sort_keys=False, width=200))
    assert seen == expected([feature])


def _bring_own_role(plane: ControlPlane, namespace: str) -> None:
    """Do what the guide says: whoever runs a namespace lets the operator get its Secrets."""
    guide = (rig.ROOT / "docs" / "guides" / "least-privilege.md").read_text()
    manifest = guide.partition("<!-- the tenant's role -->\n```yaml\n")[2].partition("```")[0]
    assert "RoleBinding" in manifest
    _builtin_admin(plane)
    owner = Account.create(plane, namespace, "owner", "admin")
    file = plane.service_account_kubeconfig(namespace, owner.name)
    plane.kubectl("apply", "-n", namespace, "-f", "-", stdin=manifest, kubeconfig=file)


def _builtin_admin(plane: ControlPlane) -> None:
    """Give `admin` what Kubernetes' own controller would: this control plane has no controllers."""
    rules = [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch", "create", "update", "delete"]},
        {
            "apiGroups": ["rbac.authorization.k8s.io"],
            "resources": ["roles", "rolebindings"],
            "verbs": ["get", "list", "create", "update", "patch", "delete"],
        },
    ]
    body = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "admin"},
        "rules": rules,
    }
    plane.kubectl("replace", "-f", "-", stdin=yaml.safe_dump(body))


def test_the_work_on_machines_and_hosts(plane: ControlPlane, audit: Audit, host: SimulatedHost, tmp_path: Path) -> None:
    plane.kubectl(
        *("patch", "hvh", host.name, "--subresource=status", "--type=merge", "-p", '{"status":{"operator":"other"}}')
    )
    own = "brings-its-own"
    audit.forget()
    with rig.operator(plane, tmp_path / "operator.log", _QUICK, admission=False) as operator:
        operator.wait_until_ready()
        plane.apply(rig.submission(host.name, "here"), namespace=LISTED)
        plane.apply(rig.submission(host.name, "there"), namespace=own)
        unreadable = rig.wait_for_reason(plane, own, "there", "SecretNotReadable")
        assert unreadable["message"].endswith(
            "may not read Secret 'there'. Allow the operator's ServiceAccount to get secrets in the machine's namespace, with a Role "
            "and a RoleBinding."
        )
        rig.wait_ready(plane, LISTED, "here")
        refused = audit.refused()
        assert refused
        assert {one.partition("?")[0] for one in refused} == {f"get /api/v1/namespaces/{own}/secrets/there"}
        _bring_own_role(plane, own)
        rig.wait_ready(plane, own, "there")
        rig.patch(plane, LISTED, "here", {"fields": {"cpu_cores": 4}})
        wait_until(lambda: {vm.cpu_cores for vm in host.world.vms.values()} == {2, 4}, what="the change", within=60)
        rig.wait_ready(plane, LISTED, "here")
        for namespace, name in ((LISTED, "here"), (own, "there")):
            rig.delete(plane, namespace, name)
            rig.wait_gone(plane, namespace, name)
        # Without a garbage collector the inventory of the first host stays, and is replaced.
        plane.kubectl("delete", "hvh", host.name, "--timeout=60s")
        plane.apply(manifests.hyperv_host(host))
        plane.kubectl("wait", "--for=condition=Ready", f"hvh/{host.name}", "--timeout=60s")
        replaced = Request.parse("delete hypervhostinventories.hyperv-operator.io cluster")
        wait_until(lambda: audit.requests(rig.SYSTEM), lambda seen: replaced in seen, what="a new inventory")
        rig.remove_hosts(plane)
    seen = audit.requests(rig.SYSTEM)
    assert dict(host.world.vms) == {}
    _check("core", seen)


def _more(audit: Audit) -> set[Request]:
    return audit.requests(rig.SYSTEM) - expected(["core"])


def test_the_webhook(plane: ControlPlane, audit: Audit, tmp_path: Path) -> None:
    audit.forget()
    with rig.operator(plane, tmp_path / "operator.log", _QUICK) as operator:
        operator.wait_until_ready()
        operator.wait_for_webhook()
        wait_until(lambda: len(_more(audit)) >= 2, what="the watch of namespaces")
    _check("admission", _more(audit))


def test_live_logs(plane: ControlPlane, audit: Audit, tmp_path: Path, host: SimulatedHost) -> None:
    audit.forget()
    reader = Reader(plane, LISTED, "hyperv-operator-view")
    with rig.live_logs(plane) as api:
        settings = {**_QUICK, **api.settings()}
        with rig.operator(plane, tmp_path / "operator.log", settings, admission=False) as operator:
            operator.wait_until_ready()
            rig.wait_for_live_logs(plane)
            plane.apply(rig.submission(host.name, "web"), namespace=LISTED)
            rig.wait_ready(plane, LISTED, "web")
            assert reader.entries(machine_log(LISTED, "web"))
            rig.delete(plane, LISTED, "web")
            rig.wait_gone(plane, LISTED, "web")
            rig.remove_hosts(plane)
    _check("subresources", _more(audit))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_notifications(
    plane: ControlPlane, audit: Audit, tmp_path: Path, host: SimulatedHost, receiver: Receiver
) -> None:
    audit.forget()
    target = {"name": "life", "url": receiver.url, "signingKey": "key"}
    data = {"key": base64.b64encode(b"k" * 32).decode(), "targets.yaml": yaml.safe_dump({"targets": [target]})}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": rig.TARGETS}, "stringData": data}
    plane.apply(secret, namespace=rig.SYSTEM)
    settings = {
        **_QUICK,
        "HVO_NOTIFICATIONS_SECRET": rig.TARGETS,
        "HVO_NOTIFICATIONS_RELOAD_SECONDS": "0.5",
    }
    with rig.operator(plane, tmp_path / "operator.log", settings, admission=False) as operator:
        operator.wait_until_ready()
        wait_until(receiver.accepted, what="a notification", within=60)
        wait_until(lambda: {one.verb for one in _more(audit)} >= {"create", "patch"}, what="the watermarks", within=60)
        rig.remove_hosts(plane)
    _check("notifications", _more(audit))
