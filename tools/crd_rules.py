"""Render the job schema's rules for `spec.fields` and `spec` as CEL, with the messages of the operator's own validation.

OpenAPI has the types, lengths, and limits of fields that always apply. The limits of a field of one OS family are here, because
OpenAPI would refuse a value that is to be dropped.
"""

from __future__ import annotations

from typing import Any

from hyperv_operator.schema import cross_field_rules, reserved_names, ssh_keys, validation, values
from hyperv_operator.schema.model import FieldDefinition, FieldType, JobSchema, ParameterSet, SetMode
from hyperv_operator.schema.os_family import PREFIXES, OsFamily

Json = dict[str, Any]
_MARK = "\x00"
"""Placeholder in a message for a value that is known only when the rule is evaluated."""


def quote(text: str) -> str:
    """Return the text as a CEL string literal."""
    escaped = "".join(f"\\x{ord(one):02x}" if ord(one) < 32 else one for one in text.replace("\\", "\\\\"))
    return "'" + escaped.replace("'", "\\'") + "'"


def rule(expression: str, message: str, *insertions: str) -> Json:
    """Return a validation rule. Each insertion is a CEL expression that replaces one placeholder in the message."""
    if not insertions:
        return {"rule": expression, "message": message}
    parts = [quote(part) for part in message.split(_MARK)]
    joined = parts[0]
    for insertion, part in zip(insertions, parts[1:], strict=True):
        joined += f" + {insertion} + {part}"
    return {"rule": expression, "message": message.replace(_MARK, "…"), "messageExpression": joined}


class Scope:
    """How rules refer to fields: relative to `spec.fields`, or to `spec`, which has the secret references too."""

    def __init__(self, schema: JobSchema, prefix: str) -> None:
        self._schema = schema
        self._prefix = prefix

    def has(self, name: str) -> str:
        """Return the condition that a field is given. A secret under `fields` counts, as another rule refuses it."""
        if self._schema.by_id[name].is_secret:
            return f"(has(self.fields.{name}) || has(self.secretFields) && has(self.secretFields.{name}))"
        return f"has({self.of(name)})"

    def of(self, name: str) -> str:
        """Return the expression of a field's value."""
        return f"{self._prefix}.{name}"

    def is_other_family(self, families: frozenset[OsFamily]) -> str:
        """Return the condition that the machine is of another family, for which the field is dropped."""
        others = [family for family in OsFamily if family not in families]
        given = " || ".join(f"{self.of('os_family')} == '{family.value}'" for family in others)
        inferred = self._starts_with([prefix for prefix, family in PREFIXES if family in others])
        return f"(has({self.of('os_family')}) ? {given} : {inferred})"

    def is_family(self, family: OsFamily) -> str:
        """Return the condition that the machine is of this family."""
        return self.is_other_family(frozenset(OsFamily) - {family})

    def knows_family(self) -> str:
        """Return the condition that the family is given or can be inferred from the image's name."""
        return f"has({self.of('os_family')}) || {self._starts_with([prefix for prefix, _ in PREFIXES])}"

    def _starts_with(self, prefixes: list[str]) -> str:
        words = "|".join(prefixes)
        # Not (?i): its folding takes the long s for an s and the Kelvin sign for a k, which the operator and the forms do not.
        return f"has({self.of('image_name')}) && {self.of('image_name')}.lowerAscii().matches('^({words})')"


def _guarded(scope: Scope, definition: FieldDefinition, holds: str) -> str:
    given = scope.has(definition.id)
    if definition.applicability is None:
        return f"!{given} || {holds}"
    return f"!{given} || {scope.is_other_family(definition.families)} || {holds}"


# --- spec.fields -------------------------------------------------------------------------------------------------------


def field_rules(schema: JobSchema) -> list[Json]:
    """Return the rules of `spec.fields`."""
    scope = Scope(schema, "self")
    found: list[Json] = []
    for one in schema.fields:
        if one.is_secret:
            found.append(rule(f"!has(self.{one.id})", validation.secret_inline_message(one.id)))
            continue
        if one.required:
            found.append(rule(f"has(self.{one.id})", validation.required_message(one.id, is_secret=False)))
        if one.type is FieldType.MULTILINE:
            holds = f"!has(self.{one.id}) || !self.{one.id}.contains('PRIVATE KEY')"
            found.append(rule(holds, values.private_key_message(one.id)))
        if one.applicability is not None:
            found += [rule(_guarded(scope, one, holds), message) for holds, message in _limits(one)]
    message = validation.unknown_family_message(_MARK)
    found.append(rule(f"!has(self.image_name) || {scope.knows_family()}", message, "self.image_name"))
    return [
        *found,
        *_name_rules(scope),
        *_account_rules(scope, schema),
        *_reserved_rules(scope, schema),
        *_key_rules(scope, schema),
        *_network_rules(schema),
    ]


