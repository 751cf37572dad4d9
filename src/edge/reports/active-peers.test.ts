import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createActivePeers } from './active-peers.ts';
import type { ZoneReported } from './report.ts';

const report = (peer: string, state: ZoneReported['state'] = 'active'): ZoneReported => ({
  type: 'zone',
  at: 1,
  zone: 'z',
  peer,
  state,
  code: '',
  words: '',
});

test('of the peers that an edge held, those that no other holds have failed with it', () => {
  const peers = createActivePeers<string>(() => 7);
  peers.note('one', report('alone'));
  peers.note('one', report('shared'));
  peers.note('two', report('shared'));
  peers.note('two', report('other'));
  const lost = peers.gone('one');
  assert.deepEqual(
    lost.map(({ peer, at, state, code }) => [peer, at, state, code]),
    [['alone', 7, 'failed', 'edge.process-ended']],
  );
  assert.deepEqual(
    peers.gone('two').map(({ peer }) => peer),
    ['shared', 'other'],
  );
  assert.deepEqual(peers.gone('two'), []);
});

test('a peer that was reported as anything else since is left as it is', () => {
  const peers = createActivePeers<string>();
  for (const state of ['failed', 'checking', 'off'] as const) {
    peers.note('one', report('peer'));
    peers.note('two', report('peer', state));
    assert.deepEqual(peers.gone('one'), [], state);
  }
});
