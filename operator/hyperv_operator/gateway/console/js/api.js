/** Requests to the gateway, with the caller's token. Errors are `Problem`s, as the gateway describes them (RFC 9457). */

import * as session from './session.js';

/** An answer that is an error, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title || 'The request failed.');
    this.status = document.status ?? 0;
    this.title = document.title ?? 'Error';
    this.detail = this.message;
    this.errors = document.errors ?? [];
    this.document = document;
  }
}

const UNREACHABLE = {
  status: 0,
  title: 'No connection',
  detail: 'The gateway does not answer. Check your network; the page tries again when you reload it.',
};

/** Return the JSON of a GET. */
export function get(path, query, options) {
  return request('GET', path, {...options, query});
}

/** Return the text of a GET. */
export function getText(path, query, options) {
  return request('GET', path, {...options, query, accept: 'text/plain, application/yaml', as: 'text'});
}

/** Return the entries of a log: one JSON object a line. */
export async function getLines(path, query, options) {
  const text = await request('GET', path, {...options, query, accept: 'application/jsonl', as: 'text'});
  return text.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
}

/** Return the JSON of a POST. */
export function post(path, body, options) {
  return request('POST', path, {...options, body});
}

/** Return the JSON of a PATCH. */
export function patch(path, body) {
  return request('PATCH', path, {body});
}

/** Ask for the removal of something. */
export function remove(path) {
  return request('DELETE', path, {});
}

async function request(method, path, {query = {}, body, headers = {}, accept = 'application/json', as = 'json', signal, token}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(given).toString();
  const own = token ?? session.token();
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}${search ? `?${search}` : ''}`, {
      method,
      headers: {
        Accept: accept,
        ...(own ? {Authorization: `Bearer ${own}`} : {}),
        ...(body === undefined ? {} : {'Content-Type': 'application/json'}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal,
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(UNREACHABLE);
  }
  if (!answer.ok) throw await problemOf(answer, token);
  if (answer.status === 204) return null;
  return as === 'text' ? answer.text() : answer.json();
}

async function problemOf(answer, triedToken) {
  let document;
  try {
    document = await answer.json();
  } catch {
    document = {title: answer.statusText, detail: `The gateway answered with ${answer.status}.`};
  }
  if (answer.status === 401 && triedToken === undefined) session.expire();
  return new Problem({...document, status: answer.status});
}
