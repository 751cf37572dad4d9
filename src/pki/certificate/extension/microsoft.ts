/** The extensions of Microsoft's certificate services ([MS-WCCE] 2.2.2.7.7, [MS-CRTD]). */
import { oidText } from '../../der/oid.ts';
import { stringProblem, stringText } from '../../der/strings.ts';
import { BMP_STRING, INTEGER, SEQUENCE, UTF8_STRING } from '../../der/tag.ts';
import { type PolicyInformation, readPolicies } from './certificate-policies.ts';
import { decoder } from './extension-decoder.ts';

export interface CertificateTemplate {
  readonly oid: string;
  readonly major?: number;
  readonly minor?: number;
}

export interface CaVersion {
  /** How often the CA certificate, and how often its key, has been renewed. */
  readonly certificateIndex: number;
  readonly keyIndex: number;
}

/** The name of a version 1 template, such as `WebServer`. */
export const microsoftTemplateName = decoder('1.3.6.1.4.1.311.20.2', (reader): string => {
  const tag = reader.next('certificate template name');
  if (tag !== BMP_STRING && tag !== UTF8_STRING) {
    reader.fail('der.tag', 'the certificate template name is not text', reader.start);
  }
  const problem = stringProblem(reader.der, tag, reader.content, reader.stop);
  if (problem !== undefined) reader.fail('der.string', `certificate template name: ${problem}`, reader.start);
  return stringText(reader.der, tag, reader.content, reader.stop);
});

/** The template of version 2 and later. */
export const microsoftTemplate = decoder('1.3.6.1.4.1.311.21.7', (reader): CertificateTemplate => {
  const outer = reader.enter(SEQUENCE, 'certificate template');
  reader.oid('templateID');
  const template: { oid: string; major?: number; minor?: number } = {
    oid: oidText(reader.der, reader.content, reader.stop),
  };
  if (reader.peek() === INTEGER) template.major = reader.smallInteger('templateMajorVersion', 0xffffffff);
  if (reader.peek() === INTEGER) template.minor = reader.smallInteger('templateMinorVersion', 0xffffffff);
  reader.leave(outer, 'certificate template');
  return template;
});

export const microsoftCaVersion = decoder('1.3.6.1.4.1.311.21.1', (reader): CaVersion => {
  const version = reader.smallInteger('CA version', 0xffffffff);
  return { certificateIndex: version % 65536, keyIndex: Math.floor(version / 65536) };
});

/** SHA-1 hash of the CA certificate before this one. */
export const microsoftPreviousCaHash = decoder('1.3.6.1.4.1.311.21.2', (reader): Uint8Array => {
  reader.octetString('previous CA certificate hash');
  return reader.bytes();
});

export const microsoftApplicationPolicies = decoder('1.3.6.1.4.1.311.21.10', (reader): readonly PolicyInformation[] =>
  readPolicies(reader, 'application policies'),
);
