"""Make cmdlets.jsonl again: `python -m cmdlets.trim FILE` keeps the lines of FILE that the agent and its tests need."""

from __future__ import annotations

import argparse
from pathlib import Path

from cmdlets.calls import command_name
from cmdlets.catalogue import DATA, parse
from unit.agent.source import AGENT, functions, nodes, scripts
from unit.agent.source import parse as tree


def needed() -> set[str]:
    """Return the names of the commands that the agent's scripts call and that its tests imitate, in lower case."""
    tests = scripts(AGENT / "tests")
    names = {command_name(node) for path in scripts() if path not in tests for node in nodes(tree(path), "command")}
    called = {name.rpartition("\\")[2] for name in names if name}
    imitated = {name for path in tests for name in functions(path)}
    return {name.lower() for name in called | imitated}


def trimmed(lines: list[str]) -> list[str]:
    """Return the lines of the cmdlets that are needed, sorted by name and version."""
    names = needed()
    kept = [(one.name.lower(), one.on, line) for line in lines if (one := parse(line)).name.lower() in names]
    return [line for _, _, line in sorted(kept)]


def main(arguments: list[str] | None = None) -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the whole data, in the format that README.md describes")
    options = parser.parse_args(arguments)
    lines = trimmed(options.file.read_text(encoding="utf-8").splitlines())
    DATA.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(lines)} signatures in {DATA.name}")


if __name__ == "__main__":
    main()
