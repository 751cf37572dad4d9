/**
 * A certificate authority run by the real `openssl` command in a demoCA folder (index.txt, serial, newcerts,
 * private), the way an operator without a PKI product keeps one. Every function works in a folder the caller owns.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs `openssl` and returns its standard output; an exit code other than 0 throws with what it said. */
export async function openssl(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { stdout } = await run('openssl', args, { ...options, maxBuffer: 64 << 20 });
  return stdout;
}

export type OpensslKey = 'rsa' | 'rsa-3072' | 'rsa-4096' | 'rsa-1024' | 'ec' | 'ec-p384' | 'ed25519';

/** Makes a private key as unencrypted PKCS#8 PEM. */
export async function createOpensslKey(kind: OpensslKey): Promise<string> {
  if (kind === 'ed25519') return openssl(['genpkey', '-algorithm', 'ed25519']);
  const [type, size] = kind.split('-');
  const option = type === 'rsa' ? `rsa_keygen_bits:${size ?? 2048}` : `ec_paramgen_curve:${size ?? 'p256'}`;
  return openssl(['genpkey', '-algorithm', type ?? '', '-pkeyopt', option.replace(/:p(\d+)$/, ':P-$1')]);
}

export interface OpensslSignOptions {
  /** Lines of the extension section, such as `subjectAltName = DNS:a.example.com`. Unless given, those of the CSR. */
  readonly extensions?: readonly string[];
  readonly days?: number;
  /** `YYYYMMDDHHMMSSZ`, as `openssl ca` takes them; `endDate` wins over `days`. */
  readonly startDate?: string;
  readonly endDate?: string;
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'md5';
}

export interface OpensslCa {
  /** The demoCA folder. */
  readonly folder: string;
  readonly certificate: string;
  /** The CA's private key, PEM: a test may sign with it by itself. */
  readonly key: string;
  /** The file that holds the certificate, for `-CAfile` and `--cacert`. */
  readonly certificateFile: string;
  /** Signs a CSR (PEM or DER) with `openssl ca` and returns the certificate as PEM. */
  sign(csr: string | Uint8Array, options?: OpensslSignOptions): Promise<string>;
  /** Makes a key and a CSR with these DNS names (the first is the CN) and signs it. */
  issue(
    names: readonly string[],
    options?: OpensslSignOptions & { key?: OpensslKey; subject?: string },
  ): Promise<{ certificate: string; key: string }>;
  /** A CA below this one, in a demoCA folder of its own. */
  issueCa(folder: string, options: OpensslCaOptions): Promise<OpensslCa>;
  revoke(certificate: string, reason?: string): Promise<void>;
  /** A CRL over what was revoked, as PEM. `seconds`, when given, wins over `days`. */
  crl(options?: { days?: number; seconds?: number; extensions?: readonly string[] }): Promise<string>;
}

export interface OpensslCaOptions {
  /** Common name. */
  readonly name: string;
  readonly key?: OpensslKey;
  readonly days?: number;
  /** Instead of basicConstraints, keyUsage and the two key identifiers. */
  readonly extensions?: readonly string[];
  readonly digest?: OpensslSignOptions['digest'];
}

/** Makes a self-signed CA in `folder`, which is created when missing. */
export async function createOpensslCa(folder: string, options: OpensslCaOptions): Promise<OpensslCa> {
  const key = await prepareFolder(folder, options);
  await writeFile(join(folder, 'root.cnf'), config(folder, options.extensions ?? caExtensions));
  const certificate = await openssl(
    ['req', '-new', '-x509', '-key', join(folder, 'private/cakey.pem'), '-config', join(folder, 'root.cnf')].concat(
      ['-subj', `/CN=${options.name}`, '-days', String(options.days ?? 3650)],
      ['-extensions', 'given', `-${options.digest ?? 'sha256'}`],
    ),
  );
  return openCa(folder, certificate, key);
}

/** A CSR made by openssl: PEM. */
export async function createOpensslCsr(
  folder: string,
  key: string,
  options: { subject: string; extensions?: readonly string[]; digest?: string },
): Promise<string> {
  const file = join(folder, `csr-${fileNumber++}`);
  await writeFile(`${file}.key`, key, { mode: 0o600 });
  await writeFile(`${file}.cnf`, config(folder, options.extensions ?? []));
  return openssl(
    ['req', '-new', '-key', `${file}.key`, '-config', `${file}.cnf`, '-subj', options.subject].concat(
      ['-utf8', `-${options.digest ?? 'sha256'}`],
      options.extensions?.length ? ['-reqexts', 'given'] : [],
    ),
  );
}

