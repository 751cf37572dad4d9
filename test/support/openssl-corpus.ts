/** Certificates, requests, CRLs and OCSP answers that the real `openssl` makes, so that every printer has work. */
import type { Scratch } from './openssl-scratch.ts';

/** Every key type of OpenSSL 3.0 that certificates are made for: arguments of `openssl genpkey`. */
const keys: Readonly<Record<string, string>> = {
  rsa: '-algorithm rsa -pkeyopt rsa_keygen_bits:2048',
  rsa1024: '-algorithm rsa -pkeyopt rsa_keygen_bits:1024',
  rsa3: '-algorithm rsa -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_keygen_pubexp:3',
  pss: '-algorithm rsa-pss -pkeyopt rsa_keygen_bits:1024',
  pssbound:
    '-algorithm rsa-pss -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32',
  p256: '-algorithm ec -pkeyopt ec_paramgen_curve:P-256',
  p384: '-algorithm ec -pkeyopt ec_paramgen_curve:P-384',
  p521: '-algorithm ec -pkeyopt ec_paramgen_curve:P-521',
  p224: '-algorithm ec -pkeyopt ec_paramgen_curve:P-224',
  k256: '-algorithm ec -pkeyopt ec_paramgen_curve:secp256k1',
  brainpool: '-algorithm ec -pkeyopt ec_paramgen_curve:brainpoolP256r1',
  explicit: '-algorithm ec -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:explicit',
  ed25519: '-algorithm ed25519',
  ed448: '-algorithm ed448',
};

/** Signature options, each with the key it goes with. */
const signatures: readonly (readonly [key: string, options: string])[] = [
  ['rsa1024', '-sha1'],
  ['rsa1024', '-md5'],
  ['rsa1024', '-sha224'],
  ['rsa1024', '-sha384'],
  ['rsa1024', '-sha512'],
  ['rsa1024', '-sha256 -sigopt rsa_padding_mode:pss'],
  ['rsa1024', '-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20'],
  ['rsa1024', '-sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20'],
  ['rsa1024', '-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256'],
  ['p256', '-sha1'],
  ['p256', '-sha224'],
  ['p256', '-sha384'],
  ['p256', '-sha512'],
];

const subjects: readonly string[] = [
  '/C=GB/ST=Somewhere/L=Town/O=Example Ltd/OU=One/OU=Two/CN=a.example.com/emailAddress=a@example.com',
  '/CN=Jörg Müller 日本',
  '/O=Comma, Inc./CN=semi;colon',
  '/O=a+CN=multi+OU=valued/CN=b',
  '/CN= leading and trailing ',
  '/CN=#hash',
  '/CN=quote"back\\\\slash<angle>',
  '/DC=com/DC=example/UID=u1/CN=c',
  '/serialNumber=1234/street=1 Road/postalCode=AB1 2CD/businessCategory=Private/CN=d',
  '/jurisdictionC=GB/jurisdictionST=S/jurisdictionL=L/CN=ev',
  '/GN=given/SN=sur/title=Dr/initials=X/name=n/pseudonym=p/dnQualifier=q/generationQualifier=III/CN=person',
  '/1.2.3.4.5=private/CN=oid',
  '/',
];

const serials: readonly string[] = ['0', '1', '127', '128', '0x7fffffffffffffff', '0x8000000000000000', '-5', '-1'];
const ends: readonly string[] = ['1', '10000', '40000', '2900000'];

