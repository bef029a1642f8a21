"""conditions.md: every reason and every Event, with its cause and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hyperv_operator.api.names import HOST_KIND, MACHINE_KIND, HostCondition, MachineCondition, Reason
from hyperv_operator.api.catalogue import (
    EVENTS,
    EXPLANATIONS,
    GROUPS,
    HOST_CONDITIONS,
    MACHINE_CONDITIONS,
    Explanation,
)
from reference.markdown import code, page, table

_INTRO = """`kubectl describe hypervmachine <name>` and `kubectl describe hypervhost <name>` show conditions and Events. The message of a
condition says what happened and what to do; this page says the same at more length.

Three conditions sum up the others:

- `Ready=Unknown` with `Reconciling=True`: work in progress, nobody has to act.
- `Ready=False` with `Stalled=True`: a person must act. What the agent could not do is tried again all the same, after 10 s and
  then ever more seldom, down to every 10 minutes; a mistake in the resource waits for a change of the resource.
- `Ready=True`: done. On a host, `Ready=False` with `Reconciling=True` means that it cannot be used now and is asked again.

A machine that is being deleted always has `Ready=Unknown` and `Reconciling=True`, whatever reason stands in the way, and its
message says how to release it without the host."""


def render() -> str:
    """Return the page."""
    return page(
        "Conditions, reasons and Events",
        _INTRO,
        f"## Condition types\n\n### {MACHINE_KIND}\n\n{types(MACHINE_CONDITIONS)}",
        f"### {HOST_KIND}\n\n{types(HOST_CONDITIONS)}",
        *(f"## {title}\n\n{reasons(group)}" for title, group in GROUPS),
        f"## Events\n\n{events()}",
    )


def types(conditions: Mapping[MachineCondition, str] | Mapping[HostCondition, str], where: str = "") -> str:
    """Return the table of a kind's condition types: what each says when it is True, and which reasons it can have.

    `where` is the page that explains the reasons, empty for the same page.
    """
    rows = [(code(kind.value), text, _links(_reasons_of(kind), where)) for kind, text in conditions.items()]
    return table(("type", "True means", "reasons"), rows)


def _reasons_of(kind: MachineCondition | HostCondition) -> list[Reason]:
    return [
        reason
        for reason, one in EXPLANATIONS.items()
        if any(shown is kind for shown, _ in (one.machine if isinstance(kind, MachineCondition) else one.host))
    ]


def _links(found: Iterable[Reason], where: str) -> str:
    return ", ".join(f"[{reason.value}]({where}#{reason.value})" for reason in found)


def reasons(group: Mapping[Reason, Explanation]) -> str:
    """Return the table of some reasons; each row has an anchor of the reason's name."""
    rows = [
        (
            f'<a id="{reason.value}"></a>{code(reason.value)}',
            one.cause,
            one.remedy,
            _shown(one),
            one.attention.value,
        )
        for reason, one in group.items()
    ]
    return table(("reason", "cause", "what to do", "shown by", "a person must act"), rows)


def _shown(one: Explanation) -> str:
    parts = []
    if one.machine:
        parts.append(f"machine: {', '.join(f'{kind}={_word(value)}' for kind, value in one.machine)}")
    if one.host:
        parts.append(f"host: {', '.join(f'{kind}={_word(value)}' for kind, value in one.host)}")
    return "; ".join(parts)


def _word(value: bool | None) -> str:  # noqa: FBT001 - a condition's value
    return "Unknown" if value is None else str(value)


def events() -> str:
    """Return the table of Events."""
    intro = (
        "One Event for a transition, none for standing still: `kubectl get events --field-selector "
        "involvedObject.name=<name>`. Their reporting controller is `hyperv-operator.io/operator`."
    )
    rows = [
        (
            code(reason.value),
            "Warning" if one.warning else "Normal",
            HOST_KIND if one.on_host else MACHINE_KIND,
            one.when,
            one.message,
        )
        for reason, one in EVENTS.items()
    ]
    return f"{intro}\n\n{table(('reason', 'type', 'on', 'when', 'message'), rows)}"