def _limits(definition: FieldDefinition) -> list[tuple[str, str]]:
    """Return the conditions of a field's limits with their messages. For text, the length comes first."""
    value, limits = f"self.{definition.id}", definition.validations
    if definition.type is FieldType.INTEGER:
        return [(f"({limits.minimum} <= {value} && {value} <= {limits.maximum})", values.range_message(definition))]
    if limits.enum:
        words = ", ".join(quote(word) for word in limits.enum)
        return [(f"{value} in [{words}]", values.enum_message(definition))]
    found = []
    # The operator reports one error per value: a private key, or else its length, or else its form.
    exempt = f"{value}.contains('PRIVATE KEY') || " if definition.type is FieldType.MULTILINE else ""
    length_holds = f"size({value}) >= {limits.min_length or 0}"
    if limits.min_length:
        found.append((f"({exempt}{length_holds})", values.length_message(definition)))
    if definition.pattern is not None:
        holds = f"{value}.matches({quote(definition.pattern)})"
        short = f"!({length_holds}) || " if limits.min_length else ""
        found.append((f"({exempt}{short}{holds})", values.form_message(definition)))
    return found


def _name_rules(scope: Scope) -> list[Json]:
    windows = scope.is_family(OsFamily.WINDOWS)
    too_long = f"has(self.vm_name) && {windows} && size(self.vm_name) > {cross_field_rules.NETBIOS_LIMIT}"
    return [
        rule(f"!({too_long})", cross_field_rules.NETBIOS),
        rule(
            f"!has(self.vm_name) || !self.vm_name.matches('^[0-9]+$') || {too_long}",
            cross_field_rules.DIGITS_ONLY,
        ),
    ]


def _account_rules(scope: Scope, schema: JobSchema) -> list[Json]:
    if schema.field("guest_la_uid") is None:
        return []
    found = [
        rule(
            f"!(has(self.guest_la_uid) && {scope.is_family(family)}) || size(self.guest_la_uid) <= {limit}",
            cross_field_rules.account_message(family),
        )
        for family, limit in cross_field_rules.ACCOUNT_LIMITS.items()
    ]
    limit = cross_field_rules.ACCOUNT_LIMITS[OsFamily.WINDOWS]
    same = (
        f"has(self.guest_la_uid) && has(self.vm_name) && {scope.is_family(OsFamily.WINDOWS)} && "
        f"size(self.guest_la_uid) <= {limit} && self.guest_la_uid.lowerAscii() == self.vm_name.lowerAscii()"
    )
    return [*found, rule(f"!({same})", cross_field_rules.SAME_AS_COMPUTER)]


def _reserved_rules(scope: Scope, schema: JobSchema) -> list[Json]:
    found = []
    for one in reserved_names.RULES:
        definition = schema.field(one.field)
        if definition is None:
            continue
        value = scope.of(one.field)
        text = value if one.exact else f"{value}.lowerAscii()"
        conditions = [scope.has(one.field), f"{text}.matches({quote(one.refused)})"]
        if one.families != frozenset(OsFamily):
            families = " || ".join(scope.is_family(family) for family in sorted(one.families))
            conditions.insert(1, f"({families})")
        if definition.applicability is not None:
            conditions += [holds for holds, _ in _limits(definition)]
        found.append(rule(f"!({' && '.join(conditions)})", one.message))
    return found


def _key_rules(scope: Scope, schema: JobSchema) -> list[Json]:
    """Return the rule that there is a public key. Which line of it is wrong, a rule cannot say within its budget."""
    definition = schema.field(cross_field_rules.SSH_KEY)
    if definition is None or definition.type not in (FieldType.STRING, FieldType.MULTILINE):
        return []
    value = scope.of(definition.id)
    broken = [f"{value}.contains('PRIVATE KEY')", *(f"!({holds})" for holds, _ in _limits(definition))]
    has_key = [f"{value}.contains({quote(word)})" for word in ssh_keys.HINTS]
    holds = f"({' || '.join((*broken, *has_key))})"
    return [rule(_guarded(scope, definition, holds), cross_field_rules.NO_SSH_KEY)]


