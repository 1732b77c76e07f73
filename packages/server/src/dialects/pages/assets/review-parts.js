// Pieces of the review page, and dates and sizes in words. Texts only ever become text, never markup.

/** What stands in a template of the page. */
export function copy(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

/** An element with a text in it. */
export function made(tag, text = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

export function paragraph(text, className) {
  const element = made('p', text);
  element.className = className;
  return element;
}

export function list(items) {
  const element = made('ul');
  element.className = 'files';
  element.append(...items);
  return element;
}

export function button(text, work) {
  const element = made('button', text);
  element.type = 'button';
  element.className = 'plain';
  element.addEventListener('click', work);
  return element;
}

/** What happened to a request last, and when. */
export function whenOf({ submittedAt, decidedAt, requestedAt, state: now }) {
  if (decidedAt) return `${now} ${moment(decidedAt)}`;
  return submittedAt ? `sent ${moment(submittedAt)}` : `asked ${moment(requestedAt)}`;
}

/** The days of an entitlement. */
export function daysOf({ validFrom, validUntil }) {
  return `from ${day(validFrom)}${validUntil ? ` to ${day(validUntil, -1)}` : ''}`;
}

export function moment(instant) {
  return new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** A date in words; ends are exclusive, so the last day is the one before. */
export function day(date, shift = 0) {
  const shifted = new Date(`${date}T00:00:00Z`);
  shifted.setUTCDate(shifted.getUTCDate() + shift);
  return shifted.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
}

export function size(bytes) {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
