/** The state a page is in, in both colour schemes and widths, without logging in again. */
import type { Page } from 'playwright-core';
import { look, variants } from './look.ts';

/** Takes the pictures `name-SCHEME-WIDTH` (of those variants only) and returns what is wrong with any, a line each. */
export async function lookAll(page: Page, name: string, which: readonly number[] = [0, 1, 2, 3]): Promise<string[]> {
  const found: string[] = [];
  for (const index of which) {
    const { scheme, width } = variants[index]!;
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    // tables become cards and drawings measure anew
    await page.waitForTimeout(60);
    for (const one of await look(page, `${name}-${scheme}-${width}`)) found.push(`${scheme} ${width}: ${one}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1280, height: 900 });
  return found;
}