/** A PKCS#12 file of a certificate, its key and further certificates; `legacy` writes RC2 and 3DES with SHA-1. */
export async function createOpensslPkcs12(
  folder: string,
  contents: { certificate: string; key: string; chain?: readonly string[]; password: string },
  options: { legacy?: boolean; args?: readonly string[] } = {},
): Promise<Uint8Array> {
  const file = join(folder, `p12-${fileNumber++}`);
  await writeFile(`${file}.pem`, [contents.key, contents.certificate].join('\n'), { mode: 0o600 });
  await writeFile(`${file}.chain`, (contents.chain ?? []).join('\n'));
  await openssl(
    ['pkcs12', '-export', '-in', `${file}.pem`, '-out', `${file}.p12`, '-passout', 'env:P12_PASSWORD'].concat(
      contents.chain?.length ? ['-certfile', `${file}.chain`] : [],
      options.legacy ? ['-legacy'] : [],
      options.args ?? [],
    ),
    { env: { ...process.env, P12_PASSWORD: contents.password } },
  );
  return readFile(`${file}.p12`);
}

const caExtensions = [
  'basicConstraints = critical, CA:TRUE',
  'keyUsage = critical, keyCertSign, cRLSign',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid',
];

let fileNumber = 0;

async function prepareFolder(folder: string, options: OpensslCaOptions): Promise<string> {
  for (const name of ['certs', 'newcerts', 'private']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'index.txt'), '');
  await writeFile(join(folder, 'index.txt.attr'), 'unique_subject = no\n');
  await writeFile(join(folder, 'serial'), '10\n');
  await writeFile(join(folder, 'crlnumber'), '01\n');
  const key = await createOpensslKey(options.key ?? 'ec');
  await writeFile(join(folder, 'private/cakey.pem'), key, { mode: 0o600 });
  return key;
}

async function openCa(folder: string, certificate: string, key: string): Promise<OpensslCa> {
  const certificateFile = join(folder, 'cacert.pem');
  await writeFile(certificateFile, certificate);

  // `openssl ca` keeps index.txt and serial in files, so two runs at once would lose one: each waits for the last.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
  const ca = async (extensions: readonly string[] | undefined, args: readonly string[]): Promise<string> => {
    const file = join(folder, `run-${fileNumber++}.cnf`);
    await writeFile(file, config(folder, extensions ?? []));
    return inTurn(() => openssl(['ca', '-batch', '-notext', '-config', file, ...args]));
  };

  const self: OpensslCa = {
    folder,
    certificate,
    key,
    certificateFile,
    async sign(csr, options = {}) {
      const input = join(folder, `request-${fileNumber++}.pem`);
      await writeFile(input, typeof csr === 'string' ? csr : requestPem(csr));
      return ca(options.extensions, [
        ...['-in', input, '-md', options.digest ?? 'sha256'],
        ...(options.extensions === undefined ? [] : ['-extensions', 'given']),
        ...(options.startDate === undefined ? [] : ['-startdate', options.startDate]),
        ...(options.endDate === undefined ? ['-days', String(options.days ?? 365)] : ['-enddate', options.endDate]),
      ]);
    },
    async issue(names, options = {}) {
      const leafKey = await createOpensslKey(options.key ?? 'ec');
      const subject = options.subject ?? `/CN=${names[0]}`;
      const csr = await createOpensslCsr(folder, leafKey, { subject });
      const extensions = options.extensions ?? [
        'basicConstraints = CA:FALSE',
        'keyUsage = critical, digitalSignature, keyEncipherment',
        'extendedKeyUsage = serverAuth, clientAuth',
        `subjectAltName = ${names.map((name) => `DNS:${name}`).join(',')}`,
        'authorityKeyIdentifier = keyid',
      ];
      return { certificate: await self.sign(csr, { ...options, extensions }), key: leafKey };
    },
    async issueCa(below, options) {
      const belowKey = await prepareFolder(below, options);
      const csr = await createOpensslCsr(below, belowKey, { subject: `/CN=${options.name}` });
      const issued = await self.sign(csr, {
        days: options.days ?? 1825,
        extensions: options.extensions ?? caExtensions,
        ...(options.digest === undefined ? {} : { digest: options.digest }),
      });
      return openCa(below, issued, belowKey);
    },
    async revoke(revoked, reason) {
      const file = join(folder, `revoke-${fileNumber++}.pem`);
      await writeFile(file, revoked);
      await ca(undefined, ['-revoke', file, ...(reason === undefined ? [] : ['-crl_reason', reason])]);
    },
    crl: ({ days = 30, seconds, extensions } = {}) => {
      const life = seconds === undefined ? ['-crldays', String(days)] : ['-crlsec', String(seconds)];
      return ca(extensions, ['-gencrl', ...life, ...(extensions ? ['-crlexts', 'given'] : [])]);
    },
  };
  return self;
}

/** The configuration file: one CA section that takes any subject, one section with the extensions asked for. */
function config(folder: string, extensions: readonly string[]): string {
  return `
[ca]
default_ca = demo
[demo]
dir = ${folder}
database = $dir/index.txt
new_certs_dir = $dir/newcerts
serial = $dir/serial
crlnumber = $dir/crlnumber
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
default_md = sha256
default_days = 365
policy = policy_anything
copy_extensions = copy
unique_subject = no
string_mask = utf8only
utf8 = yes
[policy_anything]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = dn
utf8 = yes
string_mask = utf8only
prompt = no
[dn]
[given]
${extensions.join('\n')}
`;
}

function requestPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
