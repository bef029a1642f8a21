"""`python -m fuzz SECONDS`: feed random bytes to the targets for this time; stops at the first failure and shows it."""

from __future__ import annotations

import os
import sys
import time

from fuzz import validation

_MAX_BYTES = 4_096


def main() -> int:
    """Run the targets; return the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    deadline, inputs = time.monotonic() + seconds, 0
    one_input = validation.target.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    while time.monotonic() < deadline:
        one_input(os.urandom(_MAX_BYTES))
        inputs += 1
    print(f"{inputs} inputs in {seconds:g} s without a failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
