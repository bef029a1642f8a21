"""preflight.md: every row of a host's preflight, what it compares and what to do about it."""

from __future__ import annotations

from hyperv_operator.api.catalogue.preflight import CLOCK, ROWS
from reference.markdown import code, page, table

_INTRO = f"""The [preflight](../guides/prepare-host.md#10-the-preflight) compares a host with what machines need. `status.preflight`
of the HyperVHost lists the rows that block or warn. `{CLOCK}` is made by the operator, every other row by the agent; `WinRMQuota`,
`Antivirus` and `Image` have a row for each quota, folder and image."""


def render() -> str:
    """Return the page."""
    rows = [(code(name), entry.about, "yes" if entry.blocks else "", entry.remedy) for name, entry in ROWS.items()]
    return page("Preflight", _INTRO, table(("row", "what is compared", "may block", "what to do"), rows))
