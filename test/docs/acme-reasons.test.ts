/** docs/acme-server.md explains every reason that an ACME client can be told, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sources } from '../layout/sources.ts';

const page = readFileSync('docs/acme-server.md', 'utf8');

/** Where reasons stand in the program: arguments of what makes errors, members, tuples of reason and words. */
const places = [
  /AcmeError\(\s*'\w+',\s*'([a-z0-9-]+)'/g,
  /\b(?:malformed|problem|badCsr|refused|tooMany)\(\s*'([a-z0-9-]+)'/g,
  /\brejected\(text, '([a-z0-9-]+)'/g,
  /\breason: '([a-z0-9-]+)'/g,
  /\[\s*'([a-z0-9-]+)',\s*[`'][^'`\]]* [^'`\]]*[`']/g,
];

test('docs/acme-server.md and the program know the same reasons', () => {
  const section = page.slice(page.indexOf('## When a client is refused'));
  const documented = new Set(
    section
      .split('\n')
      .map((line) => (line.startsWith('|') ? line.split('|')[1] : line.startsWith('A message') ? line : ''))
      .flatMap((text) => [...(text ?? '').matchAll(/`([a-z0-9-]+[a-z0-9])`/g)].map(([, word = '']) => word)),
  );
  const used = new Set(
    [...sources('src/features/acme-server'), ...sources('src/http')]
      .filter(({ path }) => !path.endsWith('.test.ts') && /acme/.test(path))
      .flatMap(({ text }) => places.flatMap((place) => [...text.matchAll(place)].map(([, word = '']) => word))),
  );
  assert.deepEqual(
    {
      missing: [...used].filter((word) => !documented.has(word)),
      gone: [...documented].filter((word) => !used.has(word)),
    },
    { missing: [], gone: [] },
  );
});
