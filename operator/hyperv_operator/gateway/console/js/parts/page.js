/** The frame of a page: its heading, which gets the focus when the page is opened, and its actions. */

import {useTitle} from '../hooks.js';
import {html, useEffect, useRef} from '../ui.js';

let opened = 0;

/** A page with a heading; `above` is a link to the page that it belongs to, and `narrow` is for forms. */
export function Page({title, above, lead, actions, narrow, children}) {
  const heading = useRef(null);
  useTitle(title);
  useEffect(() => {
    // The first page after loading leaves the focus where the browser puts it.
    if (opened++) heading.current.focus();
  }, []);
  return html`
    <div class="page ${narrow ? 'page-narrow' : ''}">
      <div class="page-head">
        <div class="page-title">
          ${above && html`<a class="above" href=${above.href}>${above.text}</a>`}
          <h1 ref=${heading} tabindex="-1">${title}</h1>
          ${lead && html`<div class="lead">${lead}</div>`}
        </div>
        ${actions && html`<div class="actions">${actions}</div>`}
      </div>
      ${children}
    </div>`;
}

/** A part of a page with a heading of its own. */
export function Card({title, actions, children, class: extra = ''}) {
  return html`
    <section class="card ${extra}">
      ${title && html`<div class="card-head"><h2>${title}</h2>${actions}</div>`}
      ${children}
    </section>`;
}

/** Names and values. Those without a value are left out. */
export function Facts({items}) {
  const given = items.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl class="facts">${given.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** What is shown where there is nothing. */
export function Empty({title, children}) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children && html`<div>${children}</div>`}</div>`;
}
