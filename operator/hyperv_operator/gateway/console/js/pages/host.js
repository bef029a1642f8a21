/** One host: capacity, agent, inventory, and whether it takes new machines. */

import * as api from '../api.js';
import {useConsole} from '../context.js';
import {count} from '../format.js';
import {useGet} from '../hooks.js';
import {Conditions} from '../parts/conditions.js';
import {Notice, ProblemNotice} from '../parts/notices.js';
import {Card, Facts, Page} from '../parts/page.js';
import {Badge, Readiness} from '../parts/status.js';
import {Ago} from '../parts/time.js';
import {Transitions} from '../parts/transitions.js';
import {href} from '../route.js';
import {html, useState} from '../ui.js';

const ABOVE = {href: href(['hosts']), text: 'Hosts'};

/** The page of a host, read again every few seconds. */
export function Host({name}) {
  const {rights, announce} = useConsole();
  const {data: host, problem, loading, reload} = useGet(`hosts/${encodeURIComponent(name)}`, {}, {every: 10000});
  const [refused, setRefused] = useState(null);
  const cordon = async () => {
    try {
      await api.patch(`hosts/${encodeURIComponent(name)}`, {cordoned: !host.cordoned});
      setRefused(null);
      announce(host.cordoned ? `${name} takes new machines again` : `${name} takes no new machines`);
      reload();
    } catch (caught) {
      setRefused(caught);
    }
  };
  const actions = host && rights.cordon && html`<button type="button" class="button" onClick=${cordon}>${host.cordoned ? 'Uncordon' : 'Cordon'}</button>`;
  const lead = host && html`<${Readiness} ready=${host.ready} /> ${host.cordoned && html`<${Badge} tone="warn" text="Cordoned" />`}`;
  return html`
    <${Page} title=${name} above=${ABOVE} actions=${actions} lead=${lead}>
      <${ProblemNotice} problem=${refused ?? problem} retry=${refused ? null : reload} />
      ${loading && html`<p class="muted loading">Loading…</p>`}
      ${host && html`
        ${host.ready.status !== 'True' && html`<${Notice} tone="warn" title=${host.ready.reason}><p>${host.ready.message}</p></${Notice}>`}
        <div class="columns">
          <div class="column-main">
            <${Inventory} inventory=${host.inventory} />
            <${Card} title="What happened"><${Transitions} items=${host.transitions} /></${Card}>
          </div>
          <div class="column-side">
            <${Card} title="Host"><${About} host=${host} /></${Card}>
            <${Card} title="Conditions"><${Conditions} items=${host.conditions} /></${Card}>
          </div>
        </div>`}
    </${Page}>`;
}

function About({host}) {
  const {capacity, agent} = host;
  return html`
    <${Facts} items=${[
      ['Address', host.address],
      ['Computer name', host.computer_name],
      ['System', host.os],
      ['Failover cluster', host.failover_cluster],
      ['Processors', capacity?.logical_processors],
      ['Agent', agent && [agent.version, agent.phase].filter(Boolean).join(', ')],
    ]} />
    ${capacity && html`
      <div class="meter-row">
        <span>Memory free</span><span>${capacity.memory_free_gib} of ${capacity.memory_gib} GiB</span>
        <meter min="0" max=${capacity.memory_gib} value=${capacity.memory_free_gib} aria-label="Memory free">${capacity.memory_free_gib} GiB</meter>
      </div>
      <${Facts} items=${capacity.volumes.map((volume) => [volume.path, `${volume.free_gib} GiB free`])} />`}`;
}

function Inventory({inventory}) {
  if (!inventory) return html`<${Card} title="Inventory"><p class="muted">The host has not been read yet, or your account may not read its inventory.</p></${Card}>`;
  return html`
    ${inventory.placeholders.length > 0 && html`
      <${Card} title="Being provisioned">
        <ul class="rows">${inventory.placeholders.map((one) => html`<li key=${one.uid}><strong>${one.vm_name}</strong><span class="muted">${one.namespace}/${one.name}</span><${Badge} tone="busy" text=${one.phase} /></li>`)}</ul>
      </${Card}>`}
    <${Card} title="VMs" actions=${html`<span class="muted small">Observed <${Ago} at=${inventory.observed_at} /></span>`}>
      ${inventory.truncated && html`<p class="muted">The host has more VMs than an inventory can list.</p>`}
      ${inventory.machines.length === 0 ? html`<p class="muted">The host has no VMs.</p>` : html`
        <table class="table">
          <caption class="visually-hidden">VMs of the host</caption>
          <thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col" class="wide">Size</th></tr></thead>
          <tbody>${inventory.machines.map((vm) => html`
            <tr key=${vm.vm_id}>
              <th scope="row">${vm.name}<span class="sub">${vm.machine ? `${vm.machine.namespace}/${vm.machine.name}` : 'not managed'}</span></th>
              <td>${vm.state}</td>
              <td class="wide">${count(vm.cpu_cores, 'core')}, ${vm.gb_ram} GB</td>
            </tr>`)}</tbody>
        </table>`}
    </${Card}>
    <${Card} title="Images">
      ${inventory.images.length === 0 ? html`<p class="muted">The host’s image folder is empty.</p>` : html`
        <ul class="rows">${inventory.images.map((image) => html`<li key=${image.name}><span>${image.name}</span><span class="muted">${image.size_gib} GiB</span></li>`)}</ul>`}
    </${Card}>`;
}
