/** The question before a machine is deleted: its name has to be typed. */

import * as api from '../api.js';
import {html, useId, useState} from '../ui.js';
import {Dialog} from './dialog.js';
import {ProblemNotice} from './notices.js';

/** Asks for the name of the machine, then asks the gateway for its removal. */
export function DeleteDialog({job, onClose, onDeleted}) {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const input = useId();
  const remove = async (event) => {
    event.preventDefault();
    if (typed !== job.name || busy) return;
    setBusy(true);
    try {
      await api.remove(`jobs/${job.id}`);
      onDeleted();
    } catch (caught) {
      setProblem(caught);
      setBusy(false);
    }
  };
  return html`
    <${Dialog} title="Delete ${job.name}?" onClose=${onClose}>
      <form onSubmit=${remove}>
        <p>The VM <strong>${job.vm_name}</strong> and its disks are removed from ${job.host ?? job.target_host}, unless its deletion policy says to retain them. This cannot be undone.</p>
        <label class="label" for=${input}>Type <strong>${job.name}</strong> to confirm</label>
        <input id=${input} value=${typed} autocomplete="off" onInput=${(event) => setTyped(event.target.value)} />
        <${ProblemNotice} problem=${problem} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick=${onClose}>Cancel</button>
          <button type="submit" class="button button-bad" disabled=${typed !== job.name || busy}>Delete machine</button>
        </div>
      </form>
    </${Dialog}>`;
}
