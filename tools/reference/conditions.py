"""conditions.md: every reason and every Event, from the catalogue of reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hyperv_operator.api.catalogue import (
    CATALOGUE,
    EVENTS,
    GROUPS,
    HOST_CONDITIONS,
    MACHINE_CONDITIONS,
    Actor,
    Entry,
    Kstatus,
    Retry,
)
from hyperv_operator.api.names import HOST_KIND, MACHINE_KIND, HostCondition, MachineCondition, Reason
from reference.markdown import code, page, table

_INTRO = """`kubectl describe hypervmachine <name>` and `kubectl describe hypervhost <name>` show conditions and Events. The message of a
condition says what happened and what to do; this page has the details.

Three conditions sum up the others:

- `Ready=Unknown` with `Reconciling=True`: work in progress. Nobody has to act, unless it lasts.
- `Ready=False` with `Stalled=True`: the machine or host stays as it is until a person acts.
- `Ready=True`: done. On a host, `Ready=False` with `Reconciling=True` means that it cannot be used now and is polled.

A machine that is being deleted always has `Ready=Unknown` and `Reconciling=True`, whatever the reason is, and its message says
how to release it without the host.

Every reason has an entry with:

- **who must act**: {actors}.
  `nobody` means that the operator continues by itself; "if it lasts" means that it retries, and that this person looks for the
  cause if it does not succeed.
- **retry**: when the operator makes its next attempt.
{retries}

Retries do not depend on who must act: the operator also retries most of what a person must correct, so that correcting it is
enough."""
_RETRIES = {
    Retry.NOW: "at once, the first time; after that as with `backoff`",
    Retry.BACKOFF: (
        "after `HVO_RETRY_BASE_SECONDS` (10 s by default), doubled with each failure up to `HVO_RETRY_LIMIT_SECONDS` "
        "(10 minutes); a host is polled every `spec.inventoryIntervalSeconds` besides"
    ),
    Retry.ON_CHANGE: "when the resource, a Secret, the HyperVHost, the host's inventory or the guest's answer changes",
    Retry.NEVER: "not at all: there is nothing to repeat, or repeating it changes nothing",
}


def render() -> str:
    """Return the page."""
    return page(
        "Conditions, reasons and Events",
        _intro(),
        f"## Condition types\n\n### {MACHINE_KIND}\n\n{types(MACHINE_CONDITIONS)}",
        f"### {HOST_KIND}\n\n{types(HOST_CONDITIONS)}",
        *(f"## {title}\n\n{reasons(group)}" for title, group in GROUPS),
        f"## Events\n\n{events()}",
    )


def _intro() -> str:
    actors = ", ".join(actor.value for actor in Actor)
    retries = "\n".join(f"  - `{retry}`: {text}." for retry, text in _RETRIES.items())
    return _INTRO.format(actors=actors, retries=retries)


def types(conditions: Mapping[MachineCondition, str] | Mapping[HostCondition, str], where: str = "") -> str:
    """Return the table of a kind's condition types: what each says when it is True, and which reasons it can have.

    `where` is the page that explains the reasons, empty for the same page.
    """
    rows = [(code(kind.value), text, _links(_reasons_of(kind), where)) for kind, text in conditions.items()]
    return table(("type", "True means", "reasons"), rows)


def _reasons_of(kind: MachineCondition | HostCondition) -> list[Reason]:
    return [
        reason
        for reason, one in CATALOGUE.items()
        if any(shown is kind for shown, _ in (one.machine if isinstance(kind, MachineCondition) else one.host))
    ]


def _links(found: Iterable[Reason], where: str) -> str:
    return ", ".join(f"[{reason.value}]({where}#{reason.value})" for reason in found)


def reasons(group: Mapping[Reason, Entry]) -> str:
    """Return the table of some reasons; each row has an anchor of the reason's name."""
    rows = [
        (
            f'<a id="{reason.value}"></a>{code(reason.value)}',
            one.cause,
            f"{one.remedy} {one.procedure}".strip() or "Nothing.",
            _shown(one),
            _actor(one),
            one.retry.value,
        )
        for reason, one in group.items()
    ]
    return table(("reason", "cause", "what to do", "shown by", "who must act", "retry"), rows)


def _actor(one: Entry) -> str:
    lasting = one.kstatus is Kstatus.IN_PROGRESS and one.actor is not Actor.NOBODY
    return f"{one.actor}, if it lasts" if lasting else one.actor.value


def _shown(one: Entry) -> str:
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
        "The operator writes one Event for each transition, and none while nothing changes: `kubectl get events --field-selector "
        "involvedObject.name=<name>`. Their reporting controller is `hyperv-operator.io/operator`."
    )
    rows = [
        (
            code(reason.value),
            "Warning" if one.warning else "Normal",
            "Secret" if one.on_secret else HOST_KIND if one.on_host else MACHINE_KIND,
            one.when,
            one.message,
        )
        for reason, one in EVENTS.items()
    ]
    return f"{intro}\n\n{table(('reason', 'type', 'on', 'when', 'message'), rows)}"
