import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { evidenceApi, pdf } from '../contract/native/evidence-support.ts';
import { person } from '../contract/native/support.ts';
import { heic, redAndBlue } from '../evidence/pictures.ts';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { startTestServer } from '../support/server.ts';

const executable = chromiumPath();
/** Where pictures of the pages are put, for people to look at; nowhere unless the variable is set. */
const shots = process.env.TESSERA_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };
const html = Buffer.from('<!doctype html><script>alert(1)</script>');

if (!executable) {
  test('the pages of evidence in a browser', { skip: 'not run: chromium' }, () => {});
} else {
  const server = await startTestServer();
  const api = evidenceApi(server);
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
  let browser: Browser;
  before(async () => {
    browser = await startChromium(executable);
  });
  after(() => browser.close());

  /** Opens a page; `complaints` collects what the browser objects to, among it every breach of the page's security policy. */
  const open = async (path: string, viewport = phone, javaScriptEnabled = true) => {
    const context = await browser.newContext({ viewport, javaScriptEnabled, acceptDownloads: true });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol.startsWith('http') && asked !== origin) complaints.push(`not from here: ${request.url()}`);
    });
    await page.goto(`${origin}${path}`);
    return { page, complaints };
  };

  const shoot = async (page: Page, name: string) => {
    // What is wider than the screen has to be scrolled sideways.
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels too wide`);
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  };

  const settings = {
    label: 'Student',
    evidenceName: 'Send proof of study',
    evidenceDescription:
      'A photo of your student card, or the letter of your university. Your name and the year must be readable.',
  };
  const photo = await redAndBlue(1200, 800).jpeg().toBuffer();

  test('a photo is sent from a phone, without any script', async () => {
    const asked = await api.asked('after', { type: settings });
    const { page, complaints } = await open(asked.page, phone, false);
    await page.getByRole('heading', { name: 'Send proof of study' }).waitFor();
    await shoot(page, 'upload-1-asked');
    await page.getByLabel('Photos or documents').setInputFiles([
      { name: 'card.jpg', mimeType: 'image/jpeg', buffer: photo },
      { name: 'IMG_0042.HEIC', mimeType: 'image/heic', buffer: heic },
    ]);
    await page.getByLabel('Note').fill('The back of the card follows.');
    await shoot(page, 'upload-2-chosen');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('status').filter({ hasText: 'Your files have arrived' }).waitFor();
    await shoot(page, 'upload-3-sent');
    assert.match(String(await page.locator('main').textContent()), /2 files received/);
    await page.reload();
    const request = await api.read(asked.request);
    assert.deepEqual(
      [request.state, request.note, request.files.length],
      ['submitted', 'The back of the card follows.', 2],
    );
    assert.deepEqual(complaints, []);
  });

  test('a hostile file is refused in a sentence beside the form; the note stays', async () => {
    const asked = await api.asked('before', { type: settings });
    const { page, complaints } = await open(asked.page);
    await page.getByLabel('Photos or documents').setInputFiles([
      { name: 'letter.pdf', mimeType: 'application/pdf', buffer: html },
      { name: 'card.jpg', mimeType: 'image/jpeg', buffer: photo.subarray(0, 3000) },
    ]);
    await page.getByLabel('Note').fill('See <b>both</b> pages.');
    await page.getByRole('button', { name: 'Send' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await shoot(page, 'upload-4-refused');
    const words = String(await alert.textContent());
    assert.match(words, /“letter\.pdf” must be a PDF document or a photo/);
    assert.match(words, /“card\.jpg” is damaged or incomplete/);
    assert.equal(await page.getByLabel('Note').inputValue(), 'See <b>both</b> pages.');
    assert.equal(await alert.evaluate((element) => element.matches(':focus')), true);
    assert.equal((await api.read(asked.request)).state, 'requested');
    assert.deepEqual(
      complaints.filter((text) => !/400/.test(text)),
      [],
    );
  });

  test('a file that is too large is refused, and the browser shows why', async () => {
    const asked = await api.asked('after', { type: settings });
    const { page } = await open(asked.page);
    const path = join(await mkdtemp(join(tmpdir(), 'film-')), 'film.pdf');
    await writeFile(path, Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(30 * 1024 * 1024)]));
    await page.getByLabel('Photos or documents').setInputFiles(path);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').filter({ hasText: 'at most 10 MB' }).waitFor();
    await shoot(page, 'upload-5-too-large');
    await rm(dirname(path), { recursive: true });
  });

  test('decided, overdue and unknown requests have a page that says so', async () => {
    const decided = async (step: 'approve' | 'reject' | 'withdraw') => {
      const asked = await api.asked('after', { type: settings });
      await api.submit(asked.request);
      assert.equal((await api.step(asked.request, step)).status, 200);
      return asked.page;
    };
    const cases: [name: string, path: string, words: RegExp][] = [
      ['closed-1-approved', await decided('approve'), /was accepted/],
      ['closed-2-rejected', await decided('reject'), /was not accepted.*Because of reject/s],
      ['closed-3-withdrawn', await decided('withdraw'), /not asked for any more/],
      ['closed-4-unknown', '/evidence/u/nobody', /nothing here/],
    ];
    for (const [name, path, words] of cases) {
      const { page } = await open(path);
      assert.match(String(await page.locator('main').textContent()), words);
      await shoot(page, name);
      assert.equal(await page.locator('form').count(), 0);
    }
  });

  test('reviewers see the queue, what was sent, and decide', async () => {
    const named = (name: string, members: object = {}) => ({
      type: { ...settings, evidenceName: name },
      account: {
        customer: person({ givenName: 'Grace', familyName: 'Holloway', birthDate: '2004-03-01', ...members }),
      },
    });
    const [good, bad, other] = [
      await api.asked('after', named('Proof of study')),
      await api.asked('before', named('Proof of residence', { givenName: 'Omar', familyName: 'Quist' })),
      await api.asked('after', named('Proof of service')),
    ];
    await api.submit(good.request, [photo, pdf], { note: 'The letter is from September.' });
    await api.submit(bad.request);
    await api.submit(other.request);
    for (const [size, viewport] of Object.entries({ phone, desk })) {
      // Also below the path of an organisation: all addresses in the page are relative.
      const path = size === 'desk' ? '/o/demo/evidence/review' : '/evidence/review';
      const { page, complaints } = await open(path, viewport);
      await page.getByLabel('API key').fill('not a key');
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('alert').filter({ hasText: 'The key is not valid' }).waitFor();
      await shoot(page, `review-1-key-${size}`);
      await page.getByLabel('API key').fill(server.key);
      await page.getByRole('button', { name: 'Open' }).click();
      await page.getByRole('button', { name: /Proof of study/ }).waitFor();
      await shoot(page, `review-2-queue-${size}`);
      await page.getByRole('button', { name: /Proof of study/ }).click();
      await page.getByText('Grace Holloway, born 1 March 2004').waitFor();
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      const shown = page.getByRole('img', { name: 'File 1' });
      await shown.waitFor();
      const { width } = (await shown.boundingBox()) ?? {};
      assert.ok(Number(width) > 200, 'the picture is not shown');
      await shoot(page, `review-3-open-${size}`);
      assert.deepEqual(
        complaints.filter((text) => !/401/.test(text)),
        [],
      );
      await page.context().close();
    }
    const { page, complaints } = await open('/evidence/review', phone);
    await page.getByLabel('API key').fill(server.key);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('button', { name: /Proof of study/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).nth(1).click(),
    ]);
    assert.match(download.suggestedFilename(), /^evidence-[0-9a-f-]{36}\.pdf$/);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('status').filter({ hasText: 'Approved: Proof of study' }).waitFor();
    assert.equal((await api.read(good.request)).state, 'approved');

    await page.getByRole('button', { name: /Proof of residence/ }).click();
    await page.getByRole('button', { name: 'Reject' }).click();
    assert.equal((await api.read(bad.request)).state, 'submitted', 'a reason is needed');
    await page.getByLabel('Reason').fill('The photo is blurred.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('status').filter({ hasText: 'Rejected: Proof of residence' }).waitFor();
    await shoot(page, 'review-4-decided');
    const rejected = await api.read(bad.request);
    assert.deepEqual([rejected.state, rejected.reason], ['rejected', 'The photo is blurred.']);

    // The customer adds a file while a reviewer looks at the others.
    await page.getByRole('button', { name: /Proof of service/ }).click();
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await api.submit(other.request);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('alert').filter({ hasText: 'has changed since you opened this' }).waitFor();
    await page.getByText('File 2').waitFor();
    await shoot(page, 'review-5-changed');
    assert.equal((await api.read(other.request)).state, 'submitted');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('status').filter({ hasText: 'Approved: Proof of service' }).waitFor();

    await page.getByLabel('Show evidence that is').selectOption('rejected');
    await page.getByRole('button', { name: /Proof of residence/ }).click();
    await page.getByText('The photo is blurred.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
    assert.equal(await page.evaluate('sessionStorage.length + localStorage.length'), 1);
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await page.getByLabel('API key').waitFor();
    assert.equal(await page.evaluate('sessionStorage.length'), 0);
    assert.deepEqual(
      complaints.filter((text) => !/412/.test(text)),
      [],
    );
  });
}
