/** One try to prove control of a name (RFC 8555 8): which challenge is checked how, within which time. */
import type { AcmeServerSettings, ChallengeType } from '../acme-server-settings.ts';
import type { CertifiedName } from '../issuing-ca.ts';
import { coveredBy } from '../orders/name-policy.ts';
import type { AcmeProblem } from '../protocol/acme-error.ts';
import { validateDns01 } from './dns-01.ts';
import { validateHttp01 } from './http-01.ts';
import { createNameServer, type NameServer } from './name-server.ts';
import { createReach, type ReachOptions } from './reach.ts';
import { validateTlsAlpn01 } from './tls-alpn-01.ts';

export interface ValidationSubject {
  readonly type: ChallengeType;
  /** A wildcard without its `*.`. */
  readonly identifier: CertifiedName;
  readonly token: string;
  /** RFC 8555 8.1. */
  readonly keyAuthorization: string;
}

/** Undefined when control is proved, else what is wrong. Never throws for what others do. */
export type Validate = (
  subject: ValidationSubject,
  settings: Pick<AcmeServerSettings, 'names' | 'networks' | 'resolvers'>,
) => Promise<AcmeProblem | undefined>;

/** Where servers listen for validations: fixed by the standards, other ports are for tests. */
export interface ValidationPorts {
  readonly http: number;
  readonly https: number;
  readonly tlsAlpn: number;
}

const standardPorts: ValidationPorts = { http: 80, https: 443, tlsAlpn: 443 };

export interface ValidateOptions {
  readonly ports?: ValidationPorts;
  /** Instead of asking DNS servers. */
  readonly nameServer?: NameServer;
  /** Address ranges that are let through whatever they are. */
  readonly allow?: readonly string[];
}

/** Milliseconds one try may take in all. */
const longestTry = 10_000;

export function createValidate({ ports = standardPorts, nameServer, allow = [] }: ValidateOptions = {}): Validate {
  return async (subject, { names: open, networks, resolvers }) => {
    const names = nameServer ?? createNameServer(resolvers);
    const signal = AbortSignal.timeout(longestTry);
    const options: ReachOptions = { names, networks, signal, allow };
    const reach = createReach(options);
    // without networks nearly every host is in reach, and whoever orders chooses where a redirect leads
    const mayLeadTo = (name: CertifiedName): boolean => networks.length > 0 || coveredBy(name, open);
    switch (subject.type) {
      case 'http-01':
        return validateHttp01(subject, reach, { ports, mayLeadTo }, signal);
      case 'tls-alpn-01':
        return validateTlsAlpn01(subject, reach, ports, signal);
      case 'dns-01':
        return validateDns01(subject, names, signal);
    }
  };
}
