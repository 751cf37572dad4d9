/** What a person does on the page, in the page's own words. */
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';

export const password = 'plum orbit canvas 47 lantern';

/** A part of a longer way: when it fails, the parts after it are not tried. */
export async function step(t: TestContext, title: string, work: () => Promise<unknown>): Promise<void> {
  let failed = false;
  await t.test(title, async () => {
    try {
      await work();
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  if (failed) throw new Error(`the way ended at: ${title}`);
}

/** Opens the one-time link and makes the first administrator. Ends on the Overview. */
export async function setUp(page: Page, token: string): Promise<void> {
  await page.goto(`/setup#${token}`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Repeat the password').fill(password);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

/** Logs in at the address that is open. */
export async function logIn(page: Page, name = 'admin', secret = password): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: `Account: ${name}` }).waitFor();
}

/** Goes to a page by the menus. */
export async function goTo(page: Page, title: string): Promise<void> {
  await page
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${title}(\\s*\\d+\\s*open)?$`) })
    .click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
}

/** A file for a file field. */
export function file(name: string, content: string | Uint8Array) {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}
