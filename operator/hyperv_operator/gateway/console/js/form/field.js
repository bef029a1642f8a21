/** One field of the form, with its label, hint and error, which a screen reader reads with it. */

import {html} from '../ui.js';

/** Return the id of a field's element. */
export function elementId(id) {
  return `field-${id}`;
}

/** A label, a control and what belongs to it; `children(attributes)` renders the control. */
export function Labelled({id, label, required, hint, error, children, class: extra = ''}) {
  const element = elementId(id);
  const described = [hint && `${element}-hint`, error && `${element}-error`].filter(Boolean).join(' ');
  const attributes = {
    id: element,
    'aria-invalid': error ? 'true' : undefined,
    'aria-describedby': described || undefined,
    'aria-required': required ? 'true' : undefined,
  };
  return html`
    <div class="field ${error ? 'has-error' : ''} ${extra}">
      <label class="label" for=${element}>${label}${required ? html`<span class="required" aria-hidden="true"> *</span>` : ''}</label>
      ${children(attributes)}
      ${hint && html`<p class="hint" id="${element}-hint">${hint}</p>`}
      <${FieldError} element=${element} error=${error} />
    </div>`;
}

/** The error of a field. */
export function FieldError({element, error}) {
  return error ? html`<p class="error" id="${element}-error"><span class="visually-hidden">Error: </span>${error}</p>` : null;
}

/** A field of the schema that is no secret. `suggestions` are values to choose from, besides any other. */
export function Field({field, value, error, suggestions = [], inferred, onChange, onLeave}) {
  const change = (event) => onChange(field.id, field.widget === 'checkbox' ? event.target.checked : event.target.value);
  const events = {[field.widget === 'select' || field.widget === 'checkbox' ? 'onChange' : 'onInput']: change, onBlur: () => onLeave(field.id)};
  if (field.widget === 'checkbox') return html`<${Checkbox} ...${{field, value, error, events}} />`;
  return html`
    <${Labelled} id=${field.id} label=${field.label} required=${field.required} hint=${field.hint} error=${error} class="field-${field.widget}">
      ${(attributes) => control({field, value, suggestions, inferred, attributes: {...attributes, ...events}})}
    </${Labelled}>`;
}

function control({field, value, suggestions, inferred, attributes}) {
  const list = `${attributes.id}-list`;
  switch (field.widget) {
    case 'select':
      return html`
        <select ...${attributes} value=${value ?? ''}>
          <option value="">${inferred ?? (field.required ? 'Choose…' : 'Not set')}</option>
          ${field.options.map((option) => html`<option key=${option} value=${option}>${option}</option>`)}
        </select>`;
    case 'textarea':
      return html`<textarea ...${attributes} rows="3" spellcheck=${false} value=${value ?? ''}></textarea>`;
    default:
      return html`
        <input ...${attributes} type="text" inputmode=${field.widget === 'number' ? 'numeric' : undefined} list=${suggestions.length ? list : undefined}
          autocomplete="off" spellcheck=${false} value=${value ?? ''} />
        ${suggestions.length > 0 && html`<datalist id=${list}>${suggestions.map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>`}`;
  }
}

function Checkbox({field, value, error, events}) {
  const element = elementId(field.id);
  return html`
    <div class="field field-checkbox ${error ? 'has-error' : ''}">
      <label class="check" for=${element}>
        <input id=${element} type="checkbox" checked=${value === true} aria-invalid=${error ? 'true' : undefined} aria-describedby="${element}-hint ${element}-error" ...${events} />
        <span>${field.label}</span>
      </label>
      <p class="hint" id="${element}-hint">${field.hint}</p>
      <${FieldError} element=${element} error=${error} />
    </div>`;
}
