/**
 * A secret field: a new value, or a key of an existing Secret.
 *
 * A new value goes from the input to the form's memory by `onText` and nowhere else: it is never rendered.
 */

import {html} from '../ui.js';
import {FieldError, elementId} from './field.js';

/** A secret field; `choice` is {mode, secret_name, key}, and `existing` the Secrets that the caller may list, or null. */
export function SecretField({field, choice, existing, error, onText, onChoice, onLeave}) {
  const element = elementId(field.id);
  const mode = (value, text) => html`
    <label class="check">
      <input type="radio" name="${element}-mode" value=${value} checked=${choice.mode === value} onChange=${() => onChoice(field.id, {...choice, mode: value})} />
      <span>${text}</span>
    </label>`;
  return html`
    <fieldset class="field field-secret ${error ? 'has-error' : ''}">
      <legend class="label">${field.label}${field.required ? html`<span class="required" aria-hidden="true"> *</span>` : ''}</legend>
      <div class="modes">${mode('new', 'New value')}${mode('existing', 'Existing Secret')}</div>
      ${choice.mode === 'new'
        ? html`<input key="new" id=${element} type="password" autocomplete="new-password" spellcheck=${false} aria-label=${field.label}
            aria-required=${field.required ? 'true' : undefined} aria-invalid=${error ? 'true' : undefined} aria-describedby="${element}-hint ${element}-error"
            onInput=${(event) => onText(field.id, event.target.value)} onBlur=${() => onLeave(field.id)} />`
        : html`<${Reference} key="existing" ...${{field, choice, existing, error, onChoice, onLeave, element}} />`}
      <p class="hint" id="${element}-hint">${choice.mode === 'new' ? `${field.description} It is stored in a Secret of the machine.` : field.description}</p>
      <${FieldError} element=${element} error=${error} />
    </fieldset>`;
}

function Reference({field, choice, existing, error, onChoice, onLeave, element}) {
  const change = (part) => (event) => onChoice(field.id, {...choice, ...(part === 'secret_name' && existing ? {key: ''} : {}), [part]: event.target.value});
  const common = {'aria-invalid': error ? 'true' : undefined, 'aria-describedby': `${element}-hint ${element}-error`, onBlur: () => onLeave(field.id)};
  const keys = existing?.find(({name}) => name === choice.secret_name)?.keys ?? [];
  const one = (part, id, text, options) => html`
    <div>
      <label class="label label-small" for=${id}>${text}</label>
      ${existing
        ? html`<select id=${id} ...${common} value=${choice[part] ?? ''} onChange=${change(part)}>
            <option value="">Choose…</option>
            ${options.map((option) => html`<option key=${option} value=${option}>${option}</option>`)}
          </select>`
        : html`<input id=${id} ...${common} type="text" autocomplete="off" spellcheck=${false} value=${choice[part] ?? ''} onInput=${change(part)} />`}
    </div>`;
  return html`
    <div class="pair">
      ${one('secret_name', element, 'Secret', existing?.map(({name}) => name) ?? [])}
      ${one('key', `${element}-key`, 'Key', keys)}
    </div>`;
}
