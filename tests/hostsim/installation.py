"""The agent's folder on a host: what a person has put there, the versions that rollouts bring, and their digests."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Literal

ROOT = "C:\\ProgramData\\HyperVOperator"
"""Where the folder is on every host."""
SCRIPTS = ("Invoke-ProvisioningJob.ps1", "Invoke-RemovalJob.ps1", "Invoke-UpdateJob.ps1", "Get-HostInventory.ps1")
"""What can be started."""
HAND_MADE = "1.0.0"
"""The version that a person has installed."""
Installation = Literal["by-hand", "none", "unprepared"]
"""What a person has done before the host starts: installed an agent; prepared the folder for one; nothing."""
_VERSION = re.compile(r"[0-9a-f]{16}")
_VERSIONS = "versions/"
_INCOMING = f"{_VERSIONS}.incoming-"


def digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of a folder, given its files by their path in it."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for path, content in files.items()
        if path != "agent.json" and not path.startswith(_VERSIONS)
    ]
    lines.sort(key=lambda line: line.encode("utf-16-be"))
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def name_of(version_digest: str) -> str:
    """Return the name of the version that has a digest."""
    return version_digest.removeprefix("sha256:")[:16]


def incoming(upload: str) -> str:
    """Return the folder that an upload is staged in."""
    return f"{_INCOMING}{upload}"


def is_at(root: str) -> bool:
    """Tell whether a Windows path is that of the folder."""
    return root.rstrip("\\").casefold() == ROOT.casefold()


def version_in(script: str) -> str:
    """Return the name of the version that a script's Windows path leads into; empty for one beside the versions."""
    parts = script.split("\\")
    return parts[-2] if len(parts) > 2 and parts[-3].casefold() == "versions" else ""


def installed(installation: Installation) -> dict[str, bytes]:
    """Return the files that are there at the start, for hosts whose scripts are not really run."""
    if installation == "unprepared":
        return {}
    files = {"agent.json": json.dumps({"allowed_roots": ["D:\\DiskImages", "D:\\VMs"]}).encode()}
    if installation == "by-hand":
        files["agent-manifest.json"] = json.dumps({"version": HAND_MADE, "schema_versions": [1]}).encode()
        files |= {name: f"# {name}\n".encode() for name in (*SCRIPTS, "Invoke-HvoJob.ps1")}
    return files


@dataclass(frozen=True)
class Manifest:
    """What an agent says of itself."""

    version: str
    schema_versions: list[int]


class AgentFolder:
    """The folder, wherever its files are; paths in it have `/`."""

    def __init__(self, files: MutableMapping[str, bytes]) -> None:
        self.files = files
        self.uploads: dict[str, float] = {}
        """When each upload was last written to (seconds since 1970), for hosts whose scripts are not really run."""

    def within(self, folder: str) -> dict[str, bytes]:
        """Return the files below a folder, by their path in it."""
        start = f"{folder}/"
        found = {path: self.files.get(path) for path in list(self.files) if path.startswith(start)}
        # A file of a real folder may go between one look and the next.
        return {path.removeprefix(start): content for path, content in found.items() if content is not None}

    def names(self) -> list[str]:
        """Return the names of the versions that are there, in order."""
        found = {path.split("/")[1] for path in list(self.files) if path.startswith(_VERSIONS)}
        return sorted(name for name in found if _VERSION.fullmatch(name))

    def versions(self) -> dict[str, str]:
        """Return the digests of the versions as their files are now, by name."""
        return {name: digest(self.within(f"versions/{name}")) for name in self.names()}

    def manifest(self, version: str) -> Manifest:
        """Return what a version says of itself; `ValueError` if that cannot be read."""
        try:
            found = json.loads(self.files[f"versions/{version}/agent-manifest.json"])
            return Manifest(str(found["version"]), [int(one) for one in found["schema_versions"]])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"agent-manifest.json of version {version} cannot be read.") from error

    def has(self, script: str) -> bool:
        """Tell whether a Windows path leads to a file of the folder."""
        start = f"{ROOT}\\"
        inside = script[: len(start)].casefold() == start.casefold()
        return inside and script[len(start) :].replace("\\", "/") in self.files

    def write(self, version: str, path: str, content: bytes) -> None:
        """Change or add a file of a version, as a person would."""
        self.files[f"versions/{version}/{path}"] = content

    def delete(self, version: str, path: str) -> None:
        """Delete a file of a version, as a person would."""
        del self.files[f"versions/{version}/{path}"]

    def clear(self, folder: str) -> None:
        """Delete a folder with everything in it."""
        for path in [path for path in list(self.files) if path.startswith(f"{folder}/")]:
            del self.files[path]
