import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPages, pageOf, pages } from '../../web/src/navigation.ts';

test('the search box finds a page by its title, its menu and what people call it elsewhere', () => {
  assert.equal(findPages('trusted')[0]?.path, '/security/trusted-ca');
  assert.equal(findPages('Maintenance security client')[0]?.path, '/security/client-certificate');
  assert.equal(findPages('cluster name')[0]?.path, '/system/settings');
  assert.equal(findPages('sni')[0]?.path, '/security/domain-certificates');
  assert.ok(findPages('csr').length >= 2);
  assert.deepEqual(findPages('no such words'), []);
  assert.equal(findPages('').length, pages.length);
});

test('a page below an entry counts as that entry, and an unknown address as none', () => {
  assert.equal(pageOf('/security/domain-certificates/video.example.net')?.title, 'Domain certificates');
  assert.equal(pageOf('/')?.title, 'Overview');
  assert.equal(pageOf('/nowhere'), undefined);
});

test('no two pages have one address or one title', () => {
  assert.equal(new Set(pages.map((page) => page.path)).size, pages.length);
  assert.equal(new Set(pages.map((page) => page.title)).size, pages.length);
});
