/** Wycheproof: signatures as certificates carry them, through the engine's one place that checks signatures. */
import { verifySignedBy } from '../../src/pki/certificate/verify-signature.ts';
import { parsePublicKey } from '../../src/pki/key/public-key.ts';
import { algorithmFor } from './algorithm-identifiers.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';

interface Group {
  readonly type: string;
  readonly publicKeyDer: string;
  readonly sha?: string;
  readonly mgfSha?: string;
  readonly sLen?: number;
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly ctx?: string;
    readonly result: string;
  }[];
}

export interface WycheproofFile {
  readonly algorithm: string;
  readonly testGroups: readonly Group[];
}

export function wycheproofSuite(name: string, file: WycheproofFile): Suite {
  return {
    name: 'wycheproof',
    cases: file.testGroups.flatMap((group) =>
      group.tests.map((test) => wycheproofCase(`${name}::${test.tcId}`, file, group, test)),
    ),
  };
}

function wycheproofCase(id: string, file: WycheproofFile, group: Group, test: Group['tests'][number]): ConformanceCase {
  const expected = test.result === 'valid' ? 'accept' : test.result === 'acceptable' ? 'either' : 'reject';
  return { id, expected, run: () => runWycheproof(file, group, test) };
}

function runWycheproof(file: WycheproofFile, group: Group, test: Group['tests'][number]): Outcome {
  const key = parsePublicKey(Buffer.from(group.publicKeyDer, 'hex'));
  if (!key.ok) return { actual: 'reject', code: key.error.code, message: key.error.message };
  const good = verifySignedBy(
    {
      tbs: Buffer.from(test.msg, 'hex'),
      signatureAlgorithm: algorithmFor(file.algorithm, group),
      signature: Buffer.from(test.sig, 'hex'),
      ...(test.ctx !== undefined && { context: Buffer.from(test.ctx, 'hex') }),
    },
    key.value,
    { weak: true },
  );
  return { actual: good ? 'accept' : 'reject' };
}
