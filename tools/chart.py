"""Lint or render the chart: `python tools/chart.py lint | template`."""

from __future__ import annotations

import sys
from pathlib import Path

from controlplane.binaries import find_or_build
from controlplane.commands import CommandFailed, run

CHART = Path(__file__).resolve().parent.parent / "charts" / "hyperv-operator"
NAMESPACE = "hyperv-system"


def main() -> int:
    """Run helm and return the exit code."""
    helm = str(find_or_build(lambda text: print(text, file=sys.stderr)).helm)
    commands = {
        "lint": [[helm, "lint", "--strict", str(CHART)], [helm, "template", "hyperv-operator", str(CHART)]],
        "template": [[helm, "template", "hyperv-operator", str(CHART), "--namespace", NAMESPACE]],
    }
    wanted = sys.argv[1] if len(sys.argv) > 1 else "lint"
    try:
        for command in commands[wanted]:
            shown = run([*command, "--kube-version", "1.37.0"] if "template" in command else command)
            if wanted == "template" or "lint" in command:
                print(shown)
    except CommandFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
