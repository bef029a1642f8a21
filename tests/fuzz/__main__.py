"""`python -m fuzz SECONDS`: feed random bytes to the targets for so long; the first that fails is shown and ends it."""

from __future__ import annotations

import os
import sys
import time

from fuzz import validation

_LARGEST = 4_096


def main() -> int:
    """Run; return the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    ends, tried = time.monotonic() + seconds, 0
    one_input = validation.target.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    while time.monotonic() < ends:
        one_input(os.urandom(_LARGEST))
        tried += 1
    print(f"{tried} inputs in {seconds:g} s, none of which failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
