import { maxEvidenceFiles } from '#domain/evidence.ts';
import { evidenceForm } from '#http/evidence-form.ts';
import type { LinkedEvidence } from '#operations/evidence/by-link.ts';
import { type EvidenceSettings, retentionDaysOf } from '#operations/evidence/settings.ts';
import { type Html, html } from './html.ts';
import { nameOf, type Page } from './page.ts';
import { counted, instantInWords, lastDayInWords, megabytes } from './words.ts';

/** What the page shows besides the request itself. */
export type UploadView = LinkedEvidence & {
  token: string;
  settings: EvidenceSettings;
  now: Date;
  /** Files have just arrived. */
  sent?: boolean;
  /** What was wrong with the last attempt, in sentences. */
  faults?: readonly string[];
  /** What was written with it. */
  note?: string | undefined;
};

/**
 * The page where a customer sends proof. It names the organisation and what is asked for, and nobody: a link may be forwarded, and
 * whoever opens it learns no more than that.
 */
export function uploadPage(view: UploadView): Page {
  const { organisation, evidence, faults = [] } = view;
  const { name, description } = evidence;
  return {
    title: `${faults.length > 0 ? 'Not sent: ' : ''}${name} – ${organisation.name}`,
    heading: organisation.name,
    content: html`${outcome(view)}
<h1 dir="auto">${name}</h1>
${description === undefined ? undefined : html`<p dir="auto">${description}</p>`}
${progress(view)}
${hindrance(view) ?? form(view)}
<p class="small">What you send is encrypted. Only those who check it for ${nameOf(organisation)} can open it,
and it is deleted ${retention(view)}.</p>`,
  };
}

/** What became of the last attempt. */
function outcome({ evidence, faults = [], sent }: UploadView): Html | undefined {
  if (faults.length > 0) {
    // The focus goes where the reading begins.
    return html`<div class="box fault" role="alert" tabindex="-1" autofocus>
<p><strong>Your files were not sent.</strong></p>
<ul>${faults.map((fault) => html`<li dir="auto">${fault}</li>`)}</ul>
</div>`;
  }
  if (!sent || evidence.state !== 'submitted') return undefined;
  return html`<p class="box done" role="status">Thank you. Your files have arrived.</p>`;
}

function progress({ organisation, evidence, now }: UploadView): Html | undefined {
  const { state, due, submittedAt = evidence.requestedAt, files = [] } = evidence;
  if (state === 'submitted') {
    const them = files.length === 1 ? 'it' : 'them';
    return html`<p><strong>${counted(files.length, 'file')}</strong> received, the last on
${instantInWords(organisation, submittedAt)}. ${nameOf(organisation)} will check ${them}. Until then you can add more.</p>`;
  }
  if (due === undefined) return undefined;
  return html`<p>Please send it by the end of <strong>${lastDayInWords(organisation, due, now)}</strong>.</p>`;
}

/** Why there is no form. */
function hindrance({ evidence, settings }: UploadView): Html | undefined {
  if (!settings.key) return html`<p class="box">No files can be taken just now. Please try again later.</p>`;
  if ((evidence.files?.length ?? 0) < maxEvidenceFiles) return undefined;
  return html`<p class="box">You have sent ${maxEvidenceFiles} files, and no more can be added.</p>`;
}

function form({ evidence, token, settings, faults = [], note }: UploadView): Html {
  const { file, maxFiles, types, texts } = evidenceForm;
  const more = evidence.state === 'submitted';
  const invalid = faults.length > 0 ? html` aria-invalid="true"` : undefined;
  return html`<form method="post" action="${token}" enctype="multipart/form-data">
<label for="file">${more ? 'More photos or documents' : 'Photos or documents'}</label>
<p class="hint" id="file-hint">PDF, JPEG, PNG or HEIC.
Up to ${maxFiles} files at a time, each of at most ${megabytes(settings.maxFileSize)}.</p>
<input type="file" id="file" name="${file}" accept="${types.join(',')}" multiple required aria-describedby="file-hint"${invalid}>
<label for="note">Note <span class="optional">(optional)</span></label>
<input type="text" id="note" name="note" maxlength="${texts.note?.maxLength}" value="${note}" dir="auto">
<button type="submit">${more ? 'Send more' : 'Send'}</button>
</form>`;
}

function retention({ organisation, settings }: UploadView): string {
  const days = retentionDaysOf(organisation, settings);
  return days === 0 ? 'right after the decision' : `${counted(days, 'day')} after the decision`;
}
