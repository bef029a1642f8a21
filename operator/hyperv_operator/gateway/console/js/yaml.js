/** YAML for Kubernetes manifests: objects, lists and scalars, as `kubectl apply` reads them. */

const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./ -]*$/;
const OTHER_TYPE = /^(true|false|yes|no|on|off|y|n|null|~)$/i;

/** Return a value as YAML. */
export function toYaml(value) {
  return `${lines(value).join('\n')}\n`;
}

function lines(value) {
  if (Array.isArray(value)) return value.length ? value.flatMap(item) : ['[]'];
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return entries.length ? entries.flatMap(([key, one]) => entry(scalar(key), one)) : ['{}'];
  }
  return [scalar(value)];
}

function entry(key, value) {
  const block = lines(value);
  if (!isCollection(value)) return [`${key}: ${block[0]}`];
  if (isEmpty(value)) return [`${key}: ${block[0]}`];
  return [`${key}:`, ...block.map((line) => `  ${line}`)];
}

function item(value) {
  return lines(value).map((line, index) => `${index ? '  ' : '- '}${line}`);
}

function isCollection(value) {
  return value !== null && typeof value === 'object';
}

function isEmpty(value) {
  return Object.keys(value).length === 0;
}

function scalar(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  return PLAIN.test(value) && !OTHER_TYPE.test(value) && value === value.trim() ? value : JSON.stringify(value);
}
