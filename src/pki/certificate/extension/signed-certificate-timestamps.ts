/** Certificate transparency: embedded timestamps and the poison of precertificates (RFC 6962 3.1, 3.3). */
import type { DerReader } from '../../der/reader.ts';
import { decoder } from './extension-decoder.ts';

export interface SignedCertificateTimestamp {
  /** 0 for version 1. */
  readonly version: number;
  readonly logId: Uint8Array;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly extensions: Uint8Array;
  /** HashAlgorithm and SignatureAlgorithm of TLS 1.2 (RFC 5246 7.4.1.4.1). */
  readonly hash: number;
  readonly signatureAlgorithm: number;
  readonly signature: Uint8Array;
}

export const signedCertificateTimestamps = decoder(
  '1.3.6.1.4.1.11129.2.4.2',
  (reader): readonly SignedCertificateTimestamp[] => readTimestamps(reader),
);

/** True: the mere presence of the extension is its meaning. */
export const ctPoison = decoder('1.3.6.1.4.1.11129.2.4.3', (reader): true => {
  reader.null('precertificate poison');
  return true;
});

/** The list as the extension carries it, also in OCSP answers: a TLS structure inside an OCTET STRING. */
function readTimestamps(reader: DerReader): SignedCertificateTimestamp[] {
  reader.octetString('SignedCertificateTimestampList');
  const { der, stop } = reader;
  const list: SignedCertificateTimestamp[] = [];
  let at = reader.content;
  const size = (offset: number, limit: number): number => {
    const length = limit - offset < 2 ? -1 : der[offset]! * 256 + der[offset + 1]!;
    if (length < 0 || length > limit - offset - 2) {
      reader.fail('extension.value', 'the list of certificate timestamps is malformed', offset);
    }
    return length;
  };
  if (size(at, stop) !== stop - at - 2)
    reader.fail('extension.value', 'the list of certificate timestamps is malformed', at);
  at += 2;
  while (at < stop) {
    const end = at + 2 + size(at, stop);
    list.push(readTimestamp(reader, at + 2, end, size));
    at = end;
  }
  return list;
}

const fixedOctets = 1 + 32 + 8;

function readTimestamp(
  reader: DerReader,
  start: number,
  end: number,
  size: (offset: number, limit: number) => number,
): SignedCertificateTimestamp {
  const { der } = reader;
  if (end - start < fixedOctets) reader.fail('extension.value', 'a certificate timestamp is too short', start);
  let timestamp = 0;
  for (let i = start + 33; i < start + fixedOctets; i++) timestamp = timestamp * 256 + der[i]!;
  const extensions = start + fixedOctets + 2;
  const afterExtensions = extensions + size(start + fixedOctets, end);
  const signature = afterExtensions + 4;
  if (size(afterExtensions + 2, end) !== end - signature) {
    reader.fail('extension.value', 'a certificate timestamp is malformed', start);
  }
  return {
    version: der[start]!,
    logId: der.subarray(start + 1, start + 33),
    timestamp,
    extensions: der.subarray(extensions, afterExtensions),
    hash: der[afterExtensions]!,
    signatureAlgorithm: der[afterExtensions + 1]!,
    signature: der.subarray(signature, end),
  };
}
