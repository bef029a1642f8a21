/** The log of a machine: live, or of a run that has ended. */

import * as api from '../api.js';
import {EMPTY, append} from '../log/buffer.js';
import {LogView} from '../parts/log-view.js';
import {ProblemNotice} from '../parts/notices.js';
import {html, useEffect, useId, useState} from '../ui.js';

/** Chooses between the live log and those of earlier runs that the operator still keeps. */
export function MachineLog({job, log, live, allowed}) {
  const [run, setRun] = useState('');
  const [past, setPast] = useState(EMPTY);
  const [problem, setProblem] = useState(null);
  const select = useId();
  useEffect(() => {
    if (!run) return undefined;
    const leaving = new AbortController();
    setPast(EMPTY);
    setProblem(null);
    api.getLines(`jobs/${job.id}/log`, {run}, {signal: leaving.signal})
      .then((entries) => setPast(append(EMPTY, entries)))
      .catch((caught) => caught.name !== 'AbortError' && setProblem(caught));
    return () => leaving.abort();
  }, [run]);
  if (!allowed) return html`<p class="muted">Your account may not read logs: it needs the right to get hypervmachines/log.</p>`;
  const runs = job.history.filter((one) => one.id !== job.run?.id || job.run?.finished_at);
  return html`
    <${ProblemNotice} problem=${problem} />
    <${LogView} key=${run} log=${run ? past : log} live=${live && !run}>
      ${runs.length > 0 && html`
        <span class="log-run">
          <label class="visually-hidden" for=${select}>Run</label>
          <select id=${select} value=${run} onChange=${(event) => setRun(event.target.value)}>
            <option value="">Live</option>
            ${runs.map((one) => html`<option key=${one.id} value=${one.id}>Attempt ${one.attempt}, ${one.outcome}</option>`)}
          </select>
        </span>`}
    </${LogView}>`;
}
