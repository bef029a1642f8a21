"""promtool, which evaluates alerting rules: from PATH, or built once into the user's cache.

The build takes about 3 minutes on two cores that are free. Debian has promtool in its package `prometheus`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from controlplane.binaries import Report, target_platform
from controlplane.cache import cache_root, cached_file
from controlplane.gobuild import go_install

VERSION = "v0.316.0"
"""Version of the Go module of Prometheus 3.16.0."""
PACKAGE = f"github.com/prometheus/prometheus/cmd/promtool@{VERSION}"


def find_or_build(report: Report) -> Path:
    """Return promtool, built if necessary; raises gobuild.BuildFailed or toolchain.ToolchainMissing."""
    on_path = shutil.which("promtool")
    if on_path is not None:
        return Path(on_path)

    def make(binary: Path) -> None:
        # It finds targets in no cloud here. It may ask for a newer patch release of Go than the control plane does.
        go_install(PACKAGE, binary, report, tags="remove_all_sd", toolchain="auto")

    return cached_file(cache_root() / "-".join((f"promtool-{VERSION}", *target_platform())) / "promtool", make, report)
