/** The guides' names of buttons and fields, by the kind of certificate they stand on. */

export interface SlotWords {
  /** Heading of the page. */
  readonly title: string;
  readonly data: string;
  readonly upload: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly reset: string;
  /** What a reset does, before it is done. */
  readonly resetMeans: string;
  readonly intro: string;
}

/** The words of a slot: `server`, `client` or `domain:NAME`. */
export function slotWords(slot: string): SlotWords {
  if (slot === 'server')
    return {
      title: 'Server certificate',
      data: 'Server certificate data',
      upload: 'Upload server certificate data',
      certificateFile: 'Select the server certificate file',
      keyFile: 'Select the server private key file',
      reset: 'Reset to default server certificate',
      resetMeans:
        'The gateway makes a fresh temporary certificate and presents it from the next handshake on. Systems that verify this gateway will refuse it. The certificate in use now is kept for Roll back.',
      intro: 'Identifies this gateway to client systems over TLS and to web browsers over HTTPS.',
    };
  if (slot === 'client')
    return {
      title: 'Client certificate',
      data: 'Client certificate data',
      upload: 'Upload client certificate data',
      certificateFile: 'Select the client certificate file',
      keyFile: 'Select the client private key file',
      reset: 'Reset to use the server certificate',
      resetMeans:
        'The gateway presents the server certificate in both directions again. The client certificate in use now is kept for Roll back.',
      intro:
        'Presented when this gateway opens a connection. Public CAs no longer issue clientAuth: a certificate of a private CA here keeps mutual TLS working when the server certificate is renewed.',
    };
  const name = slot.replace(/^domain:/, '');
  return {
    title: `Domain certificate ${name}`,
    data: 'Domain certificate data',
    upload: 'Upload domain certificate data',
    certificateFile: 'Select the domain certificate file',
    keyFile: 'Select the domain private key file',
    reset: 'Reset to empty',
    resetMeans: `Clients that ask for ${name} get the server certificate again. The certificate in use now is kept for Roll back.`,
    intro: `Presented to clients that ask for ${name} by server name indication.`,
  };
}

const sources = {
  temporary: 'Made by the gateway as a temporary certificate',
  csr: 'Signed from a CSR of this gateway',
  upload: 'Uploaded with its private key',
  'reused-key': 'Uploaded for the private key in use before',
  acme: 'Signed by an ACME provider',
  'private-ca': 'Signed by the private CA of this gateway',
} as const;

/** Where a certificate came from, in words. */
export function sourceWords(source: keyof typeof sources): string {
  return sources[source];
}

const keys: Readonly<Record<string, string>> = {
  'ec-p256': 'ECDSA P-256',
  'ec-p384': 'ECDSA P-384',
  'ec-p521': 'ECDSA P-521',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
};

/** `RSA 2048` for `rsa-2048`. */
export function keyWords(kind: string): string {
  return (
    keys[kind] ?? kind.replace(/-/g, ' ').replace(/^(rsa|ml dsa|dsa)/, (word) => word.toUpperCase().replace(' ', '-'))
  );
}

const signatures: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.2.840.113549.1.1.10': 'RSA-PSS',
  '1.2.840.113549.1.1.11': 'SHA-256 with RSA',
  '1.2.840.113549.1.1.12': 'SHA-384 with RSA',
  '1.2.840.113549.1.1.13': 'SHA-512 with RSA',
  '1.2.840.10045.4.1': 'SHA-1 with ECDSA',
  '1.2.840.10045.4.3.2': 'SHA-256 with ECDSA',
  '1.2.840.10045.4.3.3': 'SHA-384 with ECDSA',
  '1.2.840.10045.4.3.4': 'SHA-512 with ECDSA',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
};

/** A signature algorithm by name; one without a name keeps its number. */
export function signatureWords(algorithm: string): string {
  return signatures[algorithm] ?? algorithm;
}

const usages: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.20': 'SIP domain',
  '2.5.29.37.0': 'any',
};

/** Extended key usages by name; those without a name keep their number. */
export function usageWords(list: readonly string[]): string {
  return list.length === 0 ? 'none: any use' : list.map((oid) => usages[oid] ?? oid).join(', ');
}
