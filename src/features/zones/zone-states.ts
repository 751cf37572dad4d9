/** The state of a zone in words, from what the edges reported about its peers. */
import type { PeerState, StateWord, ZoneView } from './schemas.ts';
import type { StateRow } from './store.ts';
import { dials, type Zone } from './zone.ts';
import { zoneAdvice } from './zone-input.ts';

/** A zone as it is shown; `rows` are those of all zones. */
export function viewOf(zone: Zone, position: number, rows: readonly StateRow[]): ZoneView {
  const { states, ...state } = stateOf(
    zone,
    rows.filter((row) => row.zone === zone.id),
  );
  return { ...zone, position, ...state, states, advice: zoneAdvice(zone) };
}

/** `host:port` as edges name a peer that they call. */
export function peerName(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function stateOf(
  zone: Zone,
  rows: readonly StateRow[],
): { readonly state: StateWord; readonly words: string; readonly states: readonly PeerState[] } {
  const reported = rows.map(peerState);
  if (!zone.enabled) return { state: 'off', words: 'The zone is switched off.', states: [] };
  if (zone.kind === 'default')
    return { state: 'active', words: 'Takes whoever belongs to no other zone.', states: reported };
  if (!dials(zone)) {
    if (reported.length === 0) return { state: 'checking', words: 'No client has connected yet.', states: [] };
    return { ...together(reported), states: reported };
  }
  const states = zone.peers.map((host): PeerState => {
    const peer = peerName(host, zone.port);
    return reported.find((one) => one.peer === peer) ?? unreported(peer);
  });
  return { ...together(states), states };
}

/** One peer that answers makes a zone active. */
function together(states: readonly PeerState[]): { readonly state: StateWord; readonly words: string } {
  const active = states.filter(({ state }) => state === 'active');
  const [first] = states;
  if (active.length > 0) {
    const failed = states.find(({ state }) => state === 'failed');
    if (failed === undefined) return { state: 'active', words: active[0]?.words || 'The peer answers.' };
    return {
      state: 'active',
      words: `${active.length} of ${states.length} peers answer. ${failed.peer}: ${failed.words}`,
    };
  }
  const failed = states.find(({ state }) => state === 'failed');
  if (failed !== undefined)
    return { state: 'failed', words: states.length === 1 ? failed.words : `${failed.peer}: ${failed.words}` };
  return { state: first?.state === 'off' ? 'off' : 'checking', words: first?.words || 'The peer is being called.' };
}

function unreported(peer: string): PeerState {
  const never = new Date(0).toISOString();
  return { peer, state: 'checking', code: '', words: 'Not called yet.', at: never, since: never, history: [] };
}

function peerState({ peer, state, code, words, at, since, history }: StateRow): PeerState {
  const before = JSON.parse(history) as { at: number; state: StateWord; code: string; words: string }[];
  return {
    peer,
    state,
    code,
    words,
    at: new Date(at).toISOString(),
    since: new Date(since).toISOString(),
    history: before.map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
  };
}
