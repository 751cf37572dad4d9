/** Policy constraints (RFC 5280 4.2.1.11). */
import { SEQUENCE } from '../../der/tag.ts';
import { decoder } from './extension-decoder.ts';

export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}

export const policyConstraints = decoder('2.5.29.36', (reader): PolicyConstraints => {
  const found: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number } = {};
  const outer = reader.enter(SEQUENCE, 'policyConstraints');
  // RFC 5280 4.2.1.11: not an empty sequence.
  if (!reader.more) reader.fail('extension.empty', 'policyConstraints is empty', reader.start);
  if (reader.peek() === 0x80)
    found.requireExplicitPolicy = reader.smallInteger('requireExplicitPolicy', 0x7fffffff, 0x80);
  if (reader.peek() === 0x81)
    found.inhibitPolicyMapping = reader.smallInteger('inhibitPolicyMapping', 0x7fffffff, 0x81);
  reader.leave(outer, 'policyConstraints');
  return found;
});
