/** What is asked for when an intermediate is replaced by one with a new key: the same, one generation on. */
import { algorithmOf } from '../../../pki/key/key-kind.ts';
import type { SubjectField } from '../../../pki/name/build-name.ts';
import type { RotationRequest } from '../private-ca.ts';
import { wrongState } from '../problems.ts';
import type { Authority } from './authority.ts';
import { limitsIn } from './name-limits.ts';
import type { IntermediateRequest } from './requests.ts';

const day = 86_400_000;

/** Throws `private-ca.wrong-state` (409) for what is no active intermediate, or is being replaced already. */
export function rotationOf(old: Authority, request: RotationRequest, all: readonly Authority[]): IntermediateRequest {
  const { certificate } = old;
  if (old.role !== 'intermediate' || old.state !== 'active' || certificate === undefined) {
    throw wrongState(`${old.label} is no active intermediate.`, 'Only what issues is rotated; a root is created anew.');
  }
  const next = all.find(({ id }) => id === old.replacedBy);
  if (next !== undefined) {
    throw wrongState(
      `${old.label} is being replaced by ${next.label}.`,
      'Install its certificate, or discard it first.',
    );
  }
  const lifetime = Math.round((certificate.notAfter - certificate.notBefore) / day);
  return {
    subject: nextSubject(certificate.subject.rdns.flat()),
    algorithm: request.algorithm ?? algorithmOf(certificate.publicKey) ?? 'ec-p256',
    days: request.days ?? lifetime,
    ...(request.passphrase === undefined ? {} : { passphrase: request.passphrase }),
    ...(old.parent === null ? {} : { parent: old.parent }),
    constraints: limitsIn(certificate),
    partitions: old.partitions,
    confirmed2050: true,
  };
}

/** *Example Issuing CA* becomes *Example Issuing CA G2*, that *… G3*: people tell them apart by the name. */
function nextSubject(attributes: readonly { readonly oid: string; readonly value: string }[]): SubjectField[] {
  const last = attributes.findLastIndex(({ oid }) => oid === '2.5.4.3');
  return attributes.map(({ oid, value }, i) => ({
    type: i === last ? 'CN' : (oid as `${number}.${string}`),
    value: i === last ? nextGeneration(value) : value,
  }));
}

function nextGeneration(name: string): string {
  const [, stem = name, number] = /^(.*) G(\d{1,4})$/.exec(name) ?? [];
  return `${[...stem].slice(0, 58).join('')} G${Number(number ?? 1) + 1}`;
}
