import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa } from '../../../test/support/made-certificates.ts';
import { crlTime, flag, makeCrl } from '../../../test/support/made-crls.ts';
import { supersedes } from './supersedes.ts';

const ca = makeCa('Numbered CA');
const crl = (options: Parameters<typeof makeCrl>[1]) => makeCrl(ca, options).crl;

test('a CRL is replaced by a higher number alone, whatever its date', () => {
  const seven = crl({ number: 7 });
  assert.equal(supersedes(seven, crl({ number: 8, thisUpdate: crlTime - 9e8 })), 'newer');
  assert.equal(supersedes(seven, crl({ number: 256 })), 'newer');
  assert.equal(supersedes(seven, crl({ number: 6, thisUpdate: crlTime })), 'rollback');
  assert.equal(supersedes(seven, crl({ number: undefined, thisUpdate: crlTime })), 'rollback');
});

test('the same number is the same CRL, or a conflict', () => {
  const seven = crl({ number: 7 });
  assert.equal(supersedes(seven, seven), 'same');
  // another ECDSA signature over the same content
  assert.equal(supersedes(seven, crl({ number: 7 })), 'same');
  assert.equal(supersedes(seven, crl({ number: 7, entries: [{ serial: Uint8Array.of(1) }] })), 'conflict');
});

test('without numbers the date decides', () => {
  const old = crl({ number: undefined });
  assert.equal(supersedes(old, crl({ number: undefined, thisUpdate: crlTime })), 'newer');
  assert.equal(supersedes(old, crl({ number: 1, thisUpdate: crlTime })), 'newer');
  assert.equal(supersedes(old, crl({ number: undefined, thisUpdate: crlTime - 9e8 })), 'rollback');
});

test('CRLs of other issuers or scopes, and delta CRLs, have nothing to do with it', () => {
  const seven = crl({ number: 7 });
  assert.equal(supersedes(seven, makeCrl(makeCa('Another CA'), { number: 8 }).crl), 'unrelated');
  assert.equal(supersedes(seven, crl({ number: 8, scope: [flag(1)] })), 'unrelated');
  assert.equal(supersedes(seven, crl({ number: 8, base: 7 })), 'unrelated');
});
