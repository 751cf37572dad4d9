/** Pictures for people to look at, and what a machine can find wrong in the same moment. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { overflow, seriousFindings } from './browser.ts';

/** Where the pictures go; git ignores it. */
export const pictures = join(import.meta.dirname, 'screenshots');

/** Both colour schemes at both widths: a screen and a telephone. */
export const variants = [
  { scheme: 'light', width: 1280 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 390 },
] as const;

/** Takes the picture `name` of the whole page and returns what is wrong with it, one line each. */
export async function look(page: Page, name: string): Promise<readonly string[]> {
  mkdirSync(pictures, { recursive: true });
  const size = page.viewportSize() ?? { width: 1280, height: 900 };
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  // A screen as tall as the page, so that what sticks to an edge stands where it would stand in the end.
  await page.setViewportSize({ ...size, height: Math.max(size.height, Math.min(height, 6000)) });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.setViewportSize(size);
  const wide = await overflow(page);
  return [...(await seriousFindings(page)), ...(wide > 0 ? [`${wide} pixels too wide`] : [])];
}
