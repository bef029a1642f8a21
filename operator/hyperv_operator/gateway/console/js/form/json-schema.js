/**
 * A small evaluator of JSON Schema: the keywords that the form document uses, and no others.
 *
 * Each error names the property that it is about, so that a form can show it there.
 */

const TYPES = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  object: (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
};

/** Return whether an object is valid: for `if`, `not` and `anyOf`. */
export function isValid(schema, values, root = schema) {
  return check(schema, values, root).length === 0;
}

/** Return every error of an object as {field, keyword, limit, rule}; field is '' for the whole object. */
export function check(schema, values, root = schema) {
  return [
    ...required(schema, values),
    ...properties(schema, values, root),
    ...dependencies(schema, values),
    ...combinations(schema, values, root),
  ];
}

function required(schema, values) {
  return (schema.required ?? [])
    .filter((name) => !(name in values))
    .map((name) => ({field: name, keyword: 'required'}));
}

function properties(schema, values, root) {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => name in values)
    .flatMap(([name, node]) => checkValue(node, values[name], root).map((error) => ({...error, field: name})));
}

function dependencies(schema, values) {
  const rule = schema.$comment;
  return Object.entries(schema.dependentRequired ?? {})
    .filter(([name]) => name in values)
    .flatMap(([name, needed]) => needed
      .filter((other) => !(other in values))
      .map((other) => ({field: other, keyword: 'dependentRequired', limit: name, rule})));
}

function combinations(schema, values, root) {
  const errors = [];
  if (schema.$ref) errors.push(...check(resolve(schema.$ref, root), values, root));
  if (schema.not && isValid(schema.not, values, root)) errors.push({field: '', keyword: 'not'});
  if (schema.anyOf && !schema.anyOf.some((one) => isValid(one, values, root))) errors.push({field: '', keyword: 'anyOf'});
  for (const one of schema.allOf ?? []) {
    errors.push(...check(one, values, root).map((error) => ({rule: one.$comment, ...error})));
  }
  if (schema.if) {
    const branch = isValid(schema.if, values, root) ? schema.then : schema.else;
    if (branch) errors.push(...check(branch, values, root).map((error) => ({...error, rule: error.rule ?? schema.$comment})));
  }
  return errors;
}

function resolve(ref, root) {
  return ref.replace(/^#\//, '').split('/').reduce((node, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}

function checkValue(node, value, root) {
  if (node.type && !TYPES[node.type]?.(value)) return [{keyword: 'type', limit: node.type}];
  const errors = [];
  const fail = (keyword) => errors.push({keyword, limit: node[keyword]});
  if ('const' in node && value !== node.const) fail('const');
  if (node.enum && !node.enum.includes(value)) fail('enum');
  if (typeof value === 'string') {
    const length = [...value].length;
    if (length < (node.minLength ?? 0)) fail('minLength');
    if (length > (node.maxLength ?? Infinity)) fail('maxLength');
    if (node.pattern && !matches(node.pattern, value)) fail('pattern');
  }
  if (typeof value === 'number') {
    if (value < (node.minimum ?? -Infinity)) fail('minimum');
    if (value > (node.maximum ?? Infinity)) fail('maximum');
  }
  if (node.not && checkValue(node.not, value, root).length === 0) fail('not');
  return errors;
}

function matches(pattern, value) {
  return new RegExp(pattern, 'u').test(value);
}
