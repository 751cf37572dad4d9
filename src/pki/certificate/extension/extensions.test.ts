import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createScratch } from '../../../../test/support/openssl-scratch.ts';
import { toHex } from '../../../lib/bytes.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';

const scratch = createScratch();
after(() => scratch.remove());
scratch.openssl('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem');

function parse(...lines: string[]) {
  const [extensions, sections] = [lines.filter((l) => !l.startsWith('[')), lines.filter((l) => l.startsWith('['))];
  const config = ['[req]', 'distinguished_name=dn', 'prompt=no', '[dn]', 'CN=x', '[ext]', ...extensions, ...sections];
  scratch.write('c.cnf', config.join('\n'));
  scratch.openssl('req -x509 -key key.pem -config c.cnf -extensions ext -outform DER -out c.der');
  return parseCertificate(new Uint8Array(scratch.read('c.der')));
}

function read(...lines: string[]): Certificate {
  const parsed = parse(...lines);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.message);
  return parsed.value;
}

function refused(line: string, code: string): void {
  const parsed = parse(line);
  assert.ok(!parsed.ok, line);
  assert.equal(parsed.error.code, code, `${line}: ${parsed.error.message}`);
}

test('basic constraints and key usage', () => {
  const ca = read('basicConstraints=critical,CA:TRUE,pathlen:3', 'keyUsage=critical,keyCertSign,cRLSign,decipherOnly');
  assert.deepEqual(ca.basicConstraints, { ca: true, pathLength: 3 });
  assert.deepEqual([...(ca.keyUsage ?? [])], ['keyCertSign', 'cRLSign', 'decipherOnly']);
  assert.deepEqual(read('basicConstraints=CA:FALSE').basicConstraints, { ca: false });
  assert.equal(read('subjectAltName=DNS:a').basicConstraints, undefined);
  refused('basicConstraints=DER:30060101ff020200', 'der.truncated');
  refused('basicConstraints=DER:30070101ff02020100', 'der.value');
  refused('keyUsage=DER:030200a1ff', 'der.trailing-bytes');
});

