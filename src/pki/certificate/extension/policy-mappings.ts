/** Policy mappings (RFC 5280 4.2.1.5). */
import { oidText } from '../../der/oid.ts';
import { SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface PolicyMapping {
  readonly issuerDomain: string;
  readonly subjectDomain: string;
}

export const policyMappings = decoder('2.5.29.33', (reader): readonly PolicyMapping[] => {
  const outer = reader.enter(SEQUENCE, 'policyMappings');
  const mappings: PolicyMapping[] = [];
  if (!reader.more) reader.fail('extension.empty', 'policyMappings is empty', reader.start);
  while (reader.more) {
    const mapping = reader.enter(SEQUENCE, 'policyMapping');
    reader.oid('issuerDomainPolicy');
    const issuerDomain = oidText(reader.der, reader.content, reader.stop);
    reader.oid('subjectDomainPolicy');
    const subjectDomain = oidText(reader.der, reader.content, reader.stop);
    reader.leave(mapping, 'policyMapping');
    mappings.push({ issuerDomain, subjectDomain });
  }
  reader.leave(outer, 'policyMappings');
  return mappings;
});
