/** Says in words what bytes look like that are none of the files wanted. */

export interface Description {
  /** A noun phrase: `a web page (HTML)`. */
  readonly what: string;
  /** What the person can do about it. */
  readonly hint: string;
  /** Octet at which the telling sign stands. */
  readonly offset: number;
}

/** Describes a file by its first octets and words. Linear in the first 4 KiB. */
export function describeBytes(bytes: Uint8Array): Description {
  const binary = signatures.find(({ start }) => start.every((octet, i) => bytes[i] === octet));
  if (binary !== undefined) return { what: binary.what, hint: binary.hint, offset: 0 };
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  for (const { pattern, what, hint } of texts) {
    const at = head.search(pattern);
    if (at >= 0) return { what, hint, offset: at };
  }
  if (looksUtf16(bytes)) return { ...utf16, offset: 0 };
  const firstOdd = bytes
    .subarray(0, 4096)
    .findIndex((octet) => octet < 0x20 && octet !== 9 && octet !== 10 && octet !== 13);
  if (firstOdd < 0) return { what: 'text without any certificate in it', hint: export64, offset: 0 };
  return { what: 'binary data of an unknown kind', hint: export64, offset: firstOdd };
}

/** Whether this is text in 16-bit units, with or without a byte order mark. */
export function looksUtf16(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true;
  if (bytes.length < 16) return false;
  const zeros = [0, 0];
  for (let i = 0; i < 16; i++) if (bytes[i] === 0) zeros[i % 2]!++;
  return (zeros[0] === 8 && zeros[1] === 0) || (zeros[1] === 8 && zeros[0] === 0);
}

const export64 = 'Export the certificate as "Base-64 encoded X.509" (PEM) and choose that file.';

const utf16 = {
  what: 'text in UTF-16, as some Windows editors save it',
  hint: 'Save the file again as plain text (ANSI or UTF-8 without byte order mark).',
};

interface Signature {
  readonly start: readonly number[];
  readonly what: string;
  readonly hint: string;
}

const signatures: readonly Signature[] = [
  {
    start: [0xfe, 0xed, 0xfe, 0xed],
    what: 'a Java keystore (JKS)',
    hint: 'Convert it: keytool -importkeystore -srckeystore FILE -destkeystore store.p12 -deststoretype PKCS12',
  },
  {
    start: [0xce, 0xce, 0xce, 0xce],
    what: 'a Java keystore (JCEKS)',
    hint: 'Convert it: keytool -importkeystore -srckeystore FILE -destkeystore store.p12 -deststoretype PKCS12',
  },
  { start: [0x50, 0x4b, 0x03, 0x04], what: 'a ZIP archive', hint: 'Unpack it and choose the certificate inside.' },
  { start: [0x1f, 0x8b], what: 'a GZIP archive', hint: 'Unpack it and choose the certificate inside.' },
  { start: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document', hint: 'Choose the certificate file itself.' },
  { start: [0x89, 0x50, 0x4e, 0x47], what: 'an image (PNG)', hint: 'Choose the certificate file itself.' },
  { start: [0xff, 0xd8, 0xff], what: 'an image (JPEG)', hint: 'Choose the certificate file itself.' },
  { start: [0x7f, 0x45, 0x4c, 0x46], what: 'a program', hint: 'Choose the certificate file itself.' },
  {
    start: [0x30, 0x80],
    what: 'BER with an indefinite length, where DER is expected',
    hint: 'Rewrite it, for PKCS#7: openssl pkcs7 -inform DER -in FILE -print_certs -out chain.pem',
  },
];

interface TextSign {
  readonly pattern: RegExp;
  readonly what: string;
  readonly hint: string;
}

/** Patterns without nested repetition: each is searched in linear time. */
const texts: readonly TextSign[] = [
  {
    pattern: /-----BEGIN OPENSSH PRIVATE KEY/,
    what: 'a private key in OpenSSH format',
    hint: 'Convert a copy of it: ssh-keygen -p -N "" -m PKCS8 -f COPY',
  },
  { pattern: /-----BEGIN PGP /, what: 'a PGP message or key', hint: 'Certificates here are X.509, not PGP.' },
  { pattern: /^PuTTY-User-Key-File/, what: 'a PuTTY key', hint: 'Export it from PuTTYgen in a PEM form.' },
  {
    pattern: /^\s*(ssh-(rsa|ed25519|dss)|ecdsa-sha2-)/,
    what: 'an SSH public key',
    hint: 'SSH keys are no certificates; choose the file that the CA sent.',
  },
  {
    pattern: /<(!doctype html|html|head|body)\b/i,
    what: 'a web page (HTML)',
    hint: 'A log-in or error page was saved in place of the file. Download it again and look at it first.',
  },
  { pattern: /^\s*<\?xml/, what: 'an XML document', hint: export64 },
  { pattern: /^\s*[{[]\s*["{[]/, what: 'JSON text', hint: export64 },
  {
    pattern: /^(?:Certificate:|Certificate Request:)\s+Data:/m,
    what: 'the decoded text of a certificate, without the certificate itself',
    hint: 'Choose the file with the lines from -----BEGIN to -----END.',
  },
  {
    pattern: /[-\u2010-\u2015\x96\x97]{1,6} ?BEGIN [A-Z0-9 ]+[-\u2010-\u2015\x96\x97]/,
    what: 'PEM with a damaged BEGIN line',
    hint: 'The line must read -----BEGIN CERTIFICATE----- with five plain hyphens on each side; mail programs change them.',
  },
];