/** Lines of extension sections; each makes a certificate, all of them together make another. */
const extensions: readonly string[] = [
  'basicConstraints = critical,CA:TRUE,pathlen:200',
  'basicConstraints = CA:FALSE',
  'keyUsage = digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,cRLSign,encipherOnly,decipherOnly',
  'extendedKeyUsage = serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,msSGC,1.2.3.4,anyExtendedKeyUsage,ipsecIKE,msSmartcardLogin',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid:always',
  'authorityKeyIdentifier = keyid:always,issuer:always',
  'subjectAltName = @names',
  'subjectAltName = DNS:a.example,email:a@b.example,URI:sip:example.com,IP:10.1.2.3,IP:2001:db8::1',
  'issuerAltName = issuer:copy,DNS:i.example',
  'certificatePolicies = ia5org,1.2.3.4,@policy,2.5.29.32.0,@other',
  'certificatePolicies = 2.23.140.1.2.1',
  'policyMappings = 1.2.3:1.2.4,1.2.5:1.2.6',
  'policyConstraints = requireExplicitPolicy:3,inhibitPolicyMapping:0',
  'inhibitAnyPolicy = 2',
  'nameConstraints = critical,permitted;DNS:a.b,permitted;email:x@y,excluded;IP:10.0.0.0/255.0.0.0,excluded;IP:2001:db8::/ffff:ffff::,excluded;dirName:dn,permitted;URI:.x.y,permitted;otherName:1.2.3;UTF8:q',
  'crlDistributionPoints = full,relative,issuer',
  'crlDistributionPoints = URI:http://crl.example/a.crl,URI:ldap://crl.example/b',
  'freshestCRL = full',
  'authorityInfoAccess = OCSP;URI:http://o.example,caIssuers;URI:http://c.example,1.2.3.4;DNS:x,OCSP;dirName:dn',
  'subjectInfoAccess = caRepository;URI:http://r.example,ad_timestamping;URI:http://t.example',
  'tlsfeature = status_request,status_request_v2,77',
  'noCheck = ignored',
  'nsComment = made for a test',
  'nsCertType = client,server,email,objsign,reserved,sslCA,emailCA,objCA',
  'nsBaseUrl = http://n.example',
  'nsRevocationUrl = http://n.example/r',
  'nsCaRevocationUrl = http://n.example/c',
  'nsRenewalUrl = http://n.example/n',
  'nsCaPolicyUrl = http://n.example/p',
  'nsSslServerName = n.example',
  '2.5.29.16 = ASN1:SEQUENCE:period',
  '1.2.3.4.5 = critical,DER:01:02:41:42:7f:ff',
  '1.3.6.1.4.1.311.20.2 = ASN1:BMP:WebServer',
  '1.3.6.1.4.1.311.21.1 = ASN1:INT:0',
  '1.3.6.1.4.1.11129.2.4.3 = critical,ASN1:NULL',
];

const sections = `
[req]
distinguished_name = dn
prompt = no
utf8 = yes
string_mask = utf8only
attributes = attributes
[attributes]
[plain]
[dn]
CN = x
[dn2]
C = GB
O = "Org, quoted / and + slashed"
CN = jürgen
+OU = one of two
[names]
DNS.1 = a.example
email.1 = a@b.example
URI.1 = http://q.example
IP.1 = 10.1.2.3
IP.2 = 2001:db8::1
RID.1 = 1.2.840.113549
RID.2 = 1.2.3.4
dirName.1 = dn2
otherName.1 = 1.3.6.1.5.5.7.8.7;IA5:_sip._tls.x.example
otherName.2 = 1.3.6.1.5.5.7.8.5;UTF8:j.example
otherName.3 = 1.3.6.1.4.1.311.20.2.3;UTF8:u@x.example
otherName.4 = 1.2.3.4;UTF8:weird
otherName.5 = 1.2.3.5;IA5:weird
otherName.6 = 1.2.3.6;INT:5
otherName.7 = 1.3.6.1.5.5.7.8.9;UTF8:mail@x.example
otherName.8 = 1.3.6.1.5.5.7.8.8;UTF8:@nai.example
[policy]
policyIdentifier = 1.3.5.8
CPS.1 = http://cps.example
CPS.2 = http://cps2.example
userNotice.1 = @notice
[other]
policyIdentifier = 1.3.5.9
userNotice.1 = @short
[notice]
explicitText = UTF8:Explained ä
organization = Org
noticeNumbers = 1,200
[short]
explicitText = One
organization = Org
noticeNumbers = 1
[full]
fullname = URI:http://a/crl,dirName:dn,DNS:x,email:e@x,RID:1.2.3,IP:1.2.3.4,IP:::1,otherName:1.2.3;UTF8:t,otherName:1.3.6.1.5.5.7.8.7;IA5:_s.x
reasons = keyCompromise,CACompromise,affiliationChanged,superseded,cessationOfOperation,certificateHold,privilegeWithdrawn,AACompromise
CRLissuer = dirName:dn
[relative]
relativename = rdn
[rdn]
CN = relative name
[issuer]
CRLissuer = dirName:dn2
[period]
a = IMP:0,GENTIME:20200101000000Z
b = IMP:1,GENTIME:20210101000000Z
`;

