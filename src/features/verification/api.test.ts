import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeCa, makeLeaf } from '../../../test/support/made-certificates.ts';
import { type SmallGateway, startSmallGateway } from '../../../test/support/small-gateway.ts';
import { createVerification } from './create-verification.ts';
import { verificationRoutes } from './routes.ts';
import { decision as decisionSchema } from './schemas.ts';
import type { Decision } from './verification.ts';

const root = makeCa('API Root', { notAfter: Date.UTC(2040, 0) });
const leaf = makeLeaf('sip.example.com', root);
let gateway: SmallGateway;
let session: string;

before(async () => {
  gateway = await startSmallGateway({
    features: ({ clock }) => verificationRoutes(createVerification({ clock, trusted: async () => [root.certificate] })),
  });
  session = await gateway.logIn();
});
after(() => gateway.close());

function post(path: string, body: unknown, as = session) {
  return gateway.call('POST', `/api/v1/verification/${path}`, { body, session: as });
}

function file(name: string, pem: string) {
  return { name, content: Buffer.from(pem).toString('base64') };
}

test('a decision about files has the shape that the API promises, accepted or not', async () => {
  for (const [names, accepted] of [
    [['sip.example.com'], true],
    [['192.0.2.7'], false],
  ] as const) {
    const body = { files: [file('sip.pem', leaf.pem)], purpose: 'sip-server', names };
    const { status, json } = await post('decisions', body);
    assert.equal(status, 200);
    const decision = json['decision'] as Decision;
    assert.deepEqual(decisionSchema.parse(decision), decision);
    assert.equal(decision.accepted, accepted);
    assert.match(String(json['text']), accepted ? /^ACCEPTED: / : /^REFUSED: /);
  }
});

test('files may stand in for the trusted CA list, and another moment for now', async () => {
  const files = [file('sip.pem', leaf.pem)];
  const other = await post('decisions', { files, trust: [file('other.pem', makeCa('Other').pem)] });
  assert.equal((other.json['decision'] as Decision).code, 'path.no-issuer');
  const early = await post('decisions', { files, at: '2001-01-01T00:00:00Z' });
  assert.equal((early.json['decision'] as Decision).code, 'path.not-yet-valid');
});

test('what cannot be asked is a problem that names the field or the file', async () => {
  const files = [file('sip.pem', leaf.pem)];
  const codes = async (body: unknown) => {
    const { status, json } = await post('decisions', body);
    return [status, json['code']];
  };
  assert.deepEqual(await codes({ files: [file('x.txt', 'hello')] }), [422, 'verification.file']);
  assert.deepEqual(await codes({ files, crls: files }), [422, 'verification.file']);
  assert.deepEqual(await codes({ files, at: 'yesterday' }), [422, 'verification.input']);
  assert.deepEqual(await codes({ files, policies: ['x'] }), [422, 'verification.input']);
  assert.deepEqual(await codes({ files, names: ['two words'] }), [422, 'verification.input']);
  assert.equal((await codes({ files: [] }))[0], 400);
  assert.equal((await codes({ files, purpose: 'nonsense' }))[0], 400);
});

test('a remote check is for administrators and calls no special address', async () => {
  const auditor = await gateway.logIn('eve', 'auditor');
  assert.equal((await post('remote', { target: '127.0.0.1' }, auditor)).status, 403);
  const { status, json } = await post('remote', { target: '127.0.0.1:5061', sip: true });
  assert.deepEqual([status, json['code']], [422, 'verification.address-refused']);
  assert.match(String(json['detail']), /127\.0\.0\.1 is a loopback address/);
});
