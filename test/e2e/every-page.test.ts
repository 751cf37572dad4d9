/** Every page in both colour schemes and both widths: a picture to look at, no serious finding, nothing too wide. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { pages } from '../../web/src/navigation.ts';
import { look, variants } from './look.ts';
import { logIn, password } from './person.ts';
import { populate } from './populated.ts';
import { raiseStage } from './stage.ts';

const stage = raiseStage();
const { skip } = stage;

/** Pages that stand in no menu, and the two seen before log-in are taken in the test itself. */
const further: readonly (readonly [path: string, heading: string])[] = [
  ['/security/server-certificate/generate-csr', 'Generate CSR'],
  ['/security/client-certificate/generate-csr', 'Generate CSR'],
  ['/security/domain-certificates/video.example.net', 'Domain certificate video.example.net'],
  ['/security/domain-certificates/old.example.net', 'Domain certificate old.example.net'],
  ['/configuration/zones/new', 'New zone'],
  ['/configuration/zones/default', 'Default zone'],
  ['/security/acme/new', 'New provider'],
  ['/security/acme/letsencrypt', "Let's Encrypt"],
  ['/no-such-page', 'No such page'],
];

test('the pages before log-in have no serious finding', { skip }, async (t) => {
  for (const variant of variants) {
    const { page, faults } = await stage.open(t, variant);
    const name = (what: string) => `${what}-${variant.scheme}-${variant.width}`;
    await page.goto('/setup#not-a-real-token');
    await page.getByRole('heading', { name: 'Set up' }).waitFor();
    const problems = await look(page, name('set-up'));
    await page.goto('/');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    assert.deepEqual([...problems, ...(await look(page, name('log-in'))), ...faults], []);
  }
});

test('a new gateway shows what to do first', { skip }, async (t) => {
  const { page, faults } = await stage.open(t);
  const client = await populate(stage.gateway, stage.folder);
  await page.goto('/');
  await logIn(page, 'admin', password);
  await page.getByRole('heading', { name: /What is wrong/ }).waitFor();
  assert.deepEqual(faults, []);
  await client.must('DELETE', '/session');
});

for (const variant of variants) {
  test(`every page is fit to be shown: ${variant.scheme}, ${variant.width} wide`, { skip }, async (t) => {
    const { page, faults } = await stage.enter(t, variant);
    for (const [path, heading] of [...pages.map((entry) => [entry.path, entry.title] as const), ...further]) {
      await t.test(path, async () => {
        // By the page's own navigation, as a click does it; the first address of all was loaded.
        await page.evaluate(`history.pushState(null, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
        await settled(page, heading);
        const name = path === '/' ? 'overview' : path.slice(1).replace(/[^a-z0-9-]+/g, '-');
        assert.deepEqual(await look(page, `${name}-${variant.scheme}-${variant.width}`), []);
      });
    }
    assert.deepEqual(faults, []);
  });
}

async function settled(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  // Placeholders and the frame of a page that is still being fetched are gone, and the drawings have measured.
  const loading = page.locator('[aria-busy="true"], [aria-label^="Loading"]');
  await loading.first().waitFor({ state: 'detached' });
  await page.waitForTimeout(60);
}
