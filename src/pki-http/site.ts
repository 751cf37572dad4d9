/** What is published at this moment: loaded from the snapshot, followed as it changes, turned into answers. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../lib/log.ts';
import {
  defaultPublicationLimits,
  type PublicationLimits,
  type PublishedSnapshot,
  publishedPath,
  readPublished,
  statusFolder,
} from '../storage/publication/published-snapshot.ts';
import { type HttpAnswer, nothingHere } from './http/answer.ts';
import type { HttpRequest } from './http/read-request.ts';
import { type OcspAuthority, openAuthority } from './ocsp/authority.ts';
import { createOcspService, type OcspCounts } from './ocsp/ocsp-service.ts';
import { RegisterFile } from './ocsp/register-file.ts';
import { answerOcsp, ocspPath } from './ocsp-over-http.ts';
import { answerFile, type PublishedFile, publishedFiles } from './published-files.ts';

export interface Site {
  answer(request: HttpRequest): HttpAnswer | Buffer;
  /** Looks whether something new was published and takes it in. What is wrong with it is logged; the old one stays. */
  refresh(): Promise<void>;
  /** Serial of the snapshot that is served; 0 while there is none. */
  readonly serial: number;
  readonly limits: PublicationLimits;
  readonly counts: SiteCounts;
}

/** Since the start of the process. */
export interface SiteCounts {
  readonly ocsp: Readonly<OcspCounts>;
  files: number;
  /** Answers of any other status than 200 and 304. */
  nothing: number;
}

/** `now`: milliseconds since 1970. */
export function createSite(folder: string, key: Uint8Array, log: Log, now: () => number = Date.now): Site {
  let limits = defaultPublicationLimits;
  const ocsp = createOcspService({ now, signaturesPerSecond: () => limits.signaturesPerSecond });
  const counts: SiteCounts = { ocsp: ocsp.counts, files: 0, nothing: 0 };
  const opened = new Map<string, OcspAuthority>();
  let files = new Map<string, PublishedFile>();
  let serial = 0;
  let seen = '';
  let answersOcsp = false;
  let round = 0;
  let aheadAt = 0;

  const load = async () => {
    const { mtimeNs, ino } = await stat(publishedPath(folder), { bigint: true });
    if (`${ino} ${mtimeNs}` === seen) return;
    const snapshot = await readPublished(folder, key);
    const authorities = await openAuthorities(folder, snapshot, opened, log);
    files = publishedFiles(folder, snapshot);
    ocsp.use(authorities);
    ({ limits, serial } = snapshot);
    answersOcsp = authorities.length > 0;
    seen = `${ino} ${mtimeNs}`;
    log.info('publishing', { serial, crls: snapshot.crls.length, authorities: snapshot.authorities.length });
    signAhead();
  };
  const signAhead = () => {
    const own = ++round;
    aheadAt = now();
    void ocsp.signAhead(() => own === round).catch((error: unknown) => log.error('signing ahead failed', { error }));
  };

  return {
    counts,
    get serial() {
      return serial;
    },
    get limits() {
      return limits;
    },
    async refresh() {
      await load().catch((error: unknown) => log.error('what was published last cannot be loaded', { error }));
      for (const { register } of opened.values()) {
        await register.follow().catch((error: unknown) => log.error('a status register cannot be read', { error }));
      }
      if (opened.size > 0 && now() - aheadAt > signAheadEvery) signAhead();
    },
    answer(request) {
      const { method, path } = request;
      if (answersOcsp && path.startsWith(ocspPath) && (path.length === 5 || path[5] === '/'))
        return answerOcsp(ocsp, request, now());
      const file = files.get(path);
      if (file === undefined || (method !== 'GET' && method !== 'HEAD')) {
        counts.nothing++;
        return file === undefined ? nothingHere(404) : nothingHere(405, 'Allow: GET, HEAD\r\n');
      }
      counts.files++;
      return answerFile(file, request, now());
    },
  };
}

const signAheadEvery = 5 * 60_000;

/** What was opened before and has not changed stays; `opened` afterwards holds the CAs of the snapshot and no others. */
async function openAuthorities(
  folder: string,
  { authorities }: PublishedSnapshot,
  opened: Map<string, OcspAuthority>,
  log: Log,
): Promise<readonly OcspAuthority[]> {
  const names = new Set<string>();
  for (const { path, certificate, ocsp } of authorities) {
    if (ocsp === undefined) continue;
    const name = [certificate, ocsp.certificate, ocsp.validity, ocsp.register].join(' ');
    names.add(name);
    if (opened.has(name)) continue;
    try {
      const register = new RegisterFile(join(statusFolder(folder), ocsp.register));
      await register.follow();
      opened.set(name, openAuthority(Buffer.from(certificate, 'base64'), ocsp, register));
    } catch (error) {
      log.error('no OCSP answers can be given for a CA', { path, error });
    }
  }
  for (const name of opened.keys()) if (!names.has(name)) opened.delete(name);
  return [...opened.values()];
}
