import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { verdict, verify } from '../../../test/support/verified.ts';

const root = makeCa('Root');
const ca = makeCa('CA', { issuer: root });
const leaf = makeLeaf('host.example.com', ca);

function names(result: ReturnType<typeof verify>): string {
  return result.path.map(({ subject }) => subject.rdns.flat()[0]?.value).join(' < ');
}

test('a chain is found in any order and among strangers', () => {
  const strangers = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => makeCa(name));
  for (const bag of [[ca], [ca, root], [root, ca], [...strangers, ca], [leaf, ca, ca, ...strangers, root]]) {
    const result = verify(leaf, [root], { bag });
    assert.equal(verdict(result), 'accepted');
    assert.equal(names(result), 'host.example.com < CA < Root');
  }
});

test('a missing intermediate is named, whether few or many certificates were presented', () => {
  const deep = makeCa('Deep CA', { issuer: ca });
  const below = makeLeaf('deep.example.com', deep);
  const strangers = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => makeCa(name));
  for (const bag of [[deep], [deep, ...strangers]]) {
    const result = verify(below, [root], { bag });
    assert.ok(!result.accepted);
    assert.equal(result.rejection.code, 'path.no-issuer');
    assert.match(result.rejection.message, /issuer “CN=CA” is neither trusted nor presented/);
  }
});

test('a self-signed certificate that is not trusted is called so', () => {
  const result = verify(makeLeaf('alone.example.com', undefined), [root]);
  assert.ok(!result.accepted);
  assert.match(result.rejection.message, /self-signed and is not trusted here/);
});

test('two trusted CAs with one name and two keys both work, as trusted CAs and below a bag', () => {
  const twin = makeCa('Root');
  const peers = [makeLeaf('one.example.com', root), makeLeaf('two.example.com', twin)];
  for (const peer of peers) assert.equal(verdict(verify(peer, [root, twin])), 'accepted');
  for (const peer of peers) assert.equal(verdict(verify(peer, [twin, root])), 'accepted');
  assert.equal(verdict(verify(peers[1]!, [root])), 'path.signature-invalid');
});

test('CAs of one name without key identifiers are all tried', () => {
  const bare = { extensions: { subjectKeyIdentifier: undefined, authorityKeyIdentifier: undefined } };
  const twins = Array.from({ length: 12 }, () => makeCa('Twin', { issuer: root, ...bare }));
  for (const twin of [twins[0]!, twins[11]!]) {
    const peer = makeLeaf('peer.example.com', twin, bare);
    assert.equal(verdict(verify(peer, [root], { bag: twins })), 'accepted');
  }
});

test('an expired alternative beside a good one does no harm, whichever comes first', () => {
  const old = makeCa('Old Root', { notAfter: Date.UTC(2025, 6) });
  const crossed = makeCa('CA', { issuer: old, key: ca.key });
  for (const bag of [
    [crossed, ca],
    [ca, crossed],
  ]) {
    assert.equal(verdict(verify(leaf, [old, root], { bag })), 'accepted');
  }
  assert.equal(verdict(verify(leaf, [old], { bag: [crossed, ca] })), 'path.expired');
});

test('mutual cross-signs do not make the search go round', () => {
  const a = makeCa('A');
  const b = makeCa('B');
  const ab = makeCa('A', { issuer: b, key: a.key });
  const ba = makeCa('B', { issuer: a, key: b.key });
  const peer = makeLeaf('peer.example.com', a);
  assert.equal(verdict(verify(peer, [root], { bag: [ab, ba] })), 'path.no-issuer');
  const anchored = makeCa('B', { issuer: root, key: b.key });
  assert.equal(names(verify(peer, [root], { bag: [ab, ba, anchored] })), 'peer.example.com < A < B < Root');
});

test('a root presented beside the chain does not lengthen the path, nor hide why it is refused', () => {
  const limited = makeCa('CA', {
    issuer: root,
    extensions: { nameConstraints: { permitted: [{ kind: 'dns', value: 'example.org' }] } },
  });
  const refused = verify(makeLeaf('host.example.com', limited), [root], { bag: [limited, root] });
  assert.equal(verdict(refused), 'path.name-not-permitted');
  assert.equal(names(refused), 'host.example.com < CA < Root');
});

