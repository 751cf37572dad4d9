/** Parsing: real and odd certificates with the consensus of six parsers on whether they can be read, and what they say. */
import { createHash } from 'node:crypto';
import { type Certificate, parseCertificate } from '../../src/pki/certificate/certificate.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface ParseTest {
  readonly id: string;
  readonly der: string;
  readonly verdict: 'accept' | 'reject' | 'split';
  readonly fields?: ParseFields | null;
}

/** Hashes are the first 16 octets of SHA-256, in hexadecimal. */
interface ParseFields {
  readonly version?: number;
  readonly serial?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly spki?: string;
  readonly tbs?: string;
  /** Fields that the six parsers do not agree on, with what each makes of them. */
  readonly _disputed?: unknown;
  readonly extensions?: readonly (readonly [oid: string, critical: boolean, hash: string])[];
}

export function parseSuite(file: { readonly tests: readonly ParseTest[] }): Suite {
  return { name: 'parse', cases: file.tests.map(parseCase) };
}

function parseCase(test: ParseTest): ConformanceCase {
  return {
    id: test.id,
    expected: test.verdict === 'split' ? 'either' : test.verdict,
    run: () => runParse(test),
  };
}

/** The six parsers do not look into extensions when they read a certificate; neither does this. */
function runParse({ der, fields }: ParseTest): Outcome {
  const parsed = parseCertificate(base64(der), { deferExtensions: true });
  if (!parsed.ok)
    return { actual: 'reject', code: parsed.error.code, message: `${parsed.error.message} at ${parsed.error.offset}` };
  const wrong = differences(parsed.value, fields ?? {});
  return wrong.length === 0 ? { actual: 'accept' } : { actual: 'other fields', message: wrong.join(', ') };
}

function differences(c: Certificate, fields: ParseFields): readonly string[] {
  const got: Omit<Required<ParseFields>, '_disputed'> = {
    version: c.version,
    serial: serialHex(c.serial),
    notBefore: isoSeconds(c.notBefore),
    notAfter: isoSeconds(c.notAfter),
    issuer: hash(c.issuer.der),
    subject: hash(c.subject.der),
    spki: hash(c.publicKeyInfo),
    tbs: hash(c.tbs),
    extensions: c.extensions.map(({ oid, critical, value }) => [oid, critical, hash(value)] as const),
  };
  return Object.entries(fields).flatMap(([name, wanted]) => {
    if (name === '_disputed') return [];
    const value = got[name as keyof typeof got];
    return JSON.stringify(value) === JSON.stringify(wanted) ? [] : [name];
  });
}

/** As Python prints a number: without leading zeros, negative ones with a sign. */
function serialHex(content: Uint8Array): string {
  const value = BigInt.asIntN(content.length * 8, BigInt(`0x${Buffer.from(content).toString('hex')}`));
  return value.toString(16);
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
