/** Lists of machines, kept up to date by the stream of their changes. */

export const STATUSES = ['pending', 'running', 'waiting', 'retrying', 'stalled', 'ready', 'deleting'];

/** A list as it was read: `snapshot` has the ids that the stream has sent since it began to send everything, or is null. */
export function listOf(items) {
  return {items, snapshot: null};
}

/**
 * Return the list after some messages of the stream.
 *
 * A stream begins with all machines, between the notices Snapshot and Synced. Of those, a list that has only its first pages takes
 * the ones that it shows; `complete` says that it has all pages, and `since` when it was read: what is newer is added to it.
 */
export function applyMessages(list, messages, filters, {complete, since}) {
  const items = new Map(list.items.map((one) => [one.id, one]));
  let {snapshot} = list;
  for (const {type, reason, job} of messages) {
    if (type === 'notice' && reason === 'Snapshot') snapshot = new Set();
    if (type === 'notice' && reason === 'Synced' && snapshot) {
      for (const id of items.keys()) if (!snapshot.has(id)) items.delete(id);
      snapshot = null;
    }
    if (type === 'removed') items.delete(job.id);
    if (type === 'job') {
      snapshot?.add(job.id);
      if (!matches(job, filters)) items.delete(job.id);
      else if (items.has(job.id) || complete || Date.parse(job.created_at) >= since) items.set(job.id, job);
    }
  }
  return {items: sorted([...items.values()]), snapshot};
}

/** As the API server lists them. */
function sorted(items) {
  const key = (one) => `${one.namespace}/${one.name}`;
  return items.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Return whether a machine matches filters by status, host and part of the name. */
export function matches(job, {status = '', host = '', name = ''}) {
  return (!status || job.status === status)
    && (!host || job.target_host === host)
    && (!name || job.name.includes(name) || job.vm_name.includes(name));
}

/** Return how many machines there are of each status, in the order of STATUSES. */
export function tally(items) {
  return STATUSES
    .map((status) => [status, items.filter((one) => one.status === status).length])
    .filter(([, number]) => number > 0);
}

/** Return what hinders the stream after some messages, in a sentence; '' if nothing. */
export function troubleAfter(before, messages) {
  const notice = messages.findLast((one) => one.type === 'notice' && one.reason.startsWith('Cluster'));
  if (!notice) return before;
  return notice.reason === 'ClusterUnavailable' ? notice.text : '';
}
