"""Reading the agent that the operator installs on hosts."""

from __future__ import annotations

from pathlib import Path

from hyperv_operator.errors import BundleError
from hyperv_operator.protocol.bundle import AgentBundle, make_bundle

_FILES = "files"
_SCRIPT = "rollout.ps1"


def load_bundle(folder: Path) -> AgentBundle:
    """Read `files/` and `rollout.ps1` from a folder; raises `BundleError`."""
    try:
        root = folder / _FILES
        files = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
        }
        return make_bundle(files, (folder / _SCRIPT).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BundleError(_message(folder, f"{reason}.")) from None
    except BundleError as error:
        raise BundleError(_message(folder, error.message)) from None


def _message(folder: Path, problem: str) -> str:
    return (
        f"The agent in {folder} cannot be installed on hosts: {problem} Rebuild it with `make agent`, or unset HVO_AGENT_FOLDER "
        "to install the agent on hosts by hand."
    )
