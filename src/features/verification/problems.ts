/** The expected failures around a verification: no certificate to judge, in the words of the user. */
import type { AddressRefusal } from '../../lib/address-filter.ts';
import { mayBeAllowed } from '../../lib/allow-list.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import type { UploadProblem } from '../../pki/container/recognise.ts';

/** A file that cannot be read or holds something else. */
export function unreadableFile(name: string, { message, hint, offset }: UploadProblem): Problem {
  return new Problem({
    code: 'verification.file',
    status: 422,
    title: 'The file cannot be used',
    detail: `${printable(name, 100)}: ${printable(message, 1000)}`,
    hint: printable(hint, 400),
    extra: { offset },
  });
}

/** A file of the right form without what was asked for. */
export function nothingInFile(name: string, wanted: string): Problem {
  return new Problem({
    code: 'verification.file',
    status: 422,
    title: 'The file cannot be used',
    detail: `${printable(name, 100)}: it holds no ${wanted}.`,
    hint: 'Choose the file that does, in PEM, DER or PKCS#7.',
  });
}

/** Something typed that means nothing: a time, a policy, a host. */
export function wrongInput(field: string, detail: string): Problem {
  return new Problem({
    code: 'verification.input',
    status: 422,
    title: 'The question cannot be asked',
    detail: `${field}: ${detail}.`,
    errors: [{ code: 'verification.input', field, detail: `${detail}.` }],
  });
}

/** `host` as it would stand on the allow-list, where an entry there would help. */
export function addressRefused(target: string, host: string, { kind, words }: AddressRefusal): Problem {
  const mayAllow = mayBeAllowed(kind);
  return new Problem({
    code: 'verification.address-refused',
    status: 422,
    title: 'The gateway does not call this address',
    detail: `${target}: ${words}.`,
    hint: mayAllow
      ? `If this is a system of your own, allow the host under CRL management: tollgate revocation allow ${host}`
      : 'Check the name in DNS. From a shell on any machine, tollgate verify --against calls every address.',
    ...(mayAllow && { extra: { allowHost: host } }),
  });
}

export function unreachable(target: string, reason: string): Problem {
  return new Problem({
    code: 'verification.unreachable',
    status: 502,
    title: 'The other side cannot be reached',
    detail: `${target}: ${reason}.`,
    hint: 'Check host, port, routing and the firewall between here and there.',
  });
}

export function noTls(target: string, reason: string): Problem {
  return new Problem({
    code: 'verification.no-tls',
    status: 502,
    title: 'The TLS handshake failed',
    detail: `${target}: ${reason}. No certificate was presented.`,
    hint: 'Check that the port is the one for TLS (SIP over TLS: 5061, HTTPS: 443), and that TLS 1.2 or 1.3 is on there.',
  });
}
