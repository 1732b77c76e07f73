// Lists the evidence that waits for a decision, shows what was sent, and sends the decision. The key stays in this tab.
import { ask } from './review-api.js';
import { button, copy, day, daysOf, list, made, moment, paragraph, size, whenOf } from './review-parts.js';

const kept = 'tessera review key';
const at = (id) => document.getElementById(id);
const [fault, done, entry, queue, state, requests, more, none] = [
  'fault',
  'done',
  'entry',
  'queue',
  'state',
  'requests',
  'more',
  'none',
].map(at);
let key = sessionStorage.getItem(kept) ?? '';

entry.addEventListener('submit', (event) => {
  event.preventDefault();
  key = at('key').value.trim();
  sessionStorage.setItem(kept, key);
  begin();
});
at('forget').addEventListener('click', () => forget());
at('again').addEventListener('click', () => begin());
state.addEventListener('change', () => begin());
more.addEventListener('click', () => attempt(() => load(more.dataset.cursor)));
begin();

/** Shows the first page of the list, or asks for the key. */
function begin() {
  entry.hidden = key !== '';
  queue.hidden = key === '';
  requests.replaceChildren();
  more.hidden = true;
  none.hidden = true;
  if (key !== '') attempt(() => load());
}

function forget() {
  key = '';
  sessionStorage.removeItem(kept);
  at('key').value = '';
  done.hidden = true;
  begin();
}

/** Does something, and tells in a sentence when it could not be done. */
async function attempt(work) {
  fault.hidden = true;
  try {
    return await work();
  } catch (error) {
    if (error.status === 401) forget();
    fault.textContent = error.message;
    fault.hidden = false;
    fault.focus({ preventScroll: true }); // it stays in sight by itself
    return undefined;
  }
}

async function load(cursor) {
  const wanted = state.value;
  const query = new URLSearchParams({ state: wanted, limit: '20', ...(cursor ? { cursor } : {}) });
  const { items, next } = await (await ask(key, `evidence-requests?${query}`)).json();
  if (wanted !== state.value) return; // another list was chosen meanwhile
  requests.append(...items.map(row));
  none.hidden = requests.childElementCount > 0;
  more.hidden = next === undefined;
  if (next) more.dataset.cursor = new URL(next).searchParams.get('cursor');
}

/** One request in the list; its details are loaded when it is opened. */
function row(request) {
  const item = copy('request');
  const [opener, details] = [item.querySelector('.opener'), item.querySelector('.details')];
  item.querySelector('.name').textContent = request.name;
  item.querySelector('.hint').textContent =
    `${request.entitlement.entitlementType.label}, ${whenOf(request)}, account ${request.account}`;
  opener.addEventListener('click', async () => {
    const open = opener.getAttribute('aria-expanded') === 'true';
    opener.setAttribute('aria-expanded', String(!open));
    details.hidden = open;
    if (!open) await attempt(() => show(details, request.id));
  });
  return item;
}

async function show(details, id) {
  details.replaceChildren(paragraph('Loading …', 'hint'));
  const response = await ask(key, `evidence-requests/${id}`);
  const request = await response.json();
  const customer = await nameOf(request.customerNumber);
  const files = request.files.map((file, index) => fileItem(request, file, index + 1));
  details.replaceChildren(facts(request, customer), ...(files.length > 0 ? [list(files)] : []));
  if (request.state === 'submitted') details.append(decision(details, request, response.headers.get('ETag')));
}

/** Who the customer is, as far as the key may know. */
async function nameOf(customerNumber) {
  try {
    const { givenName, familyName, name, birthDate } = await (await ask(key, `customers/${customerNumber}`)).json();
    const full = name ?? [givenName, familyName].filter(Boolean).join(' ');
    return `${full || 'without a name'}${birthDate ? `, born ${day(birthDate)}` : ''}`;
  } catch (error) {
    if (error.status === 403) return 'not shown: the key lacks the scope customers:read';
    throw error;
  }
}

function facts(request, customer) {
  const { entitlement } = request;
  const rows = [
    ['Customer', `${customer} (number ${request.customerNumber})`],
    ['Asked for', [request.name, request.description].filter(Boolean).join('\n')],
    ['Entitlement', `${entitlement.entitlementType.label}, ${entitlement.state}, ${daysOf(entitlement)}`],
    ['Asked', `${moment(request.requestedAt)}, by ${request.requestedBy}`],
    ['Deadline', request.due && `by the end of ${day(request.due, -1)}`],
    ['Sent', request.submittedAt && moment(request.submittedAt)],
    ['Note', request.note],
    ['Decided', request.decidedAt && `${request.state} ${moment(request.decidedAt)}, by ${request.decidedBy}`],
    ['Reason', request.reason],
  ];
  const terms = rows.filter(([, text]) => text).flatMap(([term, text]) => [made('dt', term), made('dd', text)]);
  const box = made('dl');
  box.append(...terms);
  return box;
}

function fileItem({ id }, file, number) {
  const item = made('li');
  const words = `File ${number}: ${{ 'application/pdf': 'PDF' }[file.contentType] ?? 'photo'}, ${size(file.size)}`;
  const address = `evidence-requests/${id}/files/${file.id}`;
  const holder = made('div');
  const buttons = made('span');
  // A PDF is never opened here: it can hold code, and would run as ours.
  if (file.contentType.startsWith('image/'))
    buttons.append(button('Show', () => attempt(() => picture(holder, address, file.contentType, `File ${number}`))));
  buttons.append(button('Download', () => attempt(() => download(address))));
  item.append(made('span', words), buttons, holder);
  return item;
}

async function picture(holder, address, type, alternative) {
  const bytes = await (await ask(key, address)).arrayBuffer();
  const image = made('img');
  image.alt = alternative;
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
  image.addEventListener('load', () => URL.revokeObjectURL(image.src));
  holder.replaceChildren(image);
}

async function download(address) {
  const response = await ask(key, address);
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition'));
  const link = made('a');
  // Of unnamed type, so that no browser shows it here.
  link.href = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function decision(details, { id, name }, ifMatch) {
  const form = copy('decision');
  const field = form.elements.reason;
  field.addEventListener('input', () => field.setCustomValidity(''));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const step = event.submitter.value;
    const reason = field.value.replace(/\s+/g, ' ').trim(); // texts are of one line everywhere
    if (step === 'reject' && reason === '') {
      field.setCustomValidity('Write why it is rejected.');
      field.reportValidity();
      return;
    }
    const buttons = [...form.querySelectorAll('button')];
    for (const one of buttons) one.disabled = true;
    done.hidden = true;
    await attempt(() => decide(details, { id, name, step, reason, ifMatch }));
    for (const one of buttons) one.disabled = false;
  });
  return form;
}

async function decide(details, { id, name, step, reason, ifMatch }) {
  const path = `evidence-requests/${id}/${step}`;
  try {
    await ask(key, path, { method: 'POST', body: reason === '' ? {} : { reason }, ifMatch });
  } catch (error) {
    // Somebody else, or the customer, was faster: what is shown is not what is there.
    if ([409, 412].includes(error.status)) await show(details, id);
    throw error;
  }
  const item = details.closest('li');
  const next = item.nextElementSibling?.querySelector('.opener') ?? state;
  item.remove();
  none.hidden = requests.childElementCount > 0;
  done.textContent = `${step === 'approve' ? 'Approved' : 'Rejected'}: ${name}`;
  done.hidden = false;
  next.focus();
}
