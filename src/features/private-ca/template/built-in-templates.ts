/** The templates of the program. They cannot be changed; an operator copies one to have another. */
import type { Template, TemplateFields } from './template.ts';

const common: Omit<TemplateFields, 'title' | 'description' | 'extendedKeyUsage'> = {
  keyUsage: 'automatic',
  days: 365,
  sanKinds: ['dns', 'ip', 'srv', 'xmpp'],
  domains: [],
  addresses: [],
  wildcards: false,
  namesRequired: true,
  subject: 'any',
  policies: [],
  mustStaple: false,
};

export const builtInTemplates: readonly Template[] = [
  {
    ...common,
    name: 'web-server',
    version: 1,
    builtIn: true,
    title: 'Web server',
    description: 'For who accepts connections: HTTPS servers, SIP servers that never call.',
    extendedKeyUsage: ['serverAuth'],
  },
  {
    ...common,
    name: 'web-client-server',
    version: 1,
    builtIn: true,
    title: 'Web client and server',
    description: 'For who accepts connections and opens them with mutual TLS: gateways, SIP servers.',
    extendedKeyUsage: ['serverAuth', 'clientAuth'],
  },
  {
    ...common,
    name: 'client',
    version: 1,
    builtIn: true,
    title: 'Client',
    description: 'For who only opens connections: people at a browser, the client identity of a gateway.',
    extendedKeyUsage: ['clientAuth'],
    sanKinds: ['dns', 'ip', 'email', 'srv', 'xmpp'],
    namesRequired: false,
  },
];

/** What signs OCSP answers (RFC 6960 4.2.2.2): issued by the program for itself, never chosen. */
export const responderTemplate: Template = {
  ...common,
  name: 'ocsp-responder',
  version: 1,
  builtIn: true,
  title: 'OCSP responder',
  description: 'Signs answers about revocation.',
  extendedKeyUsage: ['ocspSigning'],
  keyUsage: ['digitalSignature'],
  sanKinds: [],
  namesRequired: false,
};
