/**
 * What the new-machine form does, without a browser: which fields apply, what is submitted, and what is wrong.
 *
 * Everything comes from the form document (`schema`, `jsonSchema`, `ui`): a field that is added to the schema needs no change here.
 */

import {check} from './json-schema.js';

/** What a submission has besides the fields of the schema. */
const TARGET = new Set(['target_host', 'namespace', 'name']);
const WIDGETS = new Set(['text', 'password', 'number', 'checkbox', 'textarea', 'select']);

/** Return the form's groups, each with fields that have their hints and their JSON Schema in one object. */
export function groupsOf(form) {
  return form.ui.groups.map((group) => ({
    ...group,
    fields: group.fields.map((hints) => {
      const node = form.jsonSchema.properties[hints.id] ?? {};
      return {
        ...hints,
        widget: WIDGETS.has(hints.widget) ? hints.widget : 'text',
        type: node.type ?? 'string',
        description: node.description ?? '',
        options: node.enum ?? [],
        example: node.examples?.[0],
        default: node.default,
      };
    }),
  }));
}

/** Return the fields of all groups in one list. */
export function fieldsOf(form) {
  return groupsOf(form).flatMap((group) => group.fields);
}

/** Return the OS family that the inputs choose or whose name the image has; null if neither tells it. */
export function familyOf(form, inputs) {
  const {field, inferredFrom, prefixes, caseSensitive} = form.ui.osFamily;
  if (inputs[field]) return inputs[field];
  const fold = (text) => (caseSensitive ? text : text.toLowerCase());
  const image = fold(String(inputs[inferredFrom] ?? '').trim());
  return prefixes.find(({prefix}) => image.startsWith(fold(prefix)))?.family ?? null;
}

/** Return whether a field or a parameter set applies. While the family is unknown, everything does. */
export function applies(one, form, family) {
  const families = one.visibleWhen?.[form.ui.osFamily.field];
  return !families || family === null || families.includes(family);
}

/**
 * Return the values to submit: only fields that apply and are filled in, numbers as numbers.
 *
 * What is not a number stays text, so that validation says so. Secrets are never part of it.
 */
export function valuesOf(form, inputs) {
  const family = familyOf(form, inputs);
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.secret || !applies(field, form, family)) continue;
    const value = valueOf(field, inputs[field.id]);
    if (value !== undefined) values[field.id] = value;
  }
  return values;
}

function valueOf(field, input) {
  if (field.type === 'boolean') return typeof input === 'boolean' ? input : undefined;
  const text = field.widget === 'textarea' ? String(input ?? '') : String(input ?? '').trim();
  if (text === '') return undefined;
  return field.type === 'integer' && /^[+-]?\d+$/.test(text) ? Number(text) : text;
}

/**
 * Return the secret fields that are given and apply: {new: {id: text}, references: {id: {secret_name, key}}}.
 *
 * `secrets` has for each field {mode: 'new' | 'existing', text, secret_name, key}.
 */
export function secretsOf(form, inputs, secrets) {
  const family = familyOf(form, inputs);
  const given = {new: {}, references: {}};
  for (const field of fieldsOf(form)) {
    const one = secrets[field.id];
    if (!field.secret || !one || !applies(field, form, family)) continue;
    if (one.mode === 'existing') {
      if (one.secret_name || one.key) given.references[field.id] = {secret_name: one.secret_name ?? '', key: one.key ?? ''};
    } else if (one.text) {
      given.new[field.id] = one.text;
    }
  }
  return given;
}

/** Return the errors as {field: message}, without asking the server. */
export function validate(form, inputs, secrets) {
  const values = valuesOf(form, inputs);
  const given = secretsOf(form, inputs, secrets);
  const fields = new Map(fieldsOf(form).map((field) => [field.id, field]));
  // A reference stands for a value that nobody knows here: only its presence counts.
  const present = {...values, ...given.new, ...Object.fromEntries(Object.keys(given.references).map((id) => [id, '']))};
  const messages = {};
  for (const error of check(form.jsonSchema, present)) {
    if (error.field in given.references && !['required', 'dependentRequired'].includes(error.keyword)) continue;
    const id = error.field || familyField(form, error);
    const field = fields.get(id);
    // Without an image, there is no name that could tell the family: one error is enough.
    if (error.keyword === 'anyOf' && !(form.ui.osFamily.inferredFrom in values)) continue;
    if (field) messages[id] ??= messageFor(field, error, form);
  }
  for (const [id, {secret_name: name, key}] of Object.entries(given.references)) {
    if (!name || !key) messages[id] = `Choose both a Secret and one of its keys for ${label(fields.get(id))}.`;
  }
  return messages;
}

