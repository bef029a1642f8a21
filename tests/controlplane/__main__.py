"""`python -m controlplane build | up`: build the binaries, or run a control plane until Ctrl-C."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
import threading
from functools import partial

from controlplane.binaries import BinaryMissing, find_or_build
from controlplane.gobuild import BuildFailed
from controlplane.plane import ControlPlane
from controlplane.server import ServerFailed
from controlplane.toolchain import ToolchainMissing

say = partial(print, file=sys.stderr, flush=True)
"""Prints to stderr; stdout is for output that scripts read."""


def build() -> None:
    """Print the name and path of each binary, one per line."""
    for name, path in dataclasses.asdict(find_or_build(say)).items():
        print(name.replace("_", "-"), path, sep="\t")


def up() -> None:
    """Print the path of the administrator's kubeconfig and serve until SIGINT or SIGTERM."""
    stop = threading.Event()
    with ControlPlane.start(say) as plane:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        print(plane.admin_kubeconfig, flush=True)
        say(
            f"Kubernetes is serving at {plane.url}. Run: export KUBECONFIG={plane.admin_kubeconfig}. Press Ctrl-C to stop."
        )
        stop.wait()


def main() -> int:
    """Run the subcommand; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m controlplane", description=__doc__)
    commands = {"build": build, "up": up}
    parser.add_argument(
        "command", choices=commands, help="build: build the binaries and print their paths; up: run a control plane"
    )
    try:
        commands[parser.parse_args().command]()
    except (BinaryMissing, BuildFailed, ToolchainMissing, ServerFailed) as error:
        say(error)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
