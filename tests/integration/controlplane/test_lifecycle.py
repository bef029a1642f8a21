"""Control planes start, survive outages and leave no trace, even if their parent is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from controlplane import CommandFailed, ControlPlane, wait_until
from controlplane.server import Guard, Server, ServerFailed

ABANDONED = """
import sys
from controlplane import ControlPlane
with ControlPlane.start() as plane:
    print(plane.folder, plane.etcd.pid, plane.apiserver.pid, flush=True)
    sys.stdin.read()
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    """Provide a control plane that the test may break."""
    with ControlPlane.start() as own:
        yield own


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    folder = tmp_path / "guarded"
    folder.mkdir()
    guard = Guard(folder)
    yield guard
    guard.close()


def test_a_restarted_api_server_still_has_its_objects(plane: ControlPlane) -> None:
    namespace = plane.new_namespace()
    plane.apiserver.stop()
    with pytest.raises(CommandFailed, match="refused"):
        plane.kubectl("get", "namespaces")
    plane.apiserver.start()
    assert namespace in plane.kubectl("get", "namespaces")
    plane.apiserver.kill()
    plane.apiserver.start()
    assert namespace in plane.kubectl("get", "namespaces")


def test_an_api_server_with_an_open_watch_shuts_down_gracefully(plane: ControlPlane) -> None:
    watch = subprocess.Popen(
        [str(plane.binaries.kubectl), "get", "namespaces", "--watch"],
        env=plane.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with watch:
        assert watch.stdout is not None
        assert watch.stdout.readline()
        stopped = plane.apiserver.stop(within=10)
        watch.kill()
    assert stopped


def test_stopping_leaves_no_process_and_no_folder() -> None:
    with ControlPlane.start() as plane:
        pids = [plane.etcd.pid, plane.apiserver.pid]
        folder = plane.folder
        plane.kubectl("get", "namespaces")
        assert folder.is_dir()
    for pid in pids:
        assert pid is not None
        assert not alive(pid)
    assert not folder.exists()


def test_an_exception_leaves_no_folder() -> None:
    folders = []

    def fail() -> None:
        with ControlPlane.start() as plane:
            folders.append(plane.folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not folders[0].exists()


def test_a_killed_parent_leaves_no_process_and_no_folder() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ABANDONED],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        folder, *pids = parent.stdout.readline().split()
        assert all(alive(int(pid)) for pid in pids)
        parent.kill()
    wait_until(
        lambda: [Path(folder).exists(), *(alive(int(pid)) for pid in pids)],
        lambda left: not any(left),
        what="folder, etcd and API server gone",
    )


def test_up_serves_until_it_is_terminated() -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "controlplane", "up"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with command:
        assert command.stdout is not None
        assert command.stderr is not None
        kubeconfig = Path(command.stdout.readline().strip())
        assert kubeconfig.is_file()
        assert "Press Ctrl-C to stop" in command.stderr.readline()
        command.send_signal(signal.SIGINT)
        assert command.wait(30) == 0
    assert not kubeconfig.parent.exists()


def test_a_server_that_exits_at_once_fails_with_its_log(tmp_path: Path, guard: Guard) -> None:
    server = Server([sys.executable, "-c", "raise SystemExit('no such flag')"], tmp_path, guard, lambda: False)
    with pytest.raises(ServerFailed, match="exited with 1\nno such flag"):
        server.start()
    assert not server.running


def test_a_server_that_never_becomes_ready_is_killed(tmp_path: Path, guard: Guard) -> None:
    script = tmp_path / "idle"
    script.write_text("#!/bin/sh\necho $$; exec sleep 100\n")
    script.chmod(0o755)
    server = Server([str(script)], tmp_path, guard, lambda: False)
    with pytest.raises(ServerFailed, match=r"idle ready: not within 0\.5 s"):
        server.start(within=0.5)
    assert not alive(int(server.log.read_text()))
