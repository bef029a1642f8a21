"""The roles for people: what who has the cluster's view, edit or admin in a namespace may do, and what nobody may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig

pytestmark = pytest.mark.timeout(120)

TEAM = "team"
_OWN = "hyperv-operator.io"
_LOGS = f"subresources.{_OWN}"
_MACHINES = f"hypervmachines.{_OWN}"
_EVERYBODY = {"viewer", "editor", "administrator"}
_WRITERS = {"editor", "administrator"}
_RIGHTS: list[tuple[str, str, set[str]]] = [
    *((verb, _MACHINES, _EVERYBODY) for verb in ("get", "list", "watch")),
    *((verb, _MACHINES, _WRITERS) for verb in ("create", "update", "patch", "delete", "deletecollection")),
    *((verb, f"hypervmachines/status.{_OWN}", set()) for verb in ("get", "update", "patch")),
    *((verb, f"hypervmachines/finalizers.{_OWN}", set()) for verb in ("update", "patch")),
    ("release", _MACHINES, {"repairer"}),
    ("get", f"hypervmachines/log.{_LOGS}", _EVERYBODY),
    *((verb, f"hypervhosts.{_OWN}", {"host viewer"}) for verb in ("get", "list", "watch")),
    *((verb, f"hypervhostinventories.{_OWN}", {"host viewer"}) for verb in ("get", "list", "watch")),
    ("get", f"hypervhosts/log.{_LOGS}", {"host viewer"}),
    ("get", f"executors.{_LOGS}", {"host viewer"}),
    *((verb, f"hypervhosts.{_OWN}", set()) for verb in ("create", "update", "patch", "delete", "deletecollection")),
    *((verb, f"hypervhosts/status.{_OWN}", set()) for verb in ("update", "patch")),
    *((verb, f"hypervhostinventories.{_OWN}", set()) for verb in ("create", "update", "delete")),
    ("release", f"hypervhosts.{_OWN}", {"repairer"}),
]
_PEOPLE = {*_EVERYBODY, "host viewer", "repairer", "nobody"}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Provide a control plane with the chart's roles, a person for each role, and a machine."""
    with ControlPlane.start() as plane:
        rig.install(plane)
        plane.kubectl("create", "namespace", TEAM)
        _aggregate(plane)
        for person, role in (("viewer", "view"), ("editor", "edit"), ("administrator", "admin")):
            plane.kubectl("create", "rolebinding", person, "-n", TEAM, f"--clusterrole={role}", f"--user={person}")
        for person, role in (("host viewer", "hosts-view"), ("repairer", "release")):
            role = f"hyperv-operator-{role}"  # noqa: PLW2901 - its full name
            plane.kubectl("create", "clusterrolebinding", role, f"--clusterrole={role}", f"--user={person}")
        plane.apply(rig.submission("hv", "web"), namespace=TEAM)
        wait_until(lambda: _may(plane, "administrator", "get", _MACHINES), what="the roles to be in effect")
        yield plane


def _aggregate(plane: ControlPlane) -> None:
    """Do what Kubernetes' controller of aggregated roles does, which this control plane does not have."""
    listed = yaml.safe_load(plane.kubectl("get", "clusterroles", "-o", "yaml"))["items"]
    roles = {one["metadata"]["name"]: one for one in listed}
    for _ in range(3):  # admin has what edit has, and edit what view has
        for role in roles.values():
            rules = [
                rule
                for selector in role.get("aggregationRule", {}).get("clusterRoleSelectors", ())
                for one in roles.values()
                if selector["matchLabels"].items() <= one["metadata"].get("labels", {}).items()
                for rule in one.get("rules") or ()
            ]
            if rules:
                role["rules"] = rules
    for name in ("view", "edit", "admin"):
        plane.kubectl("replace", "-f", "-", stdin=yaml.safe_dump(roles[name]))


def _may(plane: ControlPlane, person: str, verb: str, resource: str, namespace: str = TEAM) -> bool:
    whole, _, group = resource.partition(".")
    plural, _, subresource = whole.partition("/")
    attributes = {"verb": verb, "group": group, "resource": plural, "subresource": subresource, "namespace": namespace}
    body: dict[str, Any] = {
        "spec": {"user": person, "groups": ["system:authenticated"], "resourceAttributes": attributes}
    }
    status, answer = plane.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    assert status == 201, answer
    return bool(answer["status"]["allowed"])


