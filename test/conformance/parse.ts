/** Parsing: real and odd certificates with the consensus of six parsers, and BoringSSL's DER cases. */
import { parseCertificate } from '../../src/pki/certificate/certificate.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface ParseTest {
  readonly id: string;
  readonly der: string;
  readonly verdict: 'accept' | 'reject' | 'split';
}

export function parseSuite(file: { readonly tests: readonly ParseTest[] }): Suite {
  return { name: 'parse', cases: file.tests.map(parseCase) };
}

function parseCase(test: ParseTest): ConformanceCase {
  return {
    id: test.id,
    expected: test.verdict === 'split' ? 'either' : test.verdict,
    run: () => runParse(base64(test.der)),
  };
}

function runParse(der: Uint8Array): Outcome {
  const parsed = parseCertificate(der);
  return parsed.ok
    ? { actual: 'accept' }
    : { actual: 'reject', code: parsed.error.code, message: `${parsed.error.message} at ${parsed.error.offset}` };
}