_POWERS = "[" + ", ".join(str(2 ** (32 - length)) for length in range(33)) + "]"


def _is_usable(name: str) -> str:
    """Return the condition that a machine can have the address. A DNS server may run on the machine itself."""
    octet = f"int(self.{name}.split('.')[0])"
    holds = f"{octet} > {cross_field_rules.FIRST_OCTETS.start - 1} && {octet} < {cross_field_rules.FIRST_OCTETS.stop}"
    return f"{holds} && {octet} != {cross_field_rules.LOOPBACK_OCTET}" if name == "guest_v4_ipaddr" else holds


def _network_rules(schema: JobSchema) -> list[Json]:
    known = [name for name in ("guest_v4_ipaddr", "guest_v4_dns1", "guest_v4_dns2") if schema.field(name)]
    found = []
    for name in known:
        message = cross_field_rules.unusable_message(name, _MARK)
        found.append(rule(f"!has(self.{name}) || ({_is_usable(name)})", message, f"self.{name}"))
    if {"guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw"} <= set(schema.by_id):
        found += _subnet_rules()
    return found


def _value_of(name: str) -> str:
    """Return the expression of an address as a number. CEL's network type has no broadcast address."""
    return " + ".join(f"int(self.{name}.split('.')[{index}]) * {256 ** (3 - index)}" for index in range(4))


_SIZE = f"{_POWERS}[self.guest_v4_cidrprefix]"


def _is_end(name: str) -> str:
    """Return the condition that an address is the first or the last one of its network."""
    value = f"({_value_of(name)})"
    return f"({value} % {_SIZE} == 0 || {value} % {_SIZE} == {_SIZE} - 1)"


def _subnet_rules() -> list[Json]:
    address, gateway = "self.guest_v4_ipaddr", "self.guest_v4_defaultgw"
    given = f"has({address}) && has(self.guest_v4_cidrprefix) && {_is_usable('guest_v4_ipaddr')}"
    both = f"{given} && has({gateway})"
    inside = f"({_value_of('guest_v4_ipaddr')}) / {_SIZE} == ({_value_of('guest_v4_defaultgw')}) / {_SIZE}"
    own = f"{gateway} == {address}"
    own_is_end = cross_field_rules.not_a_host_message("guest_v4_ipaddr", _MARK)
    router_is_end = cross_field_rules.not_a_host_message("guest_v4_defaultgw", _MARK)
    return [
        rule(f"!({given} && {_is_end('guest_v4_ipaddr')})", own_is_end, address),
        rule(f"!({both}) || {inside}", cross_field_rules.outside_message(_MARK, _MARK), gateway, address),
        rule(f"!({both} && {own})", cross_field_rules.OWN_ADDRESS),
        rule(f"!({both} && {inside} && !({own}) && {_is_end('guest_v4_defaultgw')})", router_is_end, gateway),
    ]


# --- spec --------------------------------------------------------------------------------------------------------------


def spec_rules(schema: JobSchema) -> list[Json]:
    """Return the rules of `spec`: required secrets, and the parameter sets."""
    scope = Scope(schema, "self.fields")
    found = [
        rule(scope.has(one.id), validation.required_message(one.id, is_secret=True))
        for one in schema.fields
        if one.is_secret and one.required
    ]
    return found + [_set_rule(schema, scope, group) for group in schema.parameter_sets]


def _set_rule(schema: JobSchema, scope: Scope, group: ParameterSet) -> Json:
    given = [scope.has(name) for name in group.members]
    needed = group.members if group.mode is SetMode.ALL_OR_NONE else group.requires
    holds = f"!({' || '.join(given)}) || ({' && '.join(scope.has(name) for name in needed)})"
    families = schema.families_of(group)
    if families != frozenset(OsFamily):
        holds = f"{scope.is_other_family(families)} || {holds}"
    # Not filter() and join(): their estimated cost is over the API server's budget.
    missing = " + ".join(f"({scope.has(name)} ? '' : {quote(', ' + name)})" for name in needed)
    return rule(holds, validation.incomplete_message(group, _MARK), f"({missing}).substring(2)")
