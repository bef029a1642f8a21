"""`python -m bench`: run every benchmark; fails if one exceeds its limit."""

from __future__ import annotations

import sys

from bench import (
    agent,
    border,
    executor,
    fleet,
    followers,
    hostile_host,
    hostile_tenant,
    hostxml,
    redaction,
    validation,
    websockets,
)

BENCHMARKS = {
    "validation": validation.run,
    "redaction": redaction.run,
    "border": border.run,
    "executor": executor.run,
    "followers": followers.run,
    "hostxml": hostxml.run,
    "hostile-host": hostile_host.run,
    "isolation": fleet.isolation,
    "hostile-tenant": hostile_tenant.run,
    "waiting": fleet.waiting,
    "scale": fleet.scale,
    "websockets": websockets.run,
    "agent": agent.run,
}


def main() -> int:
    """Run the named benchmarks, or all; return the exit code."""
    wanted = sys.argv[1:] or list(BENCHMARKS)
    results = [BENCHMARKS[name]() for name in wanted]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
