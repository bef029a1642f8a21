"""`python -m hyperv_operator`: run the operator with the settings of the environment."""

from __future__ import annotations

import asyncio
import sys

from hyperv_operator.app import load_settings, run
from hyperv_operator.errors import OperatorError


def main() -> int:
    """Run; return the exit code."""
    try:
        asyncio.run(run(load_settings()))
    except OperatorError as error:
        print(f"hyperv-operator cannot start: {error.message}", file=sys.stderr)  # noqa: T201 - logging may not be set up
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