test('the same name and key does not appear twice in a path', () => {
  const renewed = makeCa('CA', { issuer: ca, key: ca.key });
  const result = verify(leaf, [root], { bag: [renewed, ca] });
  assert.equal(names(result), 'host.example.com < CA < Root');
});

test('six CA certificates below the anchor are allowed, seven are not, self-issued ones are not counted', () => {
  const chain = [makeCa('CA 0', { issuer: root })];
  for (let i = 1; i < 7; i++) chain.push(makeCa(`CA ${i}`, { issuer: chain[i - 1]! }));
  const bag = chain;
  assert.equal(verdict(verify(makeLeaf('six.example.com', chain[5]), [root], { bag })), 'accepted');
  const seven = verify(makeLeaf('seven.example.com', chain[6]), [root], { bag });
  assert.equal(verdict(seven), 'path.too-long');
  assert.equal(verdict(verify(makeLeaf('a.example.com', chain[6]), [root], { bag, maxIntermediates: 7 })), 'accepted');
  const again = makeCa('CA 5', { issuer: chain[5]! });
  assert.equal(verdict(verify(makeLeaf('b.example.com', again), [root], { bag: [...chain, again] })), 'accepted');
});

test('names of CAs are compared as the standard says, not as bytes', () => {
  const shouting = makeCa('x', { subject: [{ type: 'CN', value: '  EXAMPLE   Root ' }] });
  const quiet = makeCa('y', { subject: [{ type: 'CN', value: 'Example root' }], key: shouting.key });
  const peer = makeLeaf('peer.example.com', quiet);
  assert.equal(verdict(verify(peer, [shouting])), 'accepted');
  const between = makeCa('Between', { issuer: quiet });
  assert.equal(verdict(verify(makeLeaf('p.example.com', between), [shouting], { bag: [between] })), 'accepted');
});

test('of several failed paths the one that came furthest is reported', () => {
  const other = makeCa('CA', { issuer: makeCa('Unknown') });
  const wrongKey = makeCa('CA', { issuer: root });
  const expired = makeCa('CA', { issuer: root, key: ca.key, notAfter: Date.UTC(2025, 6) });
  const constrained = makeCa('CA', {
    issuer: root,
    key: ca.key,
    extensions: { nameConstraints: { permitted: [{ kind: 'dns', value: 'example.org' }] } },
  });
  assert.equal(verdict(verify(leaf, [root], { bag: [other] })), 'path.no-issuer');
  assert.equal(verdict(verify(leaf, [root], { bag: [other, expired] })), 'path.expired');
  assert.equal(verdict(verify(leaf, [root], { bag: [expired, wrongKey] })), 'path.signature-invalid');
  assert.equal(verdict(verify(leaf, [root], { bag: [constrained, wrongKey, expired] })), 'path.name-not-permitted');
  const result = verify(leaf, [root], { bag: [wrongKey, constrained] });
  assert.equal(result.path.at(1), constrained.certificate, 'the path reported is the one of the rejection');
});

test('a demand on the whole path makes the search go on to another one', () => {
  const crossed = makeCa('CA', { issuer: makeCa('Unused'), key: ca.key });
  const anotherRoot = makeCa('Another Root');
  const second = makeCa('CA', { issuer: anotherRoot, key: ca.key });
  const seen: string[] = [];
  const result = verify(leaf, [root, anotherRoot], {
    bag: [ca, crossed, second],
    checkPath: (_, anchor) => {
      const name = anchor.certificate.subject.rdns.flat()[0]!.value;
      seen.push(name);
      return name === 'Root'
        ? { code: 'revocation.revoked', message: 'revoked', next: 'none', clause: 'none' }
        : undefined;
    },
  });
  assert.equal(verdict(result), 'accepted');
  assert.equal(result.path.at(-1), anotherRoot.certificate);
  assert.ok(seen.includes('Another Root'));
});
