/** The timeline of a run: its steps in the order in which they began, from the step and outcome records of the log. */

/** Return the steps of the newest run in the entries: {run, kind, attempt, steps: [...], outcome}; null without a run. */
export function timelineOf(entries) {
  const newest = entries.findLast((entry) => entry.run && entry.type !== 'notice');
  if (!newest) return null;
  const steps = new Map();
  let outcome = null;
  for (const entry of entries) {
    if (entry.run !== newest.run) continue;
    if (entry.type === 'outcome') outcome = {outcome: entry.outcome, reason: entry.reason || entry.code || '', text: entry.text ?? '', at: entry.at};
    if (entry.type === 'step') {
      steps.set(entry.step, advanced(steps.get(entry.step), entry));
      outcome = null; // a run goes on after a launch that had to wait
    }
  }
  return {run: newest.run, kind: newest.kind, attempt: newest.attempt, steps: [...steps.values()], outcome};
}

function advanced(step, entry) {
  // A later launch of the same run skips what an earlier one has done.
  if (entry.state === 'skipped' && step?.state === 'completed') return step;
  const done = ['completed', 'skipped', 'failed'].includes(entry.state);
  return {
    name: entry.step,
    state: entry.state === 'progress' ? 'started' : entry.state,
    percent: done ? null : entry.percent ?? step?.percent ?? null,
    text: entry.text || step?.text || '',
    startedAt: step?.startedAt ?? entry.at,
    finishedAt: done ? entry.at : null,
  };
}

/** Return a step's name in words: `CopyImage` is "Copy image", `RegisterVM` is "Register VM". */
export function inWords(name) {
  const words = name.split(/(?<=[a-z])(?=[A-Z])/);
  return words.map((word, index) => (index === 0 || /^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase())).join(' ');
}
