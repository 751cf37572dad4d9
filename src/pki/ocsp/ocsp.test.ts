import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScratch } from '../../../test/support/openssl-scratch.ts';
import { at, decodeTlv, encodeTlv, primitive, type Tlv } from '../../../test/support/tlv.ts';
import { toHex } from '../../lib/bytes.ts';
import { parseCertificate } from '../certificate/certificate.ts';
import { verifySignedBy } from '../certificate/verify-signature.ts';
import { parseOcspRequest, parseOcspResponse } from './ocsp.ts';

const scratch = createScratch();
after(() => scratch.remove());

scratch.openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=CA -days 10');
for (const [name, serial] of [
  ['good', '0x11'],
  ['bad', '0x22'],
  ['strange', '0x33'],
]) {
  scratch.openssl(`req -new -newkey rsa:2048 -nodes -keyout k.pem -out r.pem -subj /CN=${name}`);
  scratch.openssl(`x509 -req -in r.pem -CA ca.pem -CAkey ca.key -set_serial ${serial} -out ${name}.pem -days 5`);
}
scratch.write(
  'index.txt',
  'V\t400101000000Z\t\t11\tunknown\t/CN=good\nR\t400101000000Z\t240102030405Z,keyCompromise\t22\tunknown\t/CN=bad\n',
);
scratch.openssl('ocsp -issuer ca.pem -cert good.pem -cert bad.pem -cert strange.pem -reqout request.der -nonce');
scratch.openssl(
  'ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin request.der -respout response.der -ndays 3',
);
const request = new Uint8Array(scratch.read('request.der'));
const response = new Uint8Array(scratch.read('response.der'));

test('a request names its certificates and carries a nonce', () => {
  const parsed = parseOcspRequest(request);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  assert.deepEqual(
    parsed.value.requests.map(({ certId }) => toHex(certId.serial)),
    ['11', '22', '33'],
  );
  assert.equal(parsed.value.requests[0]?.certId.hashAlgorithm, '1.3.14.3.2.26');
  assert.equal(parsed.value.nonce?.length, 16);
});

test('an answer says good, revoked and unknown, and is signed', () => {
  const parsed = parseOcspResponse(response);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  const { basic, status } = parsed.value;
  assert.equal(status, 'successful');
  assert.ok(basic);
  assert.deepEqual(
    basic.responses.map(({ certId, status, revokedAt, reason }) => [toHex(certId.serial), status, revokedAt, reason]),
    [
      ['11', 'good', undefined, undefined],
      ['22', 'revoked', Date.UTC(2024, 0, 2, 3, 4, 5), 'keyCompromise'],
      ['33', 'unknown', undefined, undefined],
    ],
  );
  const [first] = basic.responses;
  assert.equal((first?.nextUpdate ?? 0) - (first?.thisUpdate ?? 0), 3 * 86_400_000);
  assert.ok('name' in basic.responder);
  assert.equal(basic.certificates.length, 1);
  const nonce = parseOcspRequest(request);
  assert.ok(nonce.ok);
  assert.deepEqual(basic.nonce, nonce.value.nonce);
  const ca = parseCertificate(basic.certificates[0]!.der);
  assert.ok(ca.ok && verifySignedBy(basic, ca.value.publicKey));
});

test('a responder may name itself by its key', () => {
  scratch.openssl(
    'ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin request.der -respout k.der -resp_key_id -resp_no_certs',
  );
  const parsed = parseOcspResponse(new Uint8Array(scratch.read('k.der')));
  assert.ok(parsed.ok && parsed.value.basic && 'keyHash' in parsed.value.basic.responder);
  assert.equal(parsed.value.basic.responder.keyHash.length, 20);
  assert.deepEqual(parsed.value.basic.certificates, []);
});

test('an error answer has a status and nothing else', () => {
  const parsed = parseOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 6));
  assert.ok(parsed.ok);
  assert.equal(parsed.value.status, 'unauthorized');
  assert.ok(!parseOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 0)).ok);
  assert.ok(!parseOcspResponse(Uint8Array.of(0x30, 3, 0x0a, 1, 4)).ok);
});

test('a damaged answer is refused', () => {
  const refusedAs = (change: (data: Tlv, basic: Tlv) => unknown) => {
    const tree = decodeTlv(response);
    const holder = at(tree, 1, 0, 1);
    const basic = decodeTlv(holder.content!);
    change(at(basic, 0), basic);
    holder.content = encodeTlv(basic);
    const parsed = parseOcspResponse(encodeTlv(tree));
    assert.ok(!parsed.ok);
    return parsed.error.code;
  };
  const responses = 2;
  assert.equal(
    refusedAs((d) => Object.assign(at(d, 1), { content: Buffer.from('2024Z') })),
    'der.time',
  );
  assert.equal(
    refusedAs((d) => Object.assign(at(d, responses, 0, 1), { tag: 0x83 })),
    'der.tag',
  );
  assert.equal(
    refusedAs((d) => Object.assign(at(d, responses, 0, 1), { content: Uint8Array.of(1) })),
    'der.null',
  );
  assert.equal(
    refusedAs((d) => at(d, responses, 0).children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  assert.equal(
    refusedAs((_, b) => b.children?.push(primitive(5))),
    'der.trailing-bytes',
  );
  for (let length = 0; length < response.length; length += 3)
    assert.ok(!parseOcspResponse(response.subarray(0, length)).ok);
  for (let length = 0; length < request.length; length++) assert.ok(!parseOcspRequest(request.subarray(0, length)).ok);
});
