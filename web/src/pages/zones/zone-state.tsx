/** The state of a zone or of one of its peers as a mark with a word. */
import type { Zone } from '../../api.ts';
import { StateWord, type ToneWord } from '../../components/notice.tsx';

const states: Readonly<Record<Zone['state'], ToneWord>> = {
  active: ['ok', 'Active'],
  failed: ['critical', 'Failed'],
  checking: ['note', 'Checking'],
  off: ['plain', 'Off'],
};

export function ZoneState({ state }: { readonly state: Zone['state'] }) {
  return <StateWord of={states[state]} />;
}

export const kindLabels: Readonly<Record<Zone['kind'], string>> = {
  neighbor: 'Neighbor',
  'traversal-client': 'Traversal client',
  'traversal-server': 'Traversal server',
  default: 'Default zone',
};

/** `Server certificate`, `video.example.com`. */
export function identityLabel(identity: string): string {
  if (identity === 'none') return 'None';
  if (identity.startsWith('domain:')) return identity.slice('domain:'.length);
  return identity === 'client' ? 'Client certificate' : 'Server certificate';
}