/** DER of certificates: every key, signature, name, serial, date and extension. */
export function makeCertificates(scratch: Scratch): Uint8Array[] {
  for (const [name, options] of Object.entries(keys)) scratch.openssl(`genpkey ${options} -out ${name}.key`);
  const all = extensions.filter((line, i) => extensions.findIndex((l) => nameOf(l) === nameOf(line)) === i);
  const bodies = [...extensions.map((line) => [line]), all];
  const config = sections + bodies.map((lines, i) => `[e${i}]\n${lines.join('\n')}\n`).join('');
  scratch.write('corpus.cnf', config);
  const make = (key: string, subject: string, section: string, options: string): Uint8Array =>
    scratch.openssl([
      ...['req', '-x509', '-config', 'corpus.cnf', '-key', `${key}.key`, '-outform', 'DER', '-utf8'],
      ...['-subj', subject, '-extensions', section, ...options.split(' ').filter((option) => option !== '')],
    ]);
  return [
    ...Object.keys(keys).map((key) => make(key, '/CN=key', 'plain', '')),
    ...signatures.map(([key, options]) => make(key, '/CN=signature', 'plain', options)),
    ...subjects.map((subject) => make('p256', subject, 'plain', '')),
    ...serials.map((serial) => make('p256', '/CN=serial', 'plain', `-set_serial ${serial}`)),
    ...ends.map((days) => make('p256', '/CN=end', 'plain', `-days ${days}`)),
    ...bodies.map((_, i) => make('p256', '/CN=extension', `e${i}`, '')),
  ];
}

/** DER of requests: without anything, with attributes, with extensions. After `makeCertificates`. */
export function makeRequests(scratch: Scratch): Uint8Array[] {
  const attributes = 'challengePassword = a secret\nunstructuredName = An Example\nunstructuredAddress = 1 Road\n';
  scratch.write('attributes.cnf', sections.replace('[attributes]\n', `[attributes]\n${attributes}`));
  const make = (key: string, ...options: readonly string[]): Uint8Array =>
    scratch.openssl(['req', '-new', '-key', `${key}.key`, '-outform', 'DER', '-utf8', ...options]);
  return [
    ...['rsa', 'p256', 'p521', 'ed25519', 'pss'].map((key) => make(key, '-config', 'corpus.cnf', '-subj', '/CN=plain')),
    make('p256', '-config', 'corpus.cnf', '-subj', '/CN=a', '-reqexts', 'e7'),
    make('p256', '-config', 'corpus.cnf', '-subj', '/CN=b', '-reqexts', 'e2'),
    make('p256', '-config', 'corpus.cnf', '-subj', '/', '-reqexts', 'e8'),
    make('p256', '-config', 'attributes.cnf', '-subj', '/CN=c'),
  ];
}

