/** Who may import whom: the table of ARCHITECTURE.md, held. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sources } from './sources.ts';

/** A feature may call the front doors of those before it. */
const featureOrder = [
  'audit',
  'settings',
  'access',
  'trusted-ca',
  'revocation',
  'identity',
  'verification',
  'acme',
  'private-ca',
  'acme-server',
  'zones',
  'alarms',
  'tools',
];

const production = sources('src').filter((file) => !file.path.endsWith('.test.ts'));

test('every import of ours stays within what its folder may use', () => {
  const wrong: string[] = [];
  for (const file of production) {
    for (const target of file.imports) {
      if (target.startsWith('src/') && !mayImport(file.path, target)) wrong.push(`${file.path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('lib and pki use no files, no network, no clock, no randomness', () => {
  const allowed = /^node:(crypto|util|buffer)$/;
  const wrong: string[] = [];
  for (const file of production.filter((f) => /^src\/(lib|pki)\//.test(f.path))) {
    for (const target of file.imports) {
      const typesOnly = new RegExp(`import type [^;]*from '${target}'`).test(file.text);
      const itsPlace = target === 'node:os' && file.path === 'src/lib/own-addresses.ts';
      if (!target.startsWith('src/') && !allowed.test(target) && !typesOnly && !itsPlace)
        wrong.push(`${file.path} imports ${target}`);
    }
    if (!file.path.startsWith('src/pki/')) continue;
    if (/\bDate\.now\(|new Date\(\)|performance\.now\(|Math\.random\(/.test(file.text))
      wrong.push(`${file.path} reads a clock or chance`);
    const makesKeys = file.path === 'src/pki/key/generate.ts' || file.path.startsWith('src/pki/container/');
    if (!makesKeys && /\b(randomBytes|randomUUID|getRandomValues|generateKeyPair)\b/.test(file.text))
      wrong.push(`${file.path} uses randomness`);
  }
  assert.deepEqual(wrong, []);
});

test('only types are imported from node:http, whose other exports load the whole of fetch', () => {
  const wrong = production.filter((file) => /^import (?!type )[^;]*'node:http';/m.test(file.text));
  assert.deepEqual(
    wrong.map((file) => file.path),
    [],
  );
});

test('no file of the product checks names by itself: outbound TLS goes through one place', () => {
  const wrong = production
    .filter((file) => /\btls\.connect\(|\bhttps\.request\(|from 'undici'/.test(file.text))
    .map((file) => file.path)
    .filter((path) => !outboundTls.has(path));
  assert.deepEqual(wrong, []);
});

/** The files that may open a TLS connection: each replaces Node's name check by ours. */
const outboundTls = new Set([
  // the certificate of whoever is about to get one proves nothing by its names: RFC 8555 8.3, RFC 8737 3
  'src/features/acme-server/validation/http-01.ts',
  'src/features/acme-server/validation/tls-alpn-01.ts',
  'src/cli/gateway-client.ts',
  'src/features/verification/remote/fetch-chain.ts',
  'src/features/revocation/fetch/connection.ts',
  'src/features/acme/client/wire/tls-connection.ts',
]);

function mayImport(from: string, to: string): boolean {
  const [, top = '', second = ''] = from.split('/');
  const [, toTop = '', toSecond = '', toThird = ''] = to.split('/');
  if (['main.ts', 'supervisor.ts', 'administration', 'supervisor'].includes(top)) return true;
  if (top === toTop && (top !== 'features' || second === toSecond)) return true;
  const frontDoor = toTop === 'features' && toThird === `${toSecond}.ts`;
  switch (top) {
    case 'lib':
      return false;
    case 'pki':
    case 'storage':
      return toTop === 'lib';
    case 'features':
      if (toTop === 'lib' || toTop === 'pki' || toTop === 'storage') return true;
      return (
        frontDoor && featureOrder.indexOf(toSecond) < featureOrder.indexOf(second) && featureOrder.includes(second)
      );
    case 'edge':
      // the vault and the durable file are storage's two parts without a database
      return toTop === 'lib' || toTop === 'pki' || frontDoor || /^src\/storage\/(vault|durable-file)\.ts$/.test(to);
    case 'pki-http':
      // no database: of storage only the format of what is published
      return toTop === 'lib' || toTop === 'pki' || to.startsWith('src/storage/publication/');
    case 'http':
      return toTop === 'lib' || frontDoor || /^src\/features\/[^/]+\/routes\.ts$/.test(to);
    case 'cli':
      return (
        toTop === 'lib' ||
        toTop === 'pki' ||
        to.startsWith('src/supervisor') ||
        /^src\/features\/[^/]+\/commands\.ts$/.test(to)
      );
    default:
      return false;
  }
}
