/** docs/errors.md lists every code that the program can answer with, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { usageRefusals } from '../../src/features/verification/usage-refusals.ts';
import { acmeServerFailPoints, failPoints, orderFailPoints, publishFailPoints } from '../../src/lib/fail-point.ts';
import { unknownStatuses } from '../../src/pki/crl/revocation-status.ts';
import { rejections } from '../../src/pki/path/rejection.ts';
import { sources } from '../layout/sources.ts';

const page = readFileSync('docs/errors.md', 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*?) \| (.*?) \|$/gm)];

/** The refusals of the engine: they stand in tables. */
const decisions = [...Object.keys(rejections), ...Object.keys(unknownStatuses), ...Object.keys(usageRefusals)];

test('docs/errors.md and the program know the same codes', () => {
  const documented = new Set(rows.map(([, code = '']) => code));
  const used = codesOfTheProgram();
  const missing = [...used].filter(([code]) => !documented.has(code)).map(([code, path]) => `${code} (${path})`);
  const gone = [...documented].filter((code) => !used.has(code));
  assert.deepEqual({ missing, gone }, { missing: [], gone: [] });
});

test('docs/errors.md has a row for every rejection of the engine, and no row for one that is gone', () => {
  const documented = rows.map(([, code = '']) => code);
  assert.deepEqual(
    decisions.filter((code) => !documented.includes(code)),
    [],
  );
  assert.deepEqual(
    documented.filter((code) => /^(path|budget)\./.test(code) && !decisions.includes(code)),
    [],
  );
});

test('every code has its row once, with a cause and a remedy', () => {
  const codes = rows.map(([, code = '']) => code);
  assert.deepEqual(
    codes.filter((code, i) => codes.indexOf(code) !== i),
    [],
  );
  for (const [, code, cause = '', remedy = ''] of rows) {
    assert.match(cause, /^\S.{8,}\.$/, `${code}: the cause`);
    assert.match(remedy, /^\S.{4,}\.$/, `${code}: the remedy`);
  }
});

/** Where codes come from, by their first word; everything else with a dot is a column, an event, a file. */
const kinds =
  /^(access|acme|acme-server|alarms|audit|cli|edge|http|identity|private-ca|serve|settings|storage|tools|trusted-ca|upload|verification|zones|path|budget|revocation|pkcs12|pem|der|certificate|crl|csr|extension|key|ocsp|signature)\./;

/** Actions of the audit log that are handed on without the word `action`, columns and keys. */
const otherNames: ReadonlySet<string> = new Set([
  ...failPoints,
  ...acmeServerFailPoints,
  ...orderFailPoints,
  ...publishFailPoints,
  'access.change-password',
  'access.confirm',
  'access.log-in',
  'access.log-in-by-certificate',
  'identity.domain-add',
  'private-ca.create',
  'private-ca.rotate',
  'private-ca.hold',
  'private-ca.revoke',
  'identity.domain-remove',
  'identity.first-start',
  'identity.reset',
  'identity.roll-back',
  'path.cpu',
  'revocation.settings',
  'settings.version',
  'trusted-ca.temporary',
  'zones.access-rules',
  'zones.certificate-authentication',
]);

const fileNames = /\.(cnf|css|csr|db|der|html|js|json|key|lock|p7b|pem|pid|snapshot|sock|ts|txt)$/;

/** Those that stand in the program as text or in a table of refusals. */
function codesOfTheProgram(): Map<string, string> {
  const used = new Map(decisions.map((code) => [code, 'a table of refusals']));
  for (const { path, text } of sources('src')) {
    if (path.endsWith('.test.ts') || path === 'src/lib/fail-point.ts') continue;
    for (const [, action, code = ''] of text.matchAll(/(\baction:\s*)?'([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)'/g)) {
      if (action === undefined && kinds.test(code) && !otherNames.has(code) && !fileNames.test(code))
        used.set(code, path);
    }
    // Codes put together from a word of a table: `storage.${kind}` and the keys of that table.
    if (!/code: `storage\.\$\{kind\}`/.test(text)) continue;
    for (const [, word] of text.matchAll(/^ {2}'?([a-z-]+)'?: \{$/gm)) used.set(`storage.${word}`, path);
  }
  return used;
}
