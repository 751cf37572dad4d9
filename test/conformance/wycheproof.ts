/** Wycheproof: signatures as certificates carry them, through the engine's one place that checks signatures. */
import { verifySignedBy } from '../../src/pki/certificate/verify-signature.ts';
import { parsePublicKey } from '../../src/pki/key/public-key.ts';
import { algorithmFor } from './algorithm-identifiers.ts';
import type { ConformanceCase, Outcome, Suite } from './suite.ts';

interface Group {
  readonly type: string;
  /** Absent where the suite hands out a private key, or another form of the public one, alone. */
  readonly publicKeyDer?: string | null;
  readonly sha?: string;
  readonly mgf?: string;
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

/** Signatures in the form that certificates carry. */
const types: ReadonlySet<string> = new Set([
  'EcdsaVerify',
  'EddsaVerify',
  'MlDsaVerify',
  'RsassaPkcs1Verify',
  'RsassaPssVerify',
  'RsassaPssWithParametersVerify',
]);

function runWycheproof(file: WycheproofFile, group: Group, test: Group['tests'][number]): Outcome {
  const { publicKeyDer } = group;
  if (!types.has(group.type) || typeof publicKeyDer !== 'string')
    return { actual: 'not supported', message: `no certificate carries what the type ${group.type} is about` };
  const key = parsePublicKey(Buffer.from(publicKeyDer, 'hex'));
  if (!key.ok) return { actual: 'reject', code: key.error.code, message: key.error.message };
  const { algorithm } = file;
  const signatureAlgorithm = algorithmFor({ ...group, algorithm, key: key.value.algorithm });
  if (signatureAlgorithm === undefined)
    return { actual: 'not supported', message: `${algorithm} with ${group.sha ?? 'no hash'} has no identifier` };
  const good = verifySignedBy(
    {
      tbs: Buffer.from(test.msg, 'hex'),
      signatureAlgorithm,
      signature: Buffer.from(test.sig, 'hex'),
      ...(test.ctx !== undefined && { context: Buffer.from(test.ctx, 'hex') }),
    },
    key.value,
    { weak: true },
  );
  return { actual: good ? 'accept' : 'reject' };
}