/** An error of the whole object is about the family: the form document has no other. */
function familyField(form, error) {
  return error.keyword === 'anyOf' ? form.ui.osFamily.field : '';
}

function label(field) {
  return `“${field.label}”`;
}

function messageFor(field, error, form) {
  const set = form.ui.parameterSets.find((one) => one.id === error.rule);
  switch (error.keyword) {
    case 'required':
      return field.secret ? `${field.label} is required: enter a new value or choose an existing Secret.` : `${field.label} is required.`;
    case 'dependentRequired':
      return set?.message ?? `${field.label} belongs to ${error.limit}: fill in both or neither.`;
    case 'anyOf':
      return 'The image’s name does not tell the operating system: choose a family.';
    case 'type':
      return error.limit === 'integer' ? `${field.label} must be a whole number.` : `${field.label} has the wrong type.`;
    case 'minimum':
      return `${field.label} must be ${error.limit} or more.`;
    case 'maximum':
      return `${field.label} must be ${error.limit} or less.`;
    case 'minLength':
      return `${field.label} must have at least ${error.limit} characters.`;
    case 'maxLength':
      return `${field.label} must have at most ${error.limit} characters.`;
    case 'enum':
    case 'const':
      return `${field.label} must be one of ${field.options.join(', ')}.`;
    case 'not':
      return `${field.label} must not contain ${JSON.stringify(error.limit?.pattern ?? '')}: it is not meant for this field.`;
    default:
      return `${field.label} does not have the expected form. ${field.hint ?? ''}`.trim();
  }
}

/**
 * Return the body of a request to validate or provision.
 *
 * With `withSecrets`, new secrets are part of it; without, each is stood in for by a reference to the Secret that would be made,
 * so that rules between fields can be checked without a secret leaving the browser.
 */
export function submission(form, target, inputs, secrets, {withSecrets}) {
  const values = valuesOf(form, inputs);
  const given = secretsOf(form, inputs, secrets);
  const name = target.name || objectName(String(values[nameField(form)] ?? ''));
  const standIns = Object.fromEntries(Object.keys(given.new).map((id) => [id, {secret_name: name || 'new', key: id}]));
  return {
    schema_version: form.schema.version,
    target_host: target.host,
    values: withSecrets ? {...values, ...given.new} : values,
    secrets: withSecrets ? given.references : {...given.references, ...standIns},
    ...(target.namespace ? {namespace: target.namespace} : {}),
    ...(target.name ? {name: target.name} : {}),
    ...(target.power_state ? {power_state: target.power_state} : {}),
    ...(target.deletion_policy ? {deletion_policy: target.deletion_policy} : {}),
  };
}

function nameField(form) {
  return 'vm_name' in form.jsonSchema.properties ? 'vm_name' : form.jsonSchema.required[0];
}

/** Return a name that Kubernetes accepts for an object, made from a VM's name. */
export function objectName(text) {
  return text.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63);
}

/** Return the errors of a problem document as {fields: {id: message}, others: [message]}, with labels in place of ids. */
export function problemErrors(form, problem) {
  const labels = new Map(fieldsOf(form).map((field) => [field.id, field.label]));
  const worded = (text) => text.replace(/[a-z][a-z0-9]*(_[a-z0-9]+)+/g, (id) => (labels.has(id) ? labels.get(id) : id));
  const found = {fields: {}, others: []};
  for (const {field, message} of problem.errors ?? []) {
    if (labels.has(field) || TARGET.has(field)) found.fields[field] ??= worded(message);
    else found.others.push(field ? `${field}: ${worded(message)}` : worded(message));
  }
  if (!problem.errors?.length) found.others.push(problem.detail);
  return found;
}
