"""decisions.md: the decision table, a row at a time."""

from __future__ import annotations

from hyperv_operator.core.decision import Lifecycle
from hyperv_operator.core.decision_table import TABLE, Row
from reference.markdown import page, table

_INTRO = """A pass of a HyperVMachine makes one decision. The first row that applies to the part of the machine's life and whose condition
holds decides; the rows below it are not evaluated. The reasons are explained in [conditions.md](conditions.md).

The parts of a machine's life are provisioning (until the guest has reported its configuration as applied), provisioned, and
removal (from the deletion timestamp on). `Accepted` is set for machines that are being provisioned."""

_ORDER = tuple(Lifecycle)


def render() -> str:
    """Return the page."""
    rows = [(str(number), *_cells(row)) for number, row in enumerate(TABLE, start=1)]
    headings = ("", "condition", "applies to", "action", "status and Events", "Accepted")
    return page("The decision table", _INTRO, table(headings, rows))


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    applies = ", ".join(one.value for one in _ORDER if one in row.applies_to)
    accepted = "" if row.accepted is None else str(row.accepted)
    return row.condition, applies, row.action, row.says, accepted
