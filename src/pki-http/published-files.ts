/** Answers for CRLs and CA certificates: exact paths, conditional requests (RFC 9110 13), media types of RFC 2585. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crlFolder, type PublishedSnapshot } from '../storage/publication/published-snapshot.ts';
import { guards, type HttpAnswer } from './http/answer.ts';
import type { HttpRequest } from './http/read-request.ts';

/** Something served under one path. Times are milliseconds since 1970. */
export interface PublishedFile {
  readonly type: string;
  readonly body: HttpAnswer['body'];
  readonly etag: string;
  readonly lastModified: number;
  /** Until when a cache may keep it. */
  readonly freshUntil: (now: number) => number;
}

/** Every CRL and CA certificate of a snapshot by its path. */
export function publishedFiles(folder: string, { authorities, crls }: PublishedSnapshot): Map<string, PublishedFile> {
  const files = new Map<string, PublishedFile>();
  for (const { path, certificate } of authorities) {
    const body = Buffer.from(certificate, 'base64');
    files.set(path, {
      type: 'application/pkix-cert',
      body,
      etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`,
      lastModified: loadedAt,
      freshUntil: (now) => now + day,
    });
  }
  for (const { path, file, bytes, sha256, thisUpdate, nextUpdate, renewAt } of crls) {
    files.set(path, {
      type: 'application/pkix-crl',
      body: { path: join(crlFolder(folder), file), length: bytes },
      etag: `"${sha256.slice(0, 32)}"`,
      lastModified: thisUpdate,
      // a late one may come at any moment
      freshUntil: (now) => Math.min(nextUpdate, renewAt > now ? renewAt : now + minute),
    });
  }
  return files;
}

const minute = 60_000;
const day = 86_400_000;
/** CA certificates never change under their path. */
const loadedAt = Math.floor(Date.now() / 1000) * 1000;

/** The answer to GET and HEAD. */
export function answerFile(file: PublishedFile, { headers }: HttpRequest, now: number): HttpAnswer {
  const seconds = Math.max(0, Math.floor((file.freshUntil(now) - now) / 1000));
  const lines = `Content-Type: ${file.type}\r\nETag: ${file.etag}\r\nLast-Modified: ${new Date(
    file.lastModified,
  ).toUTCString()}\r\nCache-Control: public, max-age=${seconds}, no-transform\r\n${guards}`;
  return { status: isUnchanged(file, headers) ? 304 : 200, lines, body: file.body };
}

/** RFC 9110 13.2.2: entity tags first; dates only where there are none. */
function isUnchanged({ etag, lastModified }: PublishedFile, headers: HttpRequest['headers']): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && Math.floor(lastModified / 1000) * 1000 <= since;
}
