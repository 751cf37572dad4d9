/**
 * Chromium for end-to-end tests. Everything the content security policy or Trusted Types stop, every fault of the
 * page and every error it logs is kept, so that a test can demand that there was none.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { hasTool } from '../../scripts/tools.ts';

export interface TestPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the browser since the page was opened, one line each. */
  readonly faults: readonly string[];
}

export interface PageOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Passed over one by one, as a context does it, each error starts the request anew, and a request that is handed
  // sockets of others again and again ends with ERR_TOO_MANY_RETRIES after 32 times.
  '--ignore-certificate-errors',
];

/** Why these tests cannot run here, or false. In CI a missing program or page is a failure, never a skip. */
export function browserMissing(): false | string {
  const reason = !hasTool('chromium')
    ? 'needs chromium (Debian package chromium)'
    : !existsSync(join(import.meta.dirname, '../../web/dist/index.html'))
      ? 'needs the built web page (npm run build:web)'
      : false;
  if (reason !== false && process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

const reportViolations = {
  content: `document.addEventListener('securitypolicyviolation', (event) =>
    console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));`,
};

/** A headless browser of its own; the caller closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

/** A fresh profile with one page at `url`, which trusts whatever certificate the gateway presents. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<TestPage> {
  const { scheme = 'light', width = 1280 } = options;
  const context = await browser.newContext({
    baseURL: url,
    ignoreHTTPSErrors: true,
    colorScheme: scheme,
    viewport: { width, height: width < 600 ? 844 : 900 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const faults: string[] = [];
  // a limit costs nothing where nothing is wrong, and other programs may have the processors
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`fault: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // A refused API call is an answer the page shows, not a fault of the page.
    if (/Failed to load resource: the server responded with a status of (4|503)/.test(message.text())) return;
    faults.push(`console: ${message.text()}`);
  });
  await page.addInitScript(reportViolations);
  return { page, context, faults };
}

/** Serious and critical findings of axe on the page as it stands, one line each. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page);
  // By the debugger and not as a script of the page: the content security policy stays in force.
  const there = await session.send('Runtime.evaluate', { expression: 'typeof axe' });
  if (there.result.value !== 'object') await session.send('Runtime.evaluate', { expression: await axeSource() });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  return JSON.parse(String(result.value)) as string[];
}

/** Pixels by which the page is wider than the screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
}

let axe: string | undefined;

async function axeSource(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}
