"""`python -m fuzz SECONDS [TARGET ...]`: test the targets with random input; all share the time.

Stops at the first failure, shows it, and keeps its smallest input in tests/fuzz/corpus, from where the unit tests repeat it.
"""

from __future__ import annotations

import random
import sys
import time

from fuzz import TARGETS, validation

_EXAMPLES = 200
VALIDATION = "validation"


def main() -> int:
    """Run the targets; return the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    known = [*(target.name for target in TARGETS), VALIDATION]
    wanted = sys.argv[2:] or known
    if unknown := set(wanted) - set(known):
        print(f"There is no target {', '.join(sorted(unknown))}. The targets are {', '.join(known)}.", file=sys.stderr)
        return 2
    for name in wanted:
        print(
            f"{name}: {_fuzz(name, seconds / len(wanted))} rounds of {_EXAMPLES} inputs without a failure", flush=True
        )
    return 0


def _fuzz(name: str, seconds: float) -> int:
    deadline, rounds, numbers = time.monotonic() + seconds, 0, random.SystemRandom()
    target = next((one for one in TARGETS if one.name == name), None)
    while rounds == 0 or time.monotonic() < deadline:
        if target:
            target.run(_EXAMPLES, numbers.getrandbits(64))
        else:
            validation.target()
        rounds += 1
    return rounds


if __name__ == "__main__":
    sys.exit(main())
