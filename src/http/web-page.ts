/** The web page: the built files of `web/dist`, and index.html with a fresh style nonce for each request. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { contentSecurityPolicy } from './headers.ts';

export interface PageAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** Where the build leaves room for the nonce. */
const noncePlaceholder = '__NONCE__';

/** The answer to a path without its query; undefined where the page has none. */
export type WebPage = (path: string, acceptsGzip: boolean) => PageAnswer | undefined;

/** Looks a path up among the files that were there when the page was first asked for: no path leads out of them. */
export function createWebPage(folder: string): WebPage {
  let files = new Map<string, WebFile>();
  return (path, acceptsGzip) => {
    if (!files.has('/index.html')) files = readFolder(folder);
    const file = files.get(path);
    if (file !== undefined && path !== '/index.html') return fileAnswer(path, file, acceptsGzip);
    // an address of the page's own navigation; below the first level it may end in a domain name
    const fileLike = path.startsWith('/assets/') || (/^\/[^/]*\.[a-z0-9]+$/i.test(path) && path !== '/index.html');
    return fileLike ? undefined : indexAnswer(files.get('/index.html'));
  };
}

interface WebFile {
  readonly bytes: Buffer;
  gzipped?: Buffer;
}

function readFolder(folder: string): Map<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const entry of list(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(`/${relative(folder, path).split(sep).join('/')}`, { bytes: readFileSync(path) });
  }
  return files;
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch {
    return [];
  }
}

function fileAnswer(path: string, file: WebFile, acceptsGzip: boolean): PageAnswer {
  const type = contentTypes[extname(path)] ?? 'application/octet-stream';
  const hashed = path.startsWith('/assets/');
  const gzip =
    acceptsGzip && file.bytes.length > 1024 && /^(text|application\/(javascript|json)|image\/svg)/.test(type);
  if (gzip) file.gzipped ??= gzipSync(file.bytes);
  return {
    headers: {
      'content-type': type,
      'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      vary: 'Accept-Encoding',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    body: gzip && file.gzipped ? file.gzipped : file.bytes,
  };
}

function indexAnswer(file: WebFile | undefined): PageAnswer {
  const nonce = randomBytes(18).toString('base64');
  const html = file?.bytes.toString('utf8').replaceAll(noncePlaceholder, nonce) ?? notBuilt(nonce);
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy(nonce),
      'cache-control': 'no-store',
    },
    body: html,
  };
}

/** What stands there when the page was never built: the gateway works all the same. */
function notBuilt(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tollgate</title>
<style nonce="${nonce}">body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
<h1>Tollgate is running</h1>
<p>Its web page is not built. In the folder of Tollgate run <code>npm run build</code>, then load this page again.</p>
<p>The <a href="/api/v1/openapi.json">API</a> and the command line <code>tollgate</code> work without it.</p>
</html>
`;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'application/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
