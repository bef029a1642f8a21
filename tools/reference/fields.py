"""fields.md: every field, parameter set and rule of the active schema."""

from __future__ import annotations

from hyperv_operator.core.mutability import mutability
from hyperv_operator.schema.model import FieldDefinition, JobSchema, ParameterSet, SetMode
from hyperv_operator.schema.os_family import PREFIXES, OsFamily
from reference.changes import UNTIL, changes
from reference.markdown import code, codes, page, span, table
from reference.probes import PROBES, answer

_INTRO = (
    "From `Schemas/job-inputs.yaml`. A field that is not secret is given under `spec.fields` of a HyperVMachine, a secret one "
    "as a reference under `spec.secretFields`; a form or the REST API takes them all as `values`. Resources are "
    "strict: nothing is cast or trimmed there, as it is for forms. A field that does not apply to the machine's OS family is left "
    "out with a warning, whatever its value."
)


def render(schema: JobSchema) -> str:
    """Return the page."""
    groups = [f"## {group.label}\n\n{_group(schema.fields_of(group))}" for group in schema.groups]
    return page(
        f"Fields of schema version {schema.version}",
        _INTRO,
        _overview(schema),
        *groups,
        f'<a id="changing-a-machine"></a>\n\n## Changing a machine\n\n{changes(schema)}',
        f"## Parameter sets\n\n{_sets(schema)}",
        f"## OS family\n\n{_families()}",
        f"## Rules between fields\n\n{_errors(schema, between_fields=True)}",
        f"## Error codes\n\n{_errors(schema, between_fields=False)}",
    )


def _overview(schema: JobSchema) -> str:
    rows = [
        (
            f"[{code(one.id)}](#{one.id})",
            one.label,
            one.type.value,
            "yes" if one.required else "no",
            applies_to(one),
            group.label,
        )
        for group in schema.groups
        for one in schema.fields_of(group)
    ]
    return table(("field", "label", "type", "required", "applies to", "group"), rows)


def _group(members: tuple[FieldDefinition, ...]) -> str:
    return "\n\n".join(_field(one) for one in members)


def _field(one: FieldDefinition) -> str:
    facts = {
        "Label": one.label,
        "Hint": one.hint,
        "Type": one.type.value,
        "Limits": limits(one),
        "Applies to": applies_to(one),
        "Required": "yes" if one.required else "no",
        "Secret": "yes: by reference to a Secret of the machine's namespace" if one.is_secret else "no",
        "Default": "" if one.default is None else code(_value(one.default)),
        "Example": "" if one.example is None else code(_value(one.example)),
        "Can be changed": _changeable(one),
    }
    lines = [f"- {name}: {text}" for name, text in facts.items() if text]
    return f"### `{one.id}`\n\n{one.description}\n\n" + "\n".join(lines)


def limits(one: FieldDefinition) -> str:
    """Say what the field's value has to keep to; empty if its type says it all."""
    found = one.validations
    parts = [
        span(found.min_length, found.max_length, " characters"),
        span(found.minimum, found.maximum, ""),
        f"one of {codes(found.enum)}" if found.enum else "",
        f"matching {code(found.pattern)}" if found.pattern else "",
    ]
    return ", ".join(part for part in parts if part)


def applies_to(one: FieldDefinition) -> str:
    """Name the OS families that the field is for."""
    return ", ".join(family.value for family in one.applicability.os_family) if one.applicability else "all"


def _changeable(one: FieldDefinition) -> str:
    return f"[{UNTIL[mutability(one)]}](#changing-a-machine)"


def _value(value: str | int | bool) -> str:  # noqa: FBT001 - a field's value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sets(schema: JobSchema) -> str:
    return table(
        ("set", "rule", "sentence"), [(code(one.id), _rule(one), one.message) for one in schema.parameter_sets]
    )


def _rule(one: ParameterSet) -> str:
    match one.mode:
        case SetMode.ALL_OR_NONE:
            return f"all or none of {codes(one.members)}"
        case SetMode.REQUIRES:
            subject = f"{codes(one.members)} {'needs' if len(one.members) == 1 else 'each need'}"
            return f"{subject} {codes(one.requires)}"


def _families() -> str:
    rows = [
        (family.value, codes(prefix for prefix, of in PREFIXES if of is family), _only_for(family))
        for family in OsFamily
    ]
    intro = (
        "`os_family` says it; without it the beginning of `image_name` does, whatever its case. A name that begins "
        "otherwise needs `os_family`."
    )
    return f"{intro}\n\n{table(('family', 'image names that begin with', 'leaves out'), rows)}"


def _only_for(family: OsFamily) -> str:
    return f"fields that apply to {', '.join(other.value for other in OsFamily if other is not family)} only"


def _errors(schema: JobSchema, *, between_fields: bool) -> str:
    intro = (
        "The API server refuses a HyperVMachine that breaks one of these with the same sentence, but for `kvp_budget` and "
        "`no_cluster`, which no rule of a resource can tell: they are in its `Accepted` condition."
        if between_fields
        else "All errors of a submission are reported at once, each with its field, code and message."
    )
    rows = []
    for probe in PROBES:
        if probe.between_fields is between_fields:
            error = answer(schema, probe)
            rows.append((code(probe.code), probe.when, error.message))
    return f"{intro}\n\n{table(('code', 'when', 'for example'), rows)}"
