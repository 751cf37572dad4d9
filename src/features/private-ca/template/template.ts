/** A template: what a certificate issued by it says, whatever its request asks for. */

import type { ExtendedKeyUsage } from '../../../pki/certificate/extended-key-usages.ts';
import type { KeyUsage } from '../../../pki/certificate/extension/key-usage.ts';

/** Kinds of subject alternative names that a template may let in. */
export const sanKinds = ['dns', 'ip', 'email', 'uri', 'srv', 'xmpp', 'upn'] as const;
export type SanKind = (typeof sanKinds)[number];

export interface TemplateFields {
  /** For people: *Web server*. */
  readonly title: string;
  readonly description: string;
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[];
  /** `automatic`: digitalSignature, with RSA keys keyEncipherment too. */
  readonly keyUsage: 'automatic' | readonly KeyUsage[];
  /** How long a certificate holds unless less is asked for, and at most. */
  readonly days: number;
  readonly sanKinds: readonly SanKind[];
  /** Domains, themselves and everything below, of DNS, mail, service and XMPP names; empty: all that the issuer may. */
  readonly domains: readonly string[];
  /** Address ranges for IP names; empty: all that the issuer may. */
  readonly addresses: readonly string[];
  readonly wildcards: boolean;
  /** A certificate without any alternative name is refused. */
  readonly namesRequired: boolean;
  /** What is taken of the subject: all supported attributes, the common name alone, or nothing. */
  readonly subject: 'any' | 'common-name' | 'none';
  /** Policies (RFC 5280 4.2.1.4), dotted OIDs. */
  readonly policies: readonly string[];
  /** The status_request feature (RFC 7633): servers must staple. */
  readonly mustStaple: boolean;
}

export interface Template extends TemplateFields {
  /** Lower-case letters, digits and hyphens: `web-server`. */
  readonly name: string;
  readonly version: number;
  /** Belongs to the program and cannot be changed. */
  readonly builtIn: boolean;
}