/** DER of CRLs: empty and not, with every reason and the extensions of RFC 5280 5.2 and 5.3. */
export function makeCrls(scratch: Scratch): Uint8Array[] {
  const points = [
    'fullname = URI:http://crl.example/a',
    'fullname = URI:http://crl.example/a\nonlyuser = TRUE',
    'onlyCA = TRUE',
    'onlyAA = TRUE',
    'indirectCRL = TRUE\nfullname = URI:http://crl.example/a',
    'onlysomereasons = keyCompromise,superseded',
    'relativename = rdn',
  ];
  const lines = [
    ...points.map((_, i) => `issuingDistributionPoint = critical,@p${i}`),
    'authorityKeyIdentifier = keyid:always,issuer:always',
    'freshestCRL = URI:http://crl.example/delta',
    'issuerAltName = DNS:i.example',
    '2.5.29.27 = critical,ASN1:INT:4',
    'authorityInfoAccess = caIssuers;URI:http://c.example',
  ];
  scratch.write(
    'crl.cnf',
    [crlConfig, sections, ...points.map((p, i) => `[p${i}]\n${p}`), ...lines.map((l, i) => `[x${i}]\n${l}`)].join('\n'),
  );
  scratch.openssl('req -x509 -config crl.cnf -key p256.key -subj /CN=crl -out crl-ca.pem -extensions ca_extensions');
  scratch.write('crlnumber', '0100000000000000000000000000000000000000\n');
  const reasons = ['', ...revocations.map((r) => `,${r}`)];
  const index = reasons.map(
    (reason, i) => `R\t300101000000Z\t250101000000Z${reason}\t${(16 + i).toString(16)}\tunknown\t/CN=${i}`,
  );
  const make = (...options: readonly string[]): Uint8Array => {
    const pem = scratch.openssl(['ca', '-gencrl', '-config', 'crl.cnf', '-batch', '-crldays', '30', ...options]);
    scratch.write('made.crl', pem);
    return scratch.openssl('crl -in made.crl -outform DER');
  };
  scratch.write('index.txt', '');
  const empty = make();
  scratch.write('index.txt', `${index.join('\n')}\n`);
  return [empty, make(), ...lines.map((_, i) => make('-crlexts', `x${i}`))];
}

const revocations = [
  'unspecified',
  'keyCompromise',
  'CACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'removeFromCRL',
  'holdInstruction,holdInstructionReject',
  'keyTime,20240101000000Z',
  'CAkeyTime,20240101000000Z',
];

const crlConfig = `
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = crlnumber
certificate = crl-ca.pem
private_key = p256.key
default_md = sha256
[ca_extensions]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
`;

/** DER of OCSP answers: good, revoked and unknown certificates, by name and by key, with a nonce. After `makeCrls`. */
export function makeOcspAnswers(scratch: Scratch): Uint8Array[] {
  scratch.write(
    'index.txt',
    [
      'V\t300101000000Z\t\t01\tunknown\t/CN=1',
      'R\t300101000000Z\t250101000000Z,keyCompromise\t02\tunknown\t/CN=2',
      'R\t300101000000Z\t250101000000Z\t03\tunknown\t/CN=3',
      '',
    ].join('\n'),
  );
  const make = (request: string, ...options: readonly string[]): Uint8Array => {
    scratch.openssl(`ocsp -issuer crl-ca.pem ${request} -reqout ocsp.req`);
    scratch.openssl([
      ...['ocsp', '-index', 'index.txt', '-CA', 'crl-ca.pem', '-rsigner', 'crl-ca.pem', '-rkey', 'p256.key'],
      ...['-reqin', 'ocsp.req', '-respout', 'ocsp.answer', ...options],
    ]);
    return scratch.read('ocsp.answer');
  };
  return [
    make('-serial 1'),
    make('-serial 2 -no_nonce'),
    make('-serial 3', '-resp_key_id', '-ndays', '2'),
    make('-serial 9', '-resp_no_certs', '-nmin', '5'),
    make('-sha256 -serial 1 -serial 2 -serial 3'),
  ];
}

function nameOf(line: string): string {
  return line.split(' = ')[0] ?? line;
}
