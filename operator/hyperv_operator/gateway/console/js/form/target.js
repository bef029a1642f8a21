/** Where the machine goes: namespace, host and name. These are no fields of the schema. */

import {html} from '../ui.js';
import {Labelled} from './field.js';

/** The first group of the form. `hosts` are those that the caller may list, or null. */
export function Target({target, hosts, suggestedName, errors, onChange, onLeave}) {
  const input = (key, id, placeholder) => (attributes) => html`
    <input ...${attributes} type="text" autocomplete="off" spellcheck=${false} placeholder=${placeholder} value=${target[key]}
      onInput=${(event) => onChange({[key]: event.target.value.trim()})} onBlur=${() => onLeave(id)} />`;
  const select = (key, options) => (attributes) => html`
    <select ...${attributes} value=${target[key]} onChange=${(event) => onChange({[key]: event.target.value})}>
      ${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
    </select>`;
  const hostOptions = [['', 'Choose…'], ...(hosts ?? []).map((host) => [host.name, hostText(host)])];
  return html`
    <fieldset class="card group">
      <legend>Placement</legend>
      <div class="fields">
        <${Labelled} id="target_host" label="Host" required hint="The Hyper-V host that gets the VM." error=${errors.target_host}>
          ${hosts ? select('host', hostOptions) : input('host', 'target_host')}
        </${Labelled}>
        <${Labelled} id="namespace" label="Namespace" required hint="The namespace of the machine and its Secret." error=${errors.namespace}>${input('namespace', 'namespace')}</${Labelled}>
        <${Labelled} id="name" label="Resource name" hint="Made from the VM name if you leave it empty." error=${errors.name}>${input('name', 'name', suggestedName)}</${Labelled}>
        <${Labelled} id="power_state" label="Power state" hint="What the VM is to be after provisioning.">${select('power_state', [['', 'Default: running'], ['Running', 'Running'], ['Off', 'Off']])}</${Labelled}>
        <${Labelled} id="deletion_policy" label="When the machine is deleted" hint="What becomes of the VM and its disks.">${select('deletion_policy', [['', 'Default: delete the VM'], ['Delete', 'Delete the VM'], ['Retain', 'Retain the VM']])}</${Labelled}>
      </div>
    </fieldset>`;
}

function hostText({name, cordoned, capacity}) {
  const free = capacity ? `, ${capacity.memory_free_gib} GiB free` : '';
  return `${name}${cordoned ? ' (cordoned)' : free}`;
}