@pytest.mark.parametrize(("verb", "resource", "expected"), _RIGHTS, ids=lambda one: one if isinstance(one, str) else "")
def test_who_may_do_what(plane: ControlPlane, verb: str, resource: str, expected: set[str]) -> None:
    assert {person for person in _PEOPLE if _may(plane, person, verb, resource)} == expected


def test_nobody_has_a_right_in_another_namespace(plane: ControlPlane) -> None:
    for verb, resource, _ in _RIGHTS:
        may = {person for person in _EVERYBODY if _may(plane, person, verb, resource, "other")}
        assert may == set(), f"{verb} {resource}"


def _as(plane: ControlPlane, person: str, *arguments: str) -> str:
    """Run kubectl as a person; return the API server's refusal, or nothing."""
    try:
        plane.kubectl(*arguments, "-n", TEAM, "--as", person)
    except CommandFailed as error:
        return str(error)
    return ""


_PAUSED = ("patch", "hvm", "web", "--type=merge", "--dry-run=server", "-p", '{"spec":{"paused":true}}')
_STATUS = ("patch", "hvm", "web", "--subresource=status", "--type=merge", "-p", '{"status":{"conditions":[]}}')
_RELEASE = ("patch", "hvm", "web", "--type=merge", "-p", '{"metadata":{"finalizers":[]}}')


@pytest.mark.parametrize("person", sorted(_PEOPLE))
def test_the_requests_of_people(plane: ControlPlane, person: str) -> None:
    may = {
        "read": not _as(plane, person, "get", "hvm"),
        "write": not _as(plane, person, *_PAUSED),
        "delete": not _as(plane, person, "delete", "hvm", "web", "--dry-run=server"),
        "write status": not _as(plane, person, *_STATUS),
        "read hosts": not _as(plane, person, "get", "hvh"),
    }
    writes = person in _WRITERS
    assert may == {
        "read": person in _EVERYBODY,
        "write": writes,
        "delete": writes,
        "write status": False,
        "read hosts": person == "host viewer",
    }


def test_a_namespaces_administrator_gives_nobody_more_than_they_have(plane: ControlPlane) -> None:
    granted = ("create", "role", "more", "--verb=release", f"--resource={_MACHINES}")
    assert "is attempting to grant RBAC permissions not currently held" in _as(plane, "administrator", *granted)
    status = ("create", "role", "more", "--verb=update", f"--resource={_MACHINES}/status")
    assert "is attempting to grant RBAC permissions not currently held" in _as(plane, "administrator", *status)
    bound = ("create", "rolebinding", "more", "--clusterrole=hyperv-operator-release", "--user=administrator")
    assert "is attempting to grant RBAC permissions not currently held" in _as(plane, "administrator", *bound)


@pytest.mark.parametrize("person", ["editor", "administrator"])
def test_a_machine_is_not_released_by_those_who_may_write_it(plane: ControlPlane, person: str) -> None:
    finalizer = '{"metadata":{"finalizers":["hyperv-operator.io/finalizer"]}}'
    plane.kubectl("patch", "hvm", "web", "-n", TEAM, "--type=merge", "-p", finalizer)
    refused = "Removing it by hand leaves the VM behind"
    wait_until(lambda: refused in _as(plane, person, *_RELEASE, "--dry-run=server"), what="the policy to be in effect")
    assert refused in _as(plane, person, *_RELEASE)


def test_the_guides_quota_bounds_the_machines_of_a_namespace(plane: ControlPlane) -> None:
    guide = (rig.ROOT / "docs" / "guides" / "least-privilege.md").read_text()
    text = guide.partition("```yaml\napiVersion: v1\nkind: ResourceQuota\n")[2].partition("```")[0]
    quota = yaml.safe_load(text)
    key = "count/hypervmachines.hyperv-operator.io"
    assert {key, "count/secrets"} == set(quota["spec"]["hard"])
    namespace = plane.new_namespace("bounded")
    metadata = {"name": "machines", "namespace": namespace}
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {key: "1"}}}
    plane.apply(body, namespace=namespace)
    # Kubernetes' controller of quotas writes the status, and this control plane has none.
    status = f'{{"status":{{"hard":{{"{key}":"1"}},"used":{{"{key}":"0"}}}}}}'
    plane.kubectl(
        *("patch", "resourcequota", "machines", "-n", namespace, "--subresource=status", "--type=merge", "-p", status)
    )
    plane.apply(rig.submission("hv", "one")[1], namespace=namespace)
    with pytest.raises(CommandFailed, match="exceeded quota: machines"):
        plane.apply(rig.submission("hv", "two")[1], namespace=namespace)
