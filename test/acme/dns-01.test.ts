/** DNS-01 with BIND as the server that takes updates: signatures by every algorithm, wrong keys, aliases, slow name servers. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { after, before, test } from 'node:test';
import { createDnsResolver, findZone } from '../../src/features/acme/challenge/dns/find-zone.ts';
import { tsigAlgorithms } from '../../src/features/acme/challenge/dns/tsig.ts';
import { createDns01Solver, type Dns01Options } from '../../src/features/acme/challenge/dns-01.ts';
import { dns01Value, keyAuthorization } from '../../src/features/acme/challenge/key-authorization.ts';
import { AcmeProblem } from '../../src/features/acme/client/acme-problem.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { order, startAcmeBench } from './acme-bench.ts';
import { startMeddler } from './meddling-dns.ts';
import { type NameServer, startNameServer } from './name-server.ts';

let bind: NameServer;
before(async () => {
  const aliases = ['apex CNAME @', 'elsewhere CNAME example.test.', 'dangling CNAME nowhere.aliases.test.'];
  bind = await startNameServer({ 'aliases.test': `${aliases.join('\n')}\n` });
});
after(() => bind.close());

function solver(more: Partial<Dns01Options> = {}) {
  return createDns01Solver({
    clock: systemClock,
    server: '127.0.0.1',
    port: bind.port,
    key: bind.key('hmac-sha256'),
    resolvers: [bind.address],
    allowed: ['127.0.0.1'],
    within: 60_000,
    ...more,
  });
}

function proof() {
  const token = randomBytes(20).toString('base64url');
  return { token, proof: keyAuthorization(token, randomBytes(32).toString('base64url')) };
}

const signal = AbortSignal.timeout(280_000);

test('a record is added, seen at the servers of the zone, and removed, signed by each algorithm', async () => {
  for (const algorithm of tsigAlgorithms) {
    const name = { type: 'dns', value: `${algorithm}.example.test` } as const;
    const one = solver({ key: bind.key(algorithm) });
    const first = proof();
    const second = proof();
    await one.present(name, first.token, first.proof);
    await one.present(name, second.token, second.proof);
    await one.ready?.(name, second.token, second.proof, signal);
    const where = `_acme-challenge.${name.value}`;
    assert.deepEqual(new Set(await bind.txt(where)), new Set([dns01Value(first.proof), dns01Value(second.proof)]));
    await one.remove(name, first.token, first.proof);
    assert.deepEqual(await bind.txt(where), [dns01Value(second.proof)]);
    await one.remove(name, second.token, second.proof);
    assert.deepEqual(await bind.txt(where), []);
  }
});

test('an alias is followed into the zone that was made for proofs', async () => {
  const name = { type: 'dns', value: 'alias.example.test' } as const;
  const { token, proof: text } = proof();
  await solver().present(name, token, text);
  await solver().ready?.(name, token, text, signal);
  assert.deepEqual(await bind.txt('alias.proofs.test'), [dns01Value(text)]);
  await solver().remove(name, token, text);
  assert.deepEqual(await bind.txt('alias.proofs.test'), []);
});

test('a host that is an alias of a zone is none itself: the record goes into the zone of its name', async () => {
  const resolver = createDnsResolver([bind.address]);
  for (const host of ['apex', 'elsewhere', 'dangling']) {
    const { zone, name } = await findZone(resolver, `_acme-challenge.${host}.aliases.test`);
    assert.deepEqual([zone, name], ['aliases.test', `_acme-challenge.${host}.aliases.test`]);
  }
});

test('an order that is stopped waits for no resolver and no name server', async () => {
  const stopped = new Error('stopped');
  for (const silent of ['resolvers', 'server'] as const) {
    const order = new AbortController();
    const hole = createSocket('udp4').once('message', () => order.abort(stopped));
    await new Promise<void>((resolve) => hole.bind(0, '127.0.0.1', resolve));
    const { port } = hole.address();
    const options = silent === 'server' ? { port } : { resolvers: [`127.0.0.1:${port}`] };
    const { token, proof: text } = proof();
    const name = { type: 'dns', value: 'www.example.test' } as const;
    await assert.rejects(solver(options).present(name, token, text, order.signal), /stopped|ECANCELLED/, silent);
    await assert.rejects(solver().present(name, token, text, order.signal), stopped);
    hole.close();
  }
});

test('a wrong secret, an unknown key, a wrong clock, a zone that takes no updates and no zone at all each have their reason', async () => {
  const good = bind.key('hmac-sha256');
  const later = { ...systemClock, now: () => Date.now() + 3_600_000 };
  const cases: readonly (readonly [Partial<Dns01Options>, string, RegExp])[] = [
    [{ key: { ...good, secret: randomBytes(32) } }, 'www.example.test', /BADSIG/],
    [{ key: { ...good, name: 'nobody.key' } }, 'www.example.test', /BADKEY/],
    [{ key: { ...good, algorithm: 'hmac-sha512' } }, 'www.example.test', /BADKEY/],
    [{ clock: later }, 'www.example.test', /BADTIME/],
    [{}, 'www.fixed.test', /REFUSED/],
    [{ zone: 'other.test' }, 'www.example.test', /not in the zone/],
    [{}, 'www.nowhere.invalid', /look-up|No zone/],
    [{ allowed: [], server: 'ns1.example.test' }, 'www.example.test', /loopback/],
    [{ port: 1 }, 'www.example.test', /127\.0\.0\.1: .*ECONNREFUSED/],
  ];
  for (const [options, value, reason] of cases) {
    const { token, proof: text } = proof();
    await assert.rejects(solver(options).present({ type: 'dns', value }, token, text), (error) => {
      assert.ok(error instanceof AcmeProblem, String(error));
      assert.match(error.details.detail ?? '', reason);
      return true;
    });
  }
});

test('an answer that was changed on its way, or is not signed, is not believed', async () => {
  const meddler = await startMeddler(bind.port);
  try {
    for (const mode of ['flip-mac', 'strip', 'flip-code'] as const) {
      meddler.mode = mode;
      const { token, proof: text } = proof();
      await assert.rejects(
        solver({ port: meddler.port }).present({ type: 'dns', value: 'www.example.test' }, token, text),
        /signature of the answer is wrong|not signed/,
        mode,
      );
    }
  } finally {
    await meddler.close();
  }
});

test('the CA is not told while one name server of the zone lacks the record', async () => {
  const meddler = await startMeddler(bind.port);
  meddler.mode = 'empty';
  const name = { type: 'dns', value: 'slow.example.test' } as const;
  const { token, proof: text } = proof();
  const nameServers = [bind.address, `127.0.0.1:${meddler.port}`];
  try {
    const impatient = solver({ nameServers, within: 600 });
    await impatient.present(name, token, text);
    await assert.rejects(async () => impatient.ready?.(name, token, text, signal), /not seen at 127\.0\.0\.1:\d+/);
    const patient = solver({ nameServers });
    const waiting = patient.ready?.(name, token, text, signal);
    setTimeout(() => {
      meddler.mode = 'pass';
    }, 300);
    await waiting;
  } finally {
    await solver().remove(name, token, text);
    await meddler.close();
  }
});

test('Pebble issues a certificate for a name and its wildcard by DNS-01, and asks BIND', async () => {
  const bench = await startAcmeBench({ dns: bind.address });
  try {
    const { issued } = await order(await bench.registered(), ['wild.example.test', '*.wild.example.test'], {
      solvers: [solver()],
      roots: await bench.pebble.roots(),
    });
    assert.equal(issued.leaf.subjectAltName?.length, 2);
    assert.deepEqual(await bind.txt('_acme-challenge.wild.example.test'), []);
  } finally {
    await bench.close();
  }
});
