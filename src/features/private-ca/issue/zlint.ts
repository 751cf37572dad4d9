/** The linter zlint, where it is installed: a second opinion, as far as RFCs are concerned. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { encodePem } from '../../../pki/pem.ts';
import type { LintFinding } from './lint.ts';

/** Looks at a certificate (DER). */
export type Linter = (certificate: Uint8Array) => Promise<readonly LintFinding[]>;

const places = ['/usr/bin/zlint', '/usr/local/bin/zlint', '/opt/zlint/zlint'];
const sources = 'RFC3279,RFC5280,RFC5480,RFC5891,RFC6960,RFC6962,RFC8813';

/** The installed program; undefined where there is none. Only places that root alone writes to are looked at. */
export function installedZlint(candidates: readonly string[] = places): Linter | undefined {
  const path = candidates.find(isProgram);
  return path === undefined ? undefined : (certificate) => runZlint(path, certificate);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Results are keyed by the lint's name; `error` and `fatal` count, all else is advice. A linter that fails finds nothing. */
function runZlint(path: string, certificate: Uint8Array): Promise<readonly LintFinding[]> {
  return new Promise((resolve) => {
    const options = { timeout: 5_000, maxBuffer: 4 << 20, env: {} };
    const child = execFile(path, ['-includeSources', sources], options, (error, output) => {
      resolve(error === null ? readResults(output) : [unusable(error.message)]);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(encodePem('CERTIFICATE', certificate));
  });
}

function readResults(output: string): readonly LintFinding[] {
  try {
    const results = JSON.parse(output) as Record<string, { result?: string }>;
    return Object.entries(results)
      .filter(([, { result }]) => result === 'error' || result === 'fatal')
      .map(([rule]) => ({ rule, severity: 'error', clause: 'zlint', message: `zlint refuses it: ${rule}` }));
  } catch {
    return [unusable('its answer is not JSON')];
  }
}

function unusable(reason: string): LintFinding {
  return { rule: 'zlint', severity: 'warning', clause: 'zlint', message: `zlint could not look at it: ${reason}` };
}
