/** TLS feature, known as must-staple (RFC 7633 4). */
import { SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

/** Numbers of TLS extensions; 5 is status_request, 17 status_request_v2. */
export const tlsFeature = decoder('1.3.6.1.5.5.7.1.24', (reader): readonly number[] => {
  const outer = reader.enter(SEQUENCE, 'tlsFeature');
  const features: number[] = [];
  while (reader.more) features.push(reader.smallInteger('feature', 65535));
  reader.leave(outer, 'tlsFeature');
  return features;
});
