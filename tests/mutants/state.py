"""Keep verdicts between runs, so that a run goes on where the last one stopped."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from mutants.generation import ROOT, Module, Mutant
from mutants.reach import Reach
from mutants.trial import UNNOTICED, Verdict

_FILE = ROOT / ".mutants" / "state.json"


class Remembered(BaseModel):
    """A verdict and what it depends on."""

    verdict: Verdict
    fingerprint: str


class State(BaseModel):
    """What earlier runs found."""

    reach: Reach | None = None
    verdicts: dict[str, Remembered] = {}
    kept: bool = True
    """Whether the state is written to its file."""

    def save(self) -> None:
        """Replace the file by this state."""
        if not self.kept:
            return
        _FILE.parent.mkdir(exist_ok=True)
        draft = _FILE.with_suffix(".new")
        draft.write_text(self.model_dump_json(), encoding="utf-8")
        draft.replace(_FILE)


def load_state() -> State:
    """Return what earlier runs found, or nothing if there was none or it cannot be read."""
    try:
        return State.model_validate_json(_FILE.read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


class Fingerprints:
    """Hashes of what verdicts depend on."""

    def __init__(self, modules: Sequence[Module], folders: Sequence[str]) -> None:
        self._definitions = {module.name: _definition_hashes(module) for module in modules}
        tests = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
        self._files = {str(path.relative_to(ROOT)): _hash(path.read_bytes()) for path in tests}
        self.everything = _hash("".join([*(m.source for m in modules), *self._files.values()]).encode())

    def of(self, mutant: Mutant, verdict: Verdict) -> str:
        """Return the hash of what the verdict depends on.

        A mutant stays killed while its definition and the killer's file are the same; any change may kill a survivor.
        """
        if verdict.outcome not in UNNOTICED:
            killer = self._files.get((verdict.killer or "").partition("::")[0], "")
            return f"{self._definitions[mutant.module].get(mutant.definition, '')} {killer}"
        return self.everything


def _definition_hashes(module: Module) -> dict[str, str]:
    """Return the hash of each definition and of the module, docstrings apart."""
    syntax = ast.parse(module.source)
    for node in ast.walk(syntax):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [one for one in node.body if not _is_text(one)]
    hashes = {"<module>": _hash(ast.dump(syntax).encode())}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                hashes[name] = _hash(ast.dump(child).encode())
                visit(child, f"{name}.")
            else:
                visit(child, prefix)

    visit(syntax, "")
    return hashes


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
