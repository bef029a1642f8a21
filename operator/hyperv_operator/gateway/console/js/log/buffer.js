/**
 * The log of a machine as the browser keeps it: bounded, without gaps in order, searchable.
 *
 * A new buffer is returned by each change, so that a component sees that something changed; the entries are shared.
 */

export const LIMIT = 20000;

export const EMPTY = {entries: [], dropped: 0, last: null};

/** Return the buffer with more entries. Entries that it has already, which a resumed stream may repeat, are ignored. */
export function append(buffer, added, limit = LIMIT) {
  const fresh = [];
  let last = buffer.last;
  for (const entry of added) {
    if (isRepeated(entry, last)) continue;
    fresh.push(entry);
    last = entry.id ?? last;
  }
  if (!fresh.length) return buffer;
  const all = buffer.entries.concat(fresh);
  const excess = Math.max(0, all.length - limit);
  return {entries: excess ? all.slice(excess) : all, dropped: buffer.dropped + excess, last};
}

/** Ids are `<epoch>-<zero-padded sequence>`: they sort within an epoch. */
function isRepeated(entry, last) {
  if (!entry.id || !last) return false;
  const [epoch] = entry.id.split('-');
  return last.startsWith(`${epoch}-`) && entry.id <= last;
}

/** Return an entry's text as a line shows it. */
export function textOf(entry) {
  switch (entry.type) {
    case 'step': {
      const percent = entry.percent === undefined || entry.percent === null ? '' : ` ${entry.percent} %`;
      return `${entry.step} ${entry.state}${percent}${entry.text ? `: ${entry.text}` : ''}`;
    }
    case 'outcome': {
      const why = entry.reason || entry.code;
      return `Run ${entry.outcome}${why ? ` (${why})` : ''}${entry.text ? `: ${entry.text}` : ''}`;
    }
    default:
      return entry.text ?? '';
  }
}

/** Return how important an entry is: what its colour and its word say. */
export function severityOf(entry) {
  if (entry.type === 'notice') return 'notice';
  if (entry.type === 'outcome') return entry.outcome === 'failed' ? 'error' : 'outcome';
  if (entry.type === 'step') return entry.state === 'failed' ? 'error' : 'step';
  return {error: 'error', warning: 'warning', verbose: 'verbose', debug: 'verbose'}[entry.stream] ?? 'info';
}

/** Return the entries whose text contains the words, whatever their case. */
export function matching(entries, words) {
  const needle = words.trim().toLowerCase();
  return needle ? entries.filter((entry) => textOf(entry).toLowerCase().includes(needle)) : entries;
}

/** Return the runs in the entries, oldest first: {run, kind, attempt}. */
export function runsOf(entries) {
  const found = new Map();
  for (const {run, kind, attempt} of entries) {
    if (run && !found.has(run)) found.set(run, {run, kind, attempt});
  }
  return [...found.values()];
}

/** Return the log as plain text, for a download. */
export function toText(entries) {
  return entries.map((entry) => `${entry.at ?? ''} ${textOf(entry)}`.trim()).join('\n');
}