test('purposes are dotted identifiers', () => {
  const purposes = read('extendedKeyUsage=serverAuth,clientAuth,1.2.3.4').extendedKeyUsage;
  assert.deepEqual(purposes, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2', '1.2.3.4']);
  refused('extendedKeyUsage=DER:3000', 'extension.empty');
});

test('every kind of alternative name', () => {
  const names = read(
    'subjectAltName=@san\nissuerAltName=email:ca@example.com',
    `[san]\nDNS.1=gate.example.com\nIP.1=192.0.2.1\nIP.2=2001:db8::1\nemail.1=a@example.com\nURI.1=sip:example.com\nRID.1=1.2.3.4
dirName.1=dn2\notherName.1=1.3.6.1.5.5.7.8.7;IA5STRING:_collab-edge._tls.example.com\notherName.2=1.2.3.5;INTEGER:7\n[dn2]\nO=Example`,
  );
  assert.deepEqual(
    names.subjectAltName?.map((n) => {
      switch (n.kind) {
        case 'ip':
          return [n.kind, n.text];
        case 'directory':
          return [n.kind, n.name.rdns[0]?.[0]?.value];
        case 'other':
          return [n.kind, n.oid, n.text];
        case 'registered-id':
          return [n.kind, n.oid];
        case 'dns':
        case 'email':
        case 'uri':
          return [n.kind, n.value];
        default:
          return [n.kind];
      }
    }),
    [
      ['dns', 'gate.example.com'],
      ['ip', '192.0.2.1'],
      ['ip', '2001:db8::1'],
      ['email', 'a@example.com'],
      ['uri', 'sip:example.com'],
      ['registered-id', '1.2.3.4'],
      ['directory', 'Example'],
      ['other', '1.3.6.1.5.5.7.8.7', '_collab-edge._tls.example.com'],
      ['other', '1.2.3.5', undefined],
    ],
  );
  assert.deepEqual(names.issuerAltName, [{ kind: 'email', value: 'ca@example.com' }]);
  refused('subjectAltName=DER:3003820180', 'der.string');
});

test('key identifiers', () => {
  const certificate = read(
    'subjectKeyIdentifier=0102',
    'authorityKeyIdentifier=DER:3016a10f820d6578616d706c652e636f6d2e2e8203010203',
  );
  assert.equal(toHex(certificate.subjectKeyIdentifier ?? new Uint8Array()), '0102');
  assert.equal(toHex(certificate.authorityKeyIdentifier?.serial ?? new Uint8Array()), '010203');
  assert.equal(certificate.authorityKeyIdentifier?.issuer?.length, 1);
  refused('authorityKeyIdentifier=DER:30058203010203', 'extension.value');
});

test('name constraints', () => {
  const { nameConstraints } = read(
    'nameConstraints=critical,permitted;DNS:.example.com,permitted;IP:192.0.2.0/255.255.255.0,excluded;email:example.org',
  );
  assert.deepEqual(
    nameConstraints?.permitted.map(({ base, minimum }) => [base.kind === 'ip' ? base.text : base.kind, minimum]),
    [
      ['dns', 0],
      ['192.0.2.0/255.255.255.0', 0],
    ],
  );
  assert.equal(nameConstraints?.excluded.length, 1);
  refused('nameConstraints=DER:3000', 'extension.empty');
  refused('nameConstraints=DER:3002a000', 'extension.empty');
  refused('nameConstraints=DER:300ca00a30088706c0000200ffff', 'extension.value');
  refused('nameConstraints=DER:300ea00c300a8708c0000200ff00ff00', 'extension.value');
});

test('policies with their qualifiers, mappings and constraints', () => {
  const certificate = read(
    'certificatePolicies=1.2.3.4,@pol\npolicyMappings=1.2.3.4:1.2.3.5\npolicyConstraints=requireExplicitPolicy:2,inhibitPolicyMapping:0\ninhibitAnyPolicy=5',
    '[pol]\npolicyIdentifier=2.23.140.1.2.2\nCPS.1=https://example.com/cps\nuserNotice.1=@notice\n[notice]\nexplicitText=UTF8:Zürich\norganization=Example\nnoticeNumbers=1,2',
  );
  assert.deepEqual(
    certificate.certificatePolicies?.map(({ oid, qualifiers }) => [
      oid,
      qualifiers.map(({ cps, userNotice }) => cps ?? userNotice),
    ]),
    [
      ['1.2.3.4', []],
      [
        '2.23.140.1.2.2',
        ['https://example.com/cps', { organization: 'Example', noticeNumbers: [1, 2], explicitText: 'Zürich' }],
      ],
    ],
  );
  assert.deepEqual(certificate.policyMappings, [{ issuerDomain: '1.2.3.4', subjectDomain: '1.2.3.5' }]);
  assert.deepEqual(certificate.policyConstraints, { requireExplicitPolicy: 2, inhibitPolicyMapping: 0 });
  assert.equal(certificate.inhibitAnyPolicy, 5);
  refused('certificatePolicies=1.2.3.4,1.2.3.4', 'extension.duplicate');
  refused('policyConstraints=DER:3000', 'extension.empty');
  refused('inhibitAnyPolicy=DER:0201ff', 'der.value');
});

test('where CRLs and issuers are found', () => {
  const certificate = read(
    'crlDistributionPoints=dp\nfreshestCRL=URI:http://example.com/delta\nauthorityInfoAccess=OCSP;URI:http://ocsp.example.com,caIssuers;URI:http://example.com/ca\nsubjectInfoAccess=caRepository;URI:http://example.com/repo',
    '[dp]\nfullname=URI:http://example.com/crl\nCRLissuer=dirName:who\nreasons=keyCompromise,CACompromise\n[who]\nO=Example',
  );
  const [point] = certificate.crlDistributionPoints ?? [];
  assert.deepEqual(point?.name, { fullName: [{ kind: 'uri', value: 'http://example.com/crl' }] });
  assert.deepEqual([...(point?.reasons ?? [])], ['keyCompromise', 'cACompromise']);
  assert.equal(point?.crlIssuer?.[0]?.kind, 'directory');
  assert.equal(certificate.freshestCrl?.length, 1);
  assert.deepEqual(
    certificate.authorityInfoAccess?.map(({ method }) => method),
    ['1.3.6.1.5.5.7.48.1', '1.3.6.1.5.5.7.48.2'],
  );
  assert.equal(certificate.subjectInfoAccess?.length, 1);
  const relative = read('crlDistributionPoints=dp', '[dp]\nrelativename=rdn\n[rdn]\nCN=list 1');
  assert.equal(relative.crlDistributionPoints?.[0]?.name?.relativeName?.[0]?.value, 'list 1');
});

test('transparency, stapling and responders', () => {
  const sct = `00${'aa'.repeat(32)}0000018000000000000004030004deadbeef`;
  const entry = `${(sct.length / 2).toString(16).padStart(4, '0')}${sct}`;
  const whole = `${(entry.length / 2).toString(16).padStart(4, '0')}${entry}`;
  const certificate = read(
    `1.3.6.1.4.1.11129.2.4.2=DER:04${(whole.length / 2).toString(16).padStart(2, '0')}${whole}`,
    'tlsfeature=status_request',
    'noCheck=ignored',
  );
  const [timestamp] = certificate.signedCertificateTimestamps ?? [];
  assert.equal(timestamp?.timestamp, 0x18000000000);
  assert.deepEqual(
    [timestamp?.hash, timestamp?.signatureAlgorithm, toHex(timestamp?.signature ?? new Uint8Array())],
    [4, 3, 'deadbeef'],
  );
  assert.deepEqual(certificate.tlsFeature, [5]);
  assert.equal(certificate.ocspNoCheck, true);
  assert.equal(certificate.ctPoison, false);
  assert.equal(read('1.3.6.1.4.1.11129.2.4.3=critical,DER:0500').ctPoison, true);
  refused('1.3.6.1.4.1.11129.2.4.2=DER:0403000200', 'extension.value');
});

test('Netscape and Microsoft extensions', () => {
  const certificate = read(
    'nsComment=made by hand',
    'nsCertType=server,client',
    '1.3.6.1.4.1.311.20.2=DER:1e0a00570065006200530072',
    '1.3.6.1.4.1.311.21.7=DER:300b06032a0304020164020105',
    '1.3.6.1.4.1.311.21.1=DER:0203010002',
    '1.3.6.1.4.1.311.21.10=DER:3007300506032a0304',
  );
  assert.equal(certificate.netscapeComment, 'made by hand');
  assert.deepEqual(certificate.netscapeCertType, ['SSL Client', 'SSL Server']);
  assert.equal(certificate.microsoftTemplateName, 'WebSr');
  assert.deepEqual(certificate.microsoftTemplate, { oid: '1.2.3.4', major: 100, minor: 5 });
  assert.deepEqual(certificate.microsoftCaVersion, { certificateIndex: 2, keyIndex: 1 });
  assert.equal(certificate.microsoftApplicationPolicies?.[0]?.oid, '1.2.3.4');
});

test('usage periods, directory attributes and qualified statements', () => {
  const certificate = read(
    '2.5.29.16=DER:3011800f32303234303130313030303030305a',
    '2.5.29.9=DER:3010300e06032a0304310702010102020080',
    '1.3.6.1.5.5.7.1.3=DER:300a3008060604008e460101',
  );
  assert.deepEqual(certificate.privateKeyUsagePeriod, { notBefore: Date.UTC(2024, 0, 1) });
  assert.equal(certificate.subjectDirectoryAttributes?.[0]?.values.length, 2);
  assert.deepEqual(certificate.qualifiedStatements, [{ oid: '0.4.0.1862.1.1' }]);
});
