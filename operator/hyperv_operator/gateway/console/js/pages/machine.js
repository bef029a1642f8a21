/** One machine: what it is, what happens to it now, and what happened before. */

import * as api from '../api.js';
import {useConsole} from '../context.js';
import {useGet, useStream} from '../hooks.js';
import {troubleAfter} from '../jobs.js';
import {EMPTY, append} from '../log/buffer.js';
import {timelineOf} from '../log/steps.js';
import {Conditions} from '../parts/conditions.js';
import {CopyBlock} from '../parts/copy.js';
import {DeleteDialog} from '../parts/delete-dialog.js';
import {Connection, Notice, ProblemNotice} from '../parts/notices.js';
import {Card, Facts, Page} from '../parts/page.js';
import {Status} from '../parts/status.js';
import {Ago} from '../parts/time.js';
import {Timeline} from '../parts/timeline.js';
import {Transitions} from '../parts/transitions.js';
import {href} from '../route.js';
import {html, useEffect, useState} from '../ui.js';
import {MachineLog} from './machine-log.js';

const ABOVE = {href: href(['machines']), text: 'Machines'};

/** The page of a machine, kept up to date by its stream. */
export function Machine({id}) {
  const {rights, announce} = useConsole();
  const first = useGet(`jobs/${id}`);
  const [latest, setLatest] = useState(null);
  const [gone, setGone] = useState(false);
  const [log, setLog] = useState(EMPTY);
  const [deleting, setDeleting] = useState(false);
  const [trouble, setTrouble] = useState('');
  const job = latest ?? first.data;
  const stream = useStream(first.data && !gone ? `jobs/${id}/stream` : null, {}, (messages) => {
    const newest = messages.findLast((one) => one.type === 'job');
    if (newest) setLatest(newest.job);
    if (messages.some((one) => one.type === 'removed')) setGone(true);
    setTrouble((before) => troubleAfter(before, messages));
    const entries = messages.filter((one) => one.type === 'log').map((one) => one.entry);
    if (entries.length) setLog((before) => append(before, entries));
  });
  useEffect(() => {
    if (job && latest) announce(`${job.name} is ${job.status}`);
  }, [job?.status]);
  useEffect(() => {
    if (gone) announce('The machine has been deleted');
  }, [gone]);

  if (!job) {
    return html`
      <${Page} title="Machine" above=${ABOVE}>
        ${first.problem?.status === 404 ? html`<${Notice} title="There is no such machine."><p>It may have been deleted. <a href=${ABOVE.href}>All machines</a></p></${Notice}>` : html`<${ProblemNotice} problem=${first.problem} retry=${first.reload} />`}
        ${first.loading && html`<p class="muted loading">Loading…</p>`}
      </${Page}>`;
  }
  const canDelete = rights.delete && !job.deleting && !gone;
  const actions = canDelete && html`<button type="button" class="button button-quiet-bad" onClick=${() => setDeleting(true)}>Delete…</button>`;
  const lead = html`<${Status} status=${gone ? 'deleting' : job.status} /> <${Connection} state=${stream} />`;
  return html`
    <${Page} title=${job.name} above=${ABOVE} actions=${actions} lead=${lead}>
      ${gone && html`<${Notice} tone="good" title="The machine has been deleted."><p><a href=${ABOVE.href}>All machines</a></p></${Notice}>`}
      ${trouble && html`<${Notice} tone="warn"><p>${trouble}</p></${Notice}>`}
      ${!gone && html`<${Diagnosis} job=${job} />`}
      <div class="columns">
        <div class="column-main">
          <${Card} title="Progress"><${Timeline} timeline=${timelineOf(log.entries)} job=${job} /></${Card}>
          <${Card} title="Log"><${MachineLog} job=${job} log=${log} live=${!gone} allowed=${rights.view_log} /></${Card}>
          <${Card} title="What happened"><${Transitions} items=${job.transitions} /></${Card}>
        </div>
        <div class="column-side">
          <${Card} title="Machine"><${About} job=${job} /></${Card}>
          <${Card} title="Conditions"><${Conditions} items=${job.conditions} /></${Card}>
          <${Card} title="Definition"><${Definition} job=${job} /></${Card}>
        </div>
      </div>
      ${deleting && html`<${DeleteDialog} job=${job} onClose=${() => setDeleting(false)} onDeleted=${() => {
        setDeleting(false);
        announce(`${job.name} is being deleted`);
      }} />`}
    </${Page}>`;
}

/** Why the machine is not ready, and what to do about it. Of a machine that is being worked on, the progress says it. */
function Diagnosis({job}) {
  if (job.ready.status === 'True' || job.status === 'running') return null;
  const tone = {stalled: 'bad', retrying: 'warn'}[job.status] ?? 'idle';
  const {remedy} = job;
  const isSaid = remedy && job.ready.message.includes(remedy.summary);
  return html`
    <${Notice} tone=${tone} title=${job.ready.reason}>
      ${job.ready.message && html`<p>${job.ready.message}</p>`}
      ${job.diagnosis && html`<p><strong>On the host:</strong> ${job.diagnosis}</p>`}
      ${remedy && html`<p>${!isSaid && html`<strong>What to do:</strong> ${remedy.summary} `}<${Docs} url=${remedy.docs} reason=${job.ready.reason} /></p>`}
    </${Notice}>`;
}

/** A link to the documentation, in a tab of its own, so that the page stays. */
function Docs({url, reason}) {
  if (!url.startsWith('https://')) return null;
  return html`<a href=${url} target="_blank" rel="noreferrer">More about ${reason}</a>`;
}

function About({job}) {
  const {rights} = useConsole();
  const host = job.host ?? job.target_host;
  return html`<${Facts} items=${[
    ['VM name', job.vm_name],
    ['Namespace', job.namespace],
    ['Host', rights.view_hosts ? html`<a href=${href(['hosts', host])}>${host}</a>` : host],
    ['Image', job.image_name],
    ['Operating system', job.os_family && {windows: 'Windows', linux: 'Linux'}[job.os_family]],
    ['Power', job.power_state],
    ['Addresses', job.addresses.join(', ')],
    ['Created', job.created_at && html`<${Ago} at=${job.created_at} />`],
  ]} />`;
}

/** The fields as they were asked for. Secrets are named by where they are kept. */
function Definition({job}) {
  const [yaml, setYaml] = useState(null);
  const [problem, setProblem] = useState(null);
  const show = async (event) => {
    if (!event.target.open || yaml !== null) return;
    try {
      setYaml(await api.getText(`jobs/${job.id}/manifest`));
    } catch (caught) {
      setProblem(caught);
    }
  };
  const secrets = Object.entries(job.secret_fields).map(([name, {secret_name: secret, key}]) => [name, html`<span class="muted">Secret ${secret}, key ${key}</span>`]);
  const fields = Object.entries(job.definition.fields).map(([name, value]) => [name, String(value)]);
  return html`
    <div class="definition"><${Facts} items=${[...fields, ...secrets]} /></div>
    <details onToggle=${show}>
      <summary>Manifest for Git</summary>
      <${ProblemNotice} problem=${problem} />
      ${yaml !== null && html`<${CopyBlock} text=${yaml} label="manifest" />`}
    </details>`;
}
