"""`hyperv-operator`, `python -m hyperv_operator`: run the operator, the gateway, or one of the offline subcommands."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hyperv_operator.commands.parser import run_offline
from hyperv_operator.errors import OperatorError, TaskEnded


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    code = run_offline(given)
    if code is not None:
        return code
    return _serve() if given[:1] == ["gateway"] else _operate()


def _serve() -> int:
    try:
        from hyperv_operator.gateway import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("hyperv_operator"):
            raise
        text = (
            f"the package {error.name} is not installed. Install the gateway with: pip install hyperv-operator[gateway]"
        )
        print(f"hyperv-operator gateway cannot start: {text}", file=sys.stderr)  # noqa: T201 - logging is not configured yet
        return 1
    return serve.run()


def _operate() -> int:
    # These imports are slow, and no offline command needs them.
    import asyncio

    from hyperv_operator.app import load_settings, run
    from hyperv_operator.telemetry.garbage import short_collections
    from hyperv_operator.telemetry.loop_stalls import TimedSelector, timed_loop

    selector = TimedSelector()
    try:
        with short_collections(), asyncio.Runner(loop_factory=lambda: timed_loop(selector)) as runner:
            runner.run(run(load_settings(), selector))
    except OperatorError as error:
        what = "has ended" if isinstance(error, TaskEnded) else "cannot start"
        print(f"hyperv-operator {what}: {error.message}", file=sys.stderr)  # noqa: T201 - logging may not be configured yet
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
