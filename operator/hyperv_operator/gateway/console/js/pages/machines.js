/** All machines, live. */

import * as api from '../api.js';
import {useConsole} from '../context.js';
import {count} from '../format.js';
import {useGet, useStream} from '../hooks.js';
import {STATUSES, applyMessages, listOf, tally, troubleAfter} from '../jobs.js';
import {inWords} from '../log/steps.js';
import {LateInput} from '../parts/late-input.js';
import {Connection, Notice, ProblemNotice} from '../parts/notices.js';
import {Empty, Page} from '../parts/page.js';
import {Status} from '../parts/status.js';
import {Ago} from '../parts/time.js';
import {href} from '../route.js';
import {html, useEffect, useId, useRef, useState} from '../ui.js';

const PAGE_SIZE = 50;
const CLOCK_SKEW = 10000;

/** A list with filters that are part of the address. */
export function Machines({filters}) {
  const {namespace, rights} = useConsole();
  const query = {namespace, status: filters.status, host: filters.host, name: filters.name, limit: PAGE_SIZE};
  const list = useGet('jobs', query);
  const [shown, setShown] = useState(listOf([]));
  const [trouble, setTrouble] = useState('');
  const since = useRef(0);
  const [next, setNext] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    setShown(listOf(list.data?.items ?? []));
    since.current = Date.now() - CLOCK_SKEW;
    setNext(list.data?.continue ?? null);
  }, [list.data]);
  const stream = useStream(list.data ? 'stream' : null, {namespace}, (messages) => {
    setShown((before) => applyMessages(before, messages, filters, {complete: next === null, since: since.current}));
    setTrouble((before) => troubleAfter(before, messages));
  });
  const {items} = shown;
  const more = async () => {
    try {
      const page = await api.get('jobs', {...query, continue: next});
      setShown(({items: before, snapshot}) => ({items: [...before, ...page.items.filter((one) => before.every(({id}) => id !== one.id))], snapshot}));
      setNext(page.continue);
    } catch (caught) {
      setProblem(caught);
    }
  };
  const filtered = Boolean(filters.status || filters.host || filters.name);
  const create = rights.create && html`<a class="button button-main" href=${href(['machines', 'new'])}>New machine</a>`;
  return html`
    <${Page} title="Machines" actions=${create} lead=${list.data && html`<${Connection} state=${stream} />`}>
      <${Filters} filters=${filters} />
      <${ProblemNotice} problem=${list.problem ?? problem} retry=${list.reload} />
      ${list.problem?.status === 403 && !namespace && html`<${Notice}><p>If your rights are limited to a namespace, name it at the top of the page.</p></${Notice}>`}
      ${trouble && html`<${Notice} tone="warn"><p>${trouble}</p></${Notice}>`}
      ${list.loading && html`<p class="muted loading">Loading…</p>`}
      ${list.data && items.length === 0 && html`
        <${Empty} title=${filtered ? 'No machine matches the filters.' : 'There are no machines yet.'}>
          ${filtered ? html`<a href=${href(['machines'])}>Show all machines</a>` : rights.create && html`<a href=${href(['machines', 'new'])}>Create the first one</a>`}
        </${Empty}>`}
      ${items.length > 0 && html`
        <p class="summary">${count(items.length, 'machine')}${next ? ' so far' : ''}${tally(items).map(([status, number]) => html` <span key=${status} class="summary-part">${number} ${status}</span>`)}</p>
        <${Table} items=${items} namespaced=${!namespace} />`}
      ${next && html`<p><button type="button" class="button" onClick=${more}>Show more</button></p>`}
    </${Page}>`;
}

function Table({items, namespaced}) {
  return html`
    <table class="table">
      <caption class="visually-hidden">Machines</caption>
      <thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col" class="wide">Host</th><th scope="col" class="wide">Image</th><th scope="col" class="wide">Address</th><th scope="col" class="wide">Created</th></tr></thead>
      <tbody>
        ${items.map((job) => html`
          <tr key=${job.id}>
            <th scope="row">
              <a href=${href(['machines', job.id])}>${job.name}</a>
              <span class="sub">${[namespaced && job.namespace, job.vm_name !== job.name && `VM ${job.vm_name}`].filter(Boolean).join(' · ')}<span class="narrow"> ${job.target_host}</span></span>
            </th>
            <td><${Status} status=${job.status} /><span class="sub">${doing(job)}</span></td>
            <td class="wide">${job.target_host}</td>
            <td class="wide">${job.image_name}</td>
            <td class="wide">${job.addresses.join(', ')}</td>
            <td class="wide nowrap"><${Ago} at=${job.created_at} /></td>
          </tr>`)}
      </tbody>
    </table>`;
}

function doing({status, run, ready}) {
  if (status === 'running' && run?.step) return `${inWords(run.step)}${run.step_progress === null ? '' : ` ${run.step_progress} %`}`;
  return status === 'ready' ? '' : ready.reason;
}

function Filters({filters}) {
  const {rights} = useConsole();
  const hosts = useGet(rights.view_hosts ? 'hosts' : null);
  const ids = {name: useId(), status: useId(), host: useId()};
  const filter = (name) => (value) => location.replace(href(['machines'], {...filters, [name]: value}));
  const change = (name) => (event) => filter(name)(event.target.value);
  return html`
    <form class="filters" role="search" aria-label="Filter machines" onSubmit=${(event) => event.preventDefault()}>
      <div><label class="label" for=${ids.name}>Name</label><${LateInput} id=${ids.name} type="search" value=${filters.name ?? ''} onValue=${filter('name')} /></div>
      <div><label class="label" for=${ids.status}>Status</label>
        <select id=${ids.status} value=${filters.status ?? ''} onChange=${change('status')}>
          <option value="">Any</option>
          ${STATUSES.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
        </select></div>
      <div><label class="label" for=${ids.host}>Host</label>
        ${rights.view_hosts && !hosts.problem
          ? html`<select id=${ids.host} value=${filters.host ?? ''} onChange=${change('host')}>
              <option value="">Any</option>
              ${(hosts.data?.items ?? []).map(({name}) => html`<option key=${name} value=${name}>${name}</option>`)}
            </select>`
          : html`<${LateInput} id=${ids.host} type="text" value=${filters.host ?? ''} onValue=${filter('host')} />`}</div>
    </form>`;
}
