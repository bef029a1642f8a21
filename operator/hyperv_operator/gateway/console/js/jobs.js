/** Lists of machines, kept up to date by the stream of their changes. */

export const STATUSES = ['pending', 'running', 'waiting', 'retrying', 'stalled', 'ready', 'deleting'];

/** Return the machines after some messages. Machines that do not match the filters are left out. */
export function applyMessages(items, messages, filters) {
  let changed = items;
  for (const message of messages) {
    if (message.type === 'removed') changed = changed.filter((one) => one.id !== message.job.id);
    if (message.type === 'job') changed = withJob(changed, message.job, filters);
  }
  return changed;
}

function withJob(items, job, filters) {
  const index = items.findIndex((one) => one.id === job.id);
  if (!matches(job, filters)) return index < 0 ? items : items.toSpliced(index, 1);
  return index < 0 ? [job, ...items] : items.with(index, job);
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
