/** A new machine, by a form that is made from the schema alone. */

import * as api from '../api.js';
import {useConsole} from '../context.js';
import {ErrorSummary} from '../form/error-summary.js';
import {Field} from '../form/field.js';
import {Manifest} from '../form/manifest.js';
import {applies, fieldsOf, groupsOf, objectName} from '../form/model.js';
import {SecretField} from '../form/secret-field.js';
import {Target} from '../form/target.js';
import {useForm} from '../form/use-form.js';
import {useGet} from '../hooks.js';
import {Notice, ProblemNotice} from '../parts/notices.js';
import {Page} from '../parts/page.js';
import {href} from '../route.js';
import {html, useRef, useState} from '../ui.js';

const ABOVE = {href: href(['machines']), text: 'Machines'};
const TARGET_LABELS = {target_host: 'Host', namespace: 'Namespace', name: 'Resource name'};
const FAMILIES = {windows: 'Windows', linux: 'Linux'};

/** Reads the form document, then shows the form. */
export function NewMachine() {
  const {rights} = useConsole();
  const form = useGet('schema/job-inputs');
  return html`
    <${Page} title="New machine" above=${ABOVE} narrow>
      <${ProblemNotice} problem=${form.problem} retry=${form.reload} />
      ${form.loading && html`<p class="muted loading">Loading…</p>`}
      ${!rights.create && html`<${Notice} tone="warn"><p>Your account may not create machines in this namespace. You can fill in the form and take the manifest.</p></${Notice}>`}
      ${form.data && html`<${Form} form=${form.data} onOutdated=${form.reload} />`}
    </${Page}>`;
}

/** What was filled in stays when the document is read again, because another version of the schema has become active. */
function Form({form, onOutdated}) {
  const {namespace, config, rights, announce} = useConsole();
  const state = useForm(form, {host: '', namespace: namespace || config.default_namespace || '', name: '', power_state: '', deletion_policy: ''});
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState('');
  const [shown, setShown] = useState(null);
  const unanswered = useRef(null);
  const hosts = useGet(rights.view_hosts ? 'hosts' : null);
  const host = useGet(rights.view_hosts && state.target.host ? `hosts/${encodeURIComponent(state.target.host)}` : null);
  const existing = useGet(rights.read_secrets && state.target.namespace ? 'secrets' : null, {namespace: state.target.namespace});
  const labels = {...TARGET_LABELS, ...Object.fromEntries(fieldsOf(form).map(({id, label}) => [id, label]))};

  // The gateway is asked without the secrets first: they leave the browser once, with a submission that is valid otherwise. A
  // submission whose answer was lost is sent again as it was: its machine may exist, and the key finds it.
  const submit = async (action) => {
    setProblem(null);
    setShown(null);
    if (!state.isValid()) {
      state.fail();
      return;
    }
    setBusy(action);
    try {
      if (action === 'manifest') {
        setShown({...await api.post('jobs/validate', state.body(false)), keys: state.newSecrets()});
        announce('The manifest is shown below the form');
      } else {
        const key = state.idempotencyKey();
        if (unanswered.current !== key) await api.post('jobs/validate', state.body(false));
        unanswered.current = key;
        const job = await api.post('jobs/provision', state.body(true), {headers: {'Idempotency-Key': key}});
        state.forgetSecrets();
        location.hash = href(['machines', job.id]);
      }
    } catch (caught) {
      if (caught.status >= 400 && caught.status < 500) unanswered.current = null;
      if (caught.errors?.length) state.refuse(caught);
      else setProblem(caught);
      if (caught.status === 412) onOutdated();
    }
    setBusy('');
  };
  const images = host.data?.inventory?.images.map(({name}) => name) ?? [];
  const create = (event) => {
    event.preventDefault();
    submit('create');
  };
  return html`
    <form class="form" noValidate onSubmit=${create}>
      <p class="muted">Fields with <span class="required">*</span> are required.</p>
      <${ErrorSummary} errors=${state.attempt ? state.errors : {}} others=${state.others} labels=${labels} attempt=${state.attempt} />
      <${Target} target=${state.target} hosts=${listed(hosts, rights.view_hosts)} suggestedName=${objectName(String(state.inputs.vm_name ?? ''))}
        errors=${state.errors} onChange=${state.changeTarget} onLeave=${state.leave} />
      ${groupsOf(form).map((group) => html`<${Group} key=${group.id} ...${{group, form, state, images}} existing=${listed(existing, rights.read_secrets)} />`)}
      <${ProblemNotice} problem=${problem} />
      <div class="form-actions">
        ${rights.create && html`<button type="submit" class="button button-main" disabled=${busy !== ''}>${busy === 'create' ? 'Creating…' : 'Create machine'}</button>`}
        <button type="button" class="button" disabled=${busy !== ''} onClick=${() => submit('manifest')}>Show manifest</button>
        <a class="button button-plain" href=${ABOVE.href}>Cancel</a>
      </div>
      ${shown && html`<${Manifest} ...${shown} />`}
    </form>`;
}

/** Return what may be chosen; null if the caller may not list it, so that it has to be typed. */
function listed({data, problem}, right) {
  return right && !problem ? data?.items ?? [] : null;
}

/** A group of fields, without those that do not apply to the family. A group without fields is left out. */
function Group({group, form, state, images, existing}) {
  const fields = group.fields.filter((field) => applies(field, form, state.family));
  if (!fields.length) return null;
  const members = new Set(fields.map(({id}) => id));
  const sets = form.ui.parameterSets.filter((set) => set.members.some((id) => members.has(id)) && applies(set, form, state.family));
  const {field: familyField, inferredFrom} = form.ui.osFamily;
  return html`
    <fieldset class="card group">
      <legend>${group.label}</legend>
      ${sets.length > 0 && html`<ul class="group-notes">${sets.map((set) => html`<li key=${set.id}>${set.message}</li>`)}</ul>`}
      <div class="fields">
        ${fields.map((field) => (field.secret
          ? html`<${SecretField} key=${field.id} field=${field} choice=${state.choiceOf(field.id)} existing=${existing} error=${state.errors[field.id]}
              onText=${state.changeText} onChoice=${state.changeChoice} onLeave=${state.leave} />`
          : html`<${Field} key=${field.id} field=${field} value=${state.inputs[field.id]} error=${state.errors[field.id]}
              suggestions=${field.id === inferredFrom ? images : []} inferred=${field.id === familyField ? inferredText(state, familyField) : undefined}
              onChange=${state.change} onLeave=${state.leave} />`))}
      </div>
    </fieldset>`;
}

function inferredText({family, inputs}, familyField) {
  return family && !inputs[familyField] ? `As the image’s name tells: ${FAMILIES[family] ?? family}` : 'As the image’s name tells';
}
