"""`python -m userland`: provision a machine of each distribution and network stack, boot it three times, print what is right."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from userland import images, rootfs
from userland.machine import MachineFailed
from userland.trial import PROPERTIES, Outcome, run_trial

ROOT = Path(__file__).resolve().parents[2]


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the outcomes as a table in Markdown: each property after boots 1, 2 and 3."""
    columns = ["distribution", "network stack", "IPv4", "guest", *PROPERTIES]
    rows = [columns, ["---"] * len(columns)]
    for outcome in outcomes:
        marks = [" ".join("no" if name in boot else "yes" for boot in outcome.boots) or "-" for name in PROPERTIES]
        rows.append([outcome.distribution, outcome.stack, outcome.addressing, outcome.state, *marks])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def build_iso(folder: Path) -> Path:
    """Build the provisioning ISO of this checkout."""
    command = [sys.executable, str(ROOT / "tools" / "isos.py"), "--output", str(folder), "linux"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "linux.iso"


def main() -> int:
    """Run the matrix; return 0 if everything is right, 1 if not, and 0 with a reason if it cannot run here."""
    parser = argparse.ArgumentParser(prog="userland", description=__doc__)
    parser.add_argument(
        "--only", metavar="TEXT", default="", help="run the rows that contain TEXT, such as `Debian 13, ifupdown`"
    )
    only = parser.parse_args().only
    reason = rootfs.missing()
    if reason is not None:
        print(f"skipped: {reason}")
        return 0
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was mounted and started is cleaned up

    def report(line: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {line}", file=sys.stderr, flush=True)

    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        iso = build_iso(Path(folder))
        rows = [(a, b, c) for a in rootfs.DISTRIBUTIONS for b in images.STACKS.values() for c in ("static", "DHCP")]
        for distribution, stack, addressing in rows:
            row = f"{distribution}, {stack.name}, {addressing}"
            if only not in row:
                continue
            try:
                outcome = run_trial(iso, distribution, stack, addressing, report)
            except rootfs.Unavailable as unavailable:
                print(f"skipped: {unavailable}")
                return 0
            except MachineFailed as failed:
                outcome = Outcome(distribution, stack.name, addressing, "not booted", ())
                report(str(failed))
            outcomes.append(outcome)
            report(f"{row}: {outcome.state}{'' if outcome.is_right else f', {outcome.boots}'}")
    print(table(outcomes))
    return 0 if all(outcome.is_right for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
