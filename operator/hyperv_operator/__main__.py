"""`hyperv-operator`, `python -m hyperv_operator`: run the operator, or one of the offline subcommands."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hyperv_operator.commands.parser import run_offline
from hyperv_operator.errors import OperatorError, TaskEnded


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    code = run_offline(sys.argv[1:] if arguments is None else arguments)
    return _operate() if code is None else code


def _operate() -> int:
    # These imports are slow, and no offline command needs them.
    import asyncio

    from hyperv_operator.app import load_settings, run

    try:
        asyncio.run(run(load_settings()))
    except OperatorError as error:
        what = "has ended" if isinstance(error, TaskEnded) else "cannot start"
        print(f"hyperv-operator {what}: {error.message}", file=sys.stderr)  # noqa: T201 - logging may not be configured yet
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
