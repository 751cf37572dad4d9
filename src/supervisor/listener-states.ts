/** How the listeners of the edges fare, for the administration process and so for people. */
import type { ListenerState } from '../features/settings/settings.ts';
import type { Edges } from './edges.ts';

export function listenerStates({
  httpsPort,
  sipPort,
  furtherPorts,
  unbound,
}: Pick<Edges, 'httpsPort' | 'sipPort' | 'furtherPorts' | 'unbound'>): readonly ListenerState[] {
  const bound = [
    { kind: 'https', name: 'https', port: httpsPort } as const,
    { kind: 'sip', name: 'sip', port: sipPort } as const,
    ...furtherPorts,
  ];
  return [
    ...bound.map(({ kind, name, port }) => ({ kind, name, port, bound: true, words: '' })),
    ...unbound.map(({ kind, name, port, words }) => ({ kind, name, port, bound: false, words })),
  ];
}
