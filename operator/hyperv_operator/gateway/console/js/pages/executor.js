/** The executor: calls to hosts that are queued and running, and hosts whose calls are refused. */

import {useGet} from '../hooks.js';
import {ProblemNotice} from '../parts/notices.js';
import {Card, Facts, Page} from '../parts/page.js';
import {Badge} from '../parts/status.js';
import {html} from '../ui.js';

/** The executor's state, read again every few seconds. */
export function Executor() {
  const {data, problem, loading, reload} = useGet('executor', {}, {every: 3000});
  return html`
    <${Page} title="Executor">
      <${ProblemNotice} problem=${problem} retry=${reload} />
      ${loading && html`<p class="muted loading">Loading…</p>`}
      ${data && html`
        <div class="tiles">
          ${Object.entries(data.lanes).map(([name, lane]) => html`<${Lane} key=${name} name=${name} lane=${lane} />`)}
        </div>
        <${Card} title="Process">
          <${Facts} items=${[
            ['State', data.closing ? 'stopping' : 'running'],
            ['CPU', percent(data.cpu)],
            ['Memory', percent(data.memory)],
          ]} />
        </${Card}>
        <${Breakers} breakers=${data.breakers} refused=${data.refused} />
        <${Tallies} tallies=${data.tallies} />`}
    </${Page}>`;
}

function percent(share) {
  return `${Math.round(share * 100)} % of the limit`;
}

function Lane({name, lane}) {
  const hosts = Object.entries(lane.hosts);
  return html`
    <${Card} title="Lane “${name}”">
      <div class="figures">
        <div><span class="figure">${lane.running}</span> running</div>
        <div><span class="figure">${lane.queued}</span> queued</div>
        <div><span class="figure">${lane.workers}</span> workers <span class="muted">(${lane.min} to ${lane.max})</span></div>
        ${lane.hanging > 0 && html`<div><span class="figure figure-bad">${lane.hanging}</span> hanging <span class="muted">(at most ${lane.hanging_limit})</span></div>`}
      </div>
      ${hosts.length > 0 && html`
        <table class="table">
          <caption class="visually-hidden">Calls by host in lane ${name}</caption>
          <thead><tr><th scope="col">Host</th><th scope="col">Running</th><th scope="col">Queued</th><th scope="col">Slots</th></tr></thead>
          <tbody>${hosts.map(([host, one]) => html`<tr key=${host}><th scope="row">${host}</th><td>${one.running}</td><td>${one.queued}</td><td>${one.slots}</td></tr>`)}</tbody>
        </table>`}
    </${Card}>`;
}

function Breakers({breakers, refused}) {
  const names = [...new Set([...Object.keys(breakers), ...Object.keys(refused)])].sort();
  if (!names.length) return html`<${Card} title="Circuit breakers"><p class="muted">All circuits are closed: every host answers.</p></${Card}>`;
  return html`
    <${Card} title="Circuit breakers">
      <table class="table">
        <caption class="visually-hidden">Circuit breakers by host</caption>
        <thead><tr><th scope="col">Host</th><th scope="col">State</th><th scope="col">Failures</th><th scope="col">Refused</th></tr></thead>
        <tbody>${names.map((name) => html`
          <tr key=${name}>
            <th scope="row">${name}</th>
            <td><${Badge} tone=${breakers[name]?.state === 'open' ? 'bad' : 'warn'} text=${breakers[name]?.state ?? 'closed'} /></td>
            <td>${breakers[name]?.failures ?? 0}</td>
            <td>${refused[name] ?? 0}</td>
          </tr>`)}</tbody>
      </table>
    </${Card}>`;
}

function Tallies({tallies}) {
  return html`
    <${Card} title="Calls that have ended">
      ${tallies.length === 0 ? html`<p class="muted">None yet.</p>` : html`
        <table class="table">
          <caption class="visually-hidden">Calls that have ended, by category and result</caption>
          <thead><tr><th scope="col">Category</th><th scope="col" class="wide">Lane</th><th scope="col">Result</th><th scope="col">Number</th></tr></thead>
          <tbody>${tallies.map((one) => html`<tr key=${`${one.lane}/${one.category}/${one.result}`}><th scope="row">${one.category}</th><td class="wide">${one.lane}</td><td>${one.result}</td><td>${one.count}</td></tr>`)}</tbody>
        </table>`}
    </${Card}>`;
}
