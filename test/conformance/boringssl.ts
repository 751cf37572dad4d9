/** BoringSSL: comparison of names, signatures, DER parsing. */
import { equalNames, parseName } from '../../src/pki/name/distinguished-name.ts';
import type { ConformanceCase, Suite } from './suite.ts';
import { base64 } from './vectors.ts';

export interface NameTest {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly expected: boolean;
}

export function nameMatchSuite(file: { readonly tests: readonly NameTest[] }): Suite {
  return { name: 'boringssl-names', cases: file.tests.map(nameCase) };
}

function nameCase(test: NameTest): ConformanceCase {
  return {
    id: test.id,
    expected: test.expected ? 'accept' : 'reject',
    run: () => {
      const a = parseName(base64(test.a));
      const b = parseName(base64(test.b));
      return { actual: a.ok && b.ok && equalNames(a.value, b.value) ? 'accept' : 'reject' };
    },
  };
}
