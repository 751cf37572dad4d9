/** What `openssl verify` says about a chain. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodePem } from '../../src/pki/pem.ts';
import { testTime } from '../support/verified.ts';
import type { BuiltChain } from './build-chain.ts';
import type { ChainSpec } from './chain-spec.ts';

export interface OpensslVerdict {
  readonly accepted: boolean;
  /** Numbers of the verification errors (x509_vfy.h) and how far above the leaf they were met, the first met first. */
  readonly errors: readonly { readonly number: number; readonly depth: number }[];
  readonly output: string;
}

const run = promisify(execFile);

/** Runs it in a folder of its own; without certificates there is nothing to run. */
export async function opensslVerdict(folder: string, chain: ChainSpec, built: BuiltChain): Promise<OpensslVerdict> {
  mkdirSync(folder, { recursive: true });
  const file = (name: string, label: string, ders: readonly Uint8Array[]) => {
    const path = join(folder, name);
    writeFileSync(path, ders.map((der) => encodePem(label, der)).join(''));
    return path;
  };
  const { leaf, bag, trusted, crls } = built;
  const args = [
    'verify',
    ...['-CAfile', file('trusted.pem', 'CERTIFICATE', trusted), '-no-CApath', '-no-CAstore', '-partial_chain'],
    // SHA-1 and short keys are refused by both
    ...['-attime', String(testTime / 1000), '-auth_level', '2'],
    ...(bag.length > 0 ? ['-untrusted', file('bag.pem', 'CERTIFICATE', bag)] : []),
    ...(chain.purpose === 'none' ? [] : ['-purpose', `ssl${chain.purpose}`]),
    ...(chain.host === undefined ? [] : ['-verify_hostname', chain.host]),
    ...policyArguments(chain.policies),
    ...(crls === undefined ? [] : ['-crl_check_all']),
    ...(crls === undefined || crls.length === 0 ? [] : ['-CRLfile', file('crls.pem', 'X509 CRL', crls)]),
    file('leaf.pem', 'CERTIFICATE', [leaf]),
  ];
  try {
    const { stdout } = await run('openssl', args);
    return { accepted: stdout.trimEnd().endsWith(': OK'), errors: [], output: stdout };
  } catch (thrown) {
    const { stdout = '', stderr = '' } = thrown as { readonly stdout?: string; readonly stderr?: string };
    const output = stdout + stderr;
    const found = output.matchAll(/^error (\d+) at (\d+) depth/gm);
    const errors = Array.from(found, ([, number, depth]) => ({ number: Number(number), depth: Number(depth) }));
    return { accepted: false, errors, output };
  }
}

function policyArguments(policies: ChainSpec['policies']): readonly string[] {
  if (policies === undefined) return [];
  return [
    '-policy_check',
    ...policies.initial.flatMap((oid) => ['-policy', oid]),
    ...(policies.explicit ? ['-explicit_policy'] : []),
    ...(policies.inhibitMapping ? ['-inhibit_map'] : []),
    ...(policies.inhibitAny ? ['-inhibit_any'] : []),
  ];
}
