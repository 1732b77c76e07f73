import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { dialects } from '#server';
import { chromiumPath, startChromium } from '../support/chromium.ts';
import { startTestServer } from '../support/server.ts';

const executable = chromiumPath();

if (!executable) {
  test('the pages in a browser', { skip: 'not run: chromium' }, () => {});
} else {
  const server = await startTestServer();
  const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const browser = await startChromium(executable);
  after(() => browser.close());

  /** Opens a page; `complaints` collects what the browser objects to, among it every breach of the page's security policy. */
  const open = async (path: string): Promise<{ page: Page; complaints: string[] }> => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol !== 'data:' && asked !== origin) complaints.push(`not from here: ${request.url()}`);
    });
    await page.goto(`${origin}${path}`);
    return { page, complaints };
  };

  /** Waits until the page shows this dialect, and checks that all its operations are there. */
  const seesOperations = async (page: Page, { title, routes, openapi }: (typeof dialects)[number]) => {
    await page.locator('#api h1, #api h2').filter({ hasText: title }).waitFor();
    for (const { operationId } of routes) await page.locator(`[id$="-${operationId}"]`).first().waitFor();
    // Webhooks of the document are shown like operations.
    assert.equal(await page.locator('.opblock').count(), routes.length + (openapi?.webhooks?.length ?? 0));
  };

  test('/docs shows the operations of every document, and switches between them', async () => {
    const { page, complaints } = await open('/docs');
    for (const dialect of [...dialects, ...dialects.slice(0, 1)]) {
      await page.locator(`nav [data-name="${dialect.name}"]`).click();
      await seesOperations(page, dialect);
      assert.equal(new URL(page.url()).search, `?api=${dialect.name}`);
    }
    await page.goBack();
    await seesOperations(page, dialects.at(-1) as (typeof dialects)[number]);
    assert.deepEqual(complaints, []);
  });

  test('/docs?api= opens at one document', async () => {
    for (const dialect of dialects) {
      const { page, complaints } = await open(`/docs?api=${dialect.name}`);
      await seesOperations(page, dialect);
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });

  test('/docs sends a request with the key that was entered, also after switching', async () => {
    await server.send('POST', '/v1/customers', { body: { familyName: 'Example', customerRef: 'SEEN-1' } });
    const { page, complaints } = await open('/docs');
    await page.locator('button.authorize').first().click();
    await page.locator('.auth-container', { hasText: 'bearer' }).locator('input').fill(server.key);
    await page
      .locator('.auth-container', { hasText: 'bearer' })
      .getByRole('button', { name: 'Apply credentials' })
      .click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await page.locator('nav [data-name="openactive"]').click();
    await page.locator('nav [data-name="native"]').click();
    const operation = page.locator('#operations-Customers-listCustomers');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table');
    await answer.locator('.response-col_status', { hasText: '200' }).waitFor();
    assert.match(String(await answer.textContent()), /"customerRef": "SEEN-1"/);
    assert.deepEqual(complaints, []);
  });

  test('/docs/errors leads to the section of a problem', async () => {
    const { page, complaints } = await open('/docs/errors#not-found');
    const section = page.locator('#not-found');
    assert.equal(
      await section.evaluate(
        (element) => element.matches(':target') && Math.abs(element.getBoundingClientRect().top) < 5,
      ),
      true,
    );
    assert.match(String(await section.textContent()), /404 Not found[\s\S]*Cause\.[\s\S]*Fix\./);
    assert.deepEqual(complaints, []);
  });
}
