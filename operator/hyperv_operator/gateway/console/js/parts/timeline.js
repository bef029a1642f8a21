/** The steps of a run, in their order. */

import {span} from '../format.js';
import {inWords} from '../log/steps.js';
import {html} from '../ui.js';

const WORDS = {started: 'in progress', completed: 'completed', skipped: 'skipped', failed: 'failed'};

/** The timeline of the newest run; `job` stands in where the log has no steps. */
export function Timeline({timeline, job}) {
  const known = timeline?.steps.length ? timeline : fromJob(job);
  if (!known) return html`<p class="muted">No run has begun yet.</p>`;
  return html`
    <p class="muted run">${capital(known.kind)}, attempt ${known.attempt}</p>
    <ol class="timeline">
      ${known.steps.map((step) => html`<${Step} key=${step.name} step=${step} />`)}
    </ol>
    ${known.outcome && html`<${Outcome} outcome=${known.outcome} />`}`;
}

function Step({step}) {
  const took = step.startedAt && step.finishedAt ? span(step.startedAt, step.finishedAt) : '';
  return html`
    <li class="step step-${step.state}">
      <div class="step-head">
        <span class="step-name">${inWords(step.name)}</span>
        <span class="step-state">${WORDS[step.state] ?? step.state}${took && took !== '0 s' ? `, ${took}` : ''}</span>
      </div>
      ${step.percent !== null && step.percent !== undefined && html`
        <progress max="100" value=${step.percent} aria-label="${inWords(step.name)}: progress">${step.percent} %</progress>`}
      ${step.text && html`<p class="step-text">${step.text}</p>`}
    </li>`;
}

function Outcome({outcome}) {
  const tone = {completed: 'good', failed: 'bad'}[outcome.outcome] ?? 'busy';
  return html`<p class="outcome outcome-${tone}">Run ${outcome.outcome}${outcome.reason ? ` (${inWords(outcome.reason).toLowerCase()})` : ''}${outcome.text ? `: ${outcome.text}` : ''}</p>`;
}

function fromJob({run}) {
  if (!run) return null;
  const state = {completed: 'completed', failed: 'failed'}[run.outcome] ?? 'started';
  const steps = run.step ? [{name: run.step, state, percent: state === 'started' ? run.step_progress : null, text: ''}] : [];
  return {...run, steps, outcome: run.outcome ? {outcome: run.outcome, reason: '', text: ''} : null};
}

function capital(word) {
  return word ? word[0].toUpperCase() + word.slice(1) : '';
}
