"""The commands `schema lint` and `schema diff`, and the reading of schema files for all commands."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from hyperv_operator.commands.sources import SourceUnreadable, read_bytes
from hyperv_operator.errors import SchemaFileError, SchemaProblem
from hyperv_operator.schema.diff import Change, compare, needs_new_version
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema


def read_schema(path: Path) -> JobSchema:
    """Load a schema; raises `SourceUnreadable` and `SchemaFileError`."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceUnreadable(f"{path} is no text in UTF-8. Save it as UTF-8.") from None
    return load_schema(text, str(path))


def lint(arguments: Namespace) -> int:
    """Print all problems of a schema file; return 1 if there are any."""
    path = Path(arguments.file)
    problems: tuple[SchemaProblem, ...] = ()
    try:
        read_schema(path)
    except SchemaFileError as error:
        problems = error.problems
    if arguments.output == "json":
        document = {"formatVersion": 1, "file": str(path), "problems": [asdict(one) for one in problems]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write("".join(f"{_line(path, one)}\n" for one in problems))
        sys.stderr.write(f"{path}: {f'{len(problems)} to correct' if problems else 'no mistakes'}.\n")
    return 1 if problems else 0


def _line(path: Path, problem: SchemaProblem) -> str:
    return ": ".join(part for part in (f"{path}:{problem.line}", problem.place, problem.message) if part)


def diff(arguments: Namespace) -> int:
    """Print the changes between two schemas; return 1 if they need a new version and have none."""
    old, new = read_schema(Path(arguments.old)), read_schema(Path(arguments.new))
    changes = compare(old, new)
    missing = needs_new_version(old, new, changes)
    if arguments.output == "json":
        sys.stdout.write(json.dumps(_document(old, new, changes, missing=missing), indent=2) + "\n")
        return 1 if missing else 0
    sys.stdout.write("".join(f"{_change_line(one)}\n" for one in changes))
    broken = sum(not one.compatible for one in changes)
    verdict = (
        f"Raise `version` above {old.version}: manifests written for version {old.version} would change their meaning."
        if missing
        else "The version may stay as it is."
    )
    sys.stderr.write(f"{len(changes)} changed, {broken} of them incompatible. {verdict}\n")
    return 1 if missing else 0


def _change_line(change: Change) -> str:
    return f"{'compatible' if change.compatible else 'incompatible'}: {change.place}: {change.what}. {change.why}"


def _document(old: JobSchema, new: JobSchema, changes: tuple[Change, ...], *, missing: bool) -> dict[str, object]:
    return {
        "formatVersion": 1,
        "old": {"id": old.id, "version": old.version},
        "new": {"id": new.id, "version": new.version},
        "needsNewVersion": missing,
        "changes": [asdict(one) for one in changes],
    }
