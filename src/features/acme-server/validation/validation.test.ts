import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createTls } from 'node:tls';
import { certificateFor, namesFrom, startChallengeHost } from '../../../../test/support/challenge-host.ts';
import { ownAddresses } from '../../../lib/own-addresses.ts';
import { createNameServer, type NameServer } from './name-server.ts';
import { refusal } from './reach.ts';
import { serverName } from './tls-alpn-01.ts';
import { createValidate, type ValidationSubject } from './validate.ts';

const keyAuthorization = `${'t'.repeat(43)}.${'k'.repeat(43)}`;
const loopback = { names: ['*'], networks: ['127.0.0.0/8'], resolvers: [] };
const subject = (type: ValidationSubject['type'], value = 'host.test'): ValidationSubject => ({
  type,
  identifier: { type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value },
  token: 't'.repeat(43),
  keyAuthorization,
});

async function stage(t: TestContext, names: NameServer = namesFrom({ 'host.test': ['127.0.0.1'] })) {
  const host = await startChallengeHost(t);
  const ports = { http: host.http, https: host.https, tlsAlpn: host.tls };
  const validate = createValidate({ ports, nameServer: names });
  const reason = async (type: ValidationSubject['type'], value?: string, settings = loopback) =>
    (await validate(subject(type, value), settings))?.reason;
  return { host, ports, validate, reason };
}

test('HTTP-01: the key authorization is found on port 80, white space after it does not matter', async (t) => {
  const { host, reason } = await stage(t);
  const asked: string[] = [];
  host.web = ({ url, headers }, response) => {
    asked.push(`${headers.host} ${url}`);
    response.end(`${keyAuthorization}\r\n \n`);
  };
  assert.equal(await reason('http-01'), undefined);
  assert.equal(await reason('http-01', '127.0.0.1'), undefined);
  const path = `/.well-known/acme-challenge/${'t'.repeat(43)}`;
  assert.deepEqual(asked, [`host.test:${host.http} ${path}`, `127.0.0.1:${host.http} ${path}`]);
});

test('HTTP-01: what is not the key authorization is refused, and the answer tells what was there', async (t) => {
  const { host, reason, validate } = await stage(t);
  assert.equal(await reason('http-01'), 'http-status');
  host.web = (_request, response) => response.end('<h1>\u0007It works</h1>');
  assert.equal(await reason('http-01'), 'http-content');
  const told = await validate(subject('http-01'), loopback);
  assert.match(told?.detail ?? '', /<h1>\\x07It works<\/h1>/);
  // of another account, with something around it, or cut
  for (const near of [
    `${'t'.repeat(43)}.${'o'.repeat(43)}`,
    `x${keyAuthorization}`,
    `${keyAuthorization} x`,
    't'.repeat(43),
  ]) {
    host.web = (_request, response) => response.end(near);
    assert.equal(await reason('http-01'), 'http-content', near);
  }
  host.web = (_request, response) => response.end('x'.repeat(5_000));
  assert.equal(await reason('http-01'), 'http-too-long');
  host.web = (request) => request.socket.destroy();
  assert.equal(await reason('http-01'), 'http-failed');
  host.web = (_request, response) => void response.writeHead(101, { upgrade: 'x', connection: 'upgrade' }).end();
  assert.equal(await reason('http-01'), 'http-failed');
});

test('HTTP-01: ten redirects are followed, to http and https and ports of the web only', async (t) => {
  const { host, reason, ports, validate } = await stage(
    t,
    namesFrom({ 'host.test': ['127.0.0.1'], 'inside.test': ['10.0.0.1'] }),
  );
  const redirect = (location: string) => {
    host.web = (_request, response) => response.writeHead(302, { location }).end();
  };
  const secure = `https://host.test:${ports.https}/elsewhere`;
  host.web = ({ url }, response) =>
    url === '/elsewhere' ? response.end(keyAuthorization) : response.writeHead(301, { location: secure }).end();
  assert.equal(await reason('http-01'), undefined);
  let left = 10;
  host.web = (_request, response) => {
    if (left-- === 0) response.end(keyAuthorization);
    else response.writeHead(307, { location: `/${left}` }).end();
  };
  assert.equal(await reason('http-01'), undefined);
  left = 11;
  assert.equal(await reason('http-01'), 'redirects');
  redirect('/again');
  assert.equal(await reason('http-01'), 'redirects');
  for (const location of [
    `http://host.test:22/`,
    'ftp://host.test/',
    'file:///etc/passwd',
    'http://a:b@host.test/',
    'http://[',
    'gopher://x',
  ]) {
    redirect(location);
    assert.equal(await reason('http-01'), 'redirect-refused', location);
  }
  // what a server elsewhere says is nothing for whoever ordered
  const elsewhere = `https://127.0.0.1:${ports.https}/`;
  host.web = ({ url }, response) =>
    url === '/' ? response.end('inside only') : response.writeHead(302, { location: elsewhere }).end();
  const told = await validate(subject('http-01'), loopback);
  assert.equal(told?.reason, 'http-content');
  assert.doesNotMatch(told?.detail ?? '', /inside only/);
  redirect(`http://inside.test:${ports.http}/`);
  assert.equal(await reason('http-01'), 'address-not-allowed');
  redirect(`http://0x0a000001:${ports.http}/`);
  assert.equal(await reason('http-01'), 'address-not-allowed');
});

test('HTTP-01: without networks a redirect leads to the name itself and to what may be ordered, nowhere else', async (t) => {
  const { host, ports } = await stage(t);
  const known = ['host.test', 'www.host.test', 'www.host.test.', 'other.test'];
  const nameServer = namesFrom(Object.fromEntries(known.map((name) => [name, ['127.0.0.1']])));
  const validate = createValidate({ ports, nameServer, allow: ['127.0.0.0/8'] });
  const asked: string[] = [];
  const reason = async (to: string, names: readonly string[]) => {
    host.web = ({ url, headers }, response) => {
      asked.push(headers.host ?? '');
      if (url === '/there') response.end(keyAuthorization);
      else response.writeHead(302, { location: `http://${to}:${ports.http}/there` }).end();
    };
    return (await validate(subject('http-01'), { names, networks: [], resolvers: [] }))?.reason;
  };
  for (const to of ['host.test', 'HOST.test', 'www.host.test', 'www.host.test.'])
    assert.equal(await reason(to, ['host.test']), undefined, to);
  asked.length = 0;
  for (const to of ['other.test', '127.0.0.1', '0x7f.1', 'host.test.evil.test'])
    assert.equal(await reason(to, ['host.test', '10.0.0.0/8']), 'redirect-refused', to);
  assert.ok(asked.every((name) => name.startsWith('host.test:')));
  assert.equal(await reason('127.0.0.1', ['host.test', '127.0.0.0/8']), undefined);
  assert.equal(await reason('other.test', ['*']), undefined);
});

test('names that lead nowhere, to nobody, or where nothing is validated are told apart', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const { host, reason } = await stage(
    t,
    namesFrom({ 'host.test': ['127.0.0.1'], 'mixed.test': ['127.0.0.1', '169.254.169.254'], 'none.test': [] }),
  );
  host.web = (_request, response) => response.end(keyAuthorization);
  assert.equal(await reason('http-01', 'missing.test'), 'dns-no-address');
  assert.equal(await reason('http-01', 'none.test'), 'dns-no-address');
  assert.equal(await reason('http-01', 'mixed.test'), 'address-not-allowed');
  assert.equal(
    await reason('http-01', 'host.test', { names: ['*'], networks: [], resolvers: [] }),
    'address-not-allowed',
  );
  assert.equal(await reason('tls-alpn-01', '::1'), 'address-not-allowed');
  const closed = createValidate({
    ports: { http: 1, https: 1, tlsAlpn: 1 },
    nameServer: namesFrom({ 'host.test': ['127.0.0.1'] }),
  });
  assert.equal((await closed(subject('http-01'), loopback))?.reason, 'connection-refused');
  assert.equal((await closed(subject('tls-alpn-01'), loopback))?.reason, 'connection-refused');
});

test('no spelling of a forbidden address, and no second answer of DNS, leads anywhere', async (t) => {
  const inside = await startChallengeHost(t);
  let reached = 0;
  inside.web = (_request, response) => {
    reached++;
    response.end(keyAuthorization);
  };
  // the first host is let through, what it leads to is not
  const entrance = await startChallengeHost(t, '127.0.0.2');
  const check = (nameServer: NameServer) =>
    createValidate({
      ports: { http: entrance.http, https: inside.http, tlsAlpn: inside.tls },
      nameServer,
      allow: ['127.0.0.2/32'],
    })(subject('http-01'), { names: ['*'], networks: [], resolvers: [] });
  const names = namesFrom({ 'host.test': ['127.0.0.2'], localhost: ['127.0.0.1'] });
  for (const spelling of [
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '127.0.0.1.', '0', 'localhost', '169.254.169.254'],
    ...['[::ffff:127.0.0.1]', '[::1]', '[::]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[::127.0.0.1]'],
  ]) {
    const location = `http://${spelling}:${inside.http}/`;
    entrance.web = (_request, response) => response.writeHead(302, { location }).end();
    assert.equal((await check(names))?.reason, 'address-not-allowed', spelling);
  }
  entrance.web = (_request, response) => response.end(keyAuthorization);
  let asked = 0;
  const rebinding: NameServer = {
    ...names,
    addresses: async () => [{ address: asked++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }],
  };
  assert.equal(await check(rebinding), undefined);
  assert.deepEqual([asked, reached], [1, 0]);
});

test('addresses: private and public ones unless the operator lists networks, never this machine by itself', () => {
  for (const address of ['10.1.2.3', '192.168.0.1', 'fd00::1', '100.64.0.1', '8.8.8.8', '2606:4700::1111'])
    assert.equal(refusal(address, []), undefined, address);
  for (const address of [
    '127.0.0.1',
    '::1',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.1.1',
    '224.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '192.0.2.1',
  ])
    assert.ok(refusal(address, []) !== undefined, address);
  // this machine may have a private or a public address, which would be let through otherwise
  for (const address of ownAddresses()) assert.equal(refusal(address, [])?.kind, 'own', address);
  assert.equal(refusal('127.0.0.9', ['127.0.0.0/8']), undefined);
  for (const address of ['10.1.2.3', '8.8.8.8', '::1', '128.0.0.1'])
    assert.ok(refusal(address, ['127.0.0.0/8']) !== undefined, address);
});

test('TLS-ALPN-01: a certificate with exactly the name and the critical hash proves it', async (t) => {
  const { host, reason } = await stage(t);
  host.shown = { alpn: ['acme-tls/1'], certificate: certificateFor('dns', 'host.test', { keyAuthorization }) };
  assert.equal(await reason('tls-alpn-01'), undefined);
  host.shown = { alpn: ['acme-tls/1'], certificate: certificateFor('ip', '127.0.0.1', { keyAuthorization }) };
  assert.equal(await reason('tls-alpn-01', '127.0.0.1'), undefined);
  assert.deepEqual(host.names, ['host.test', '1.0.0.127.in-addr.arpa']);
  assert.equal(serverName({ type: 'ip', value: '2001:db8::1' }), `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
});

test('TLS-ALPN-01: another protocol, name, hash or form does not', async (t) => {
  const { host, reason, ports } = await stage(t);
  const shows = async (options: Parameters<typeof certificateFor>[2], name = 'host.test', alpn = ['acme-tls/1']) => {
    host.shown = { alpn, certificate: certificateFor('dns', name, options) };
    return reason('tls-alpn-01');
  };
  assert.equal(await shows({ keyAuthorization }, 'host.test', ['h2']), 'tls-handshake');
  // a server that knows no ALPN at all shows whatever certificate it has, of another customer too
  const { key, cert } = certificateFor('dns', 'host.test', { keyAuthorization });
  const plainTls = createTls({ key, cert }).listen(0, '127.0.0.1');
  await once(plainTls, 'listening');
  t.after(() => plainTls.close());
  const there = { ...ports, tlsAlpn: (plainTls.address() as AddressInfo).port };
  const without = createValidate({ ports: there, nameServer: namesFrom({ 'host.test': ['127.0.0.1'] }) });
  assert.equal((await without(subject('tls-alpn-01'), loopback))?.reason, 'tls-alpn');
  assert.equal(await shows({}), 'tls-certificate');
  assert.equal(await shows({ keyAuthorization: 'other' }), 'tls-certificate');
  assert.equal(await shows({ keyAuthorization, critical: false }), 'tls-certificate');
  assert.equal(await shows({ keyAuthorization }, 'other.test'), 'tls-certificate');
  assert.equal(await shows({ keyAuthorization, others: ['second.test'] }), 'tls-certificate');
  const { reason: plain } = await stage(t);
  assert.equal(await plain('tls-alpn-01'), 'tls-certificate');
});

test('DNS-01: one of the TXT records is the hash; aliases are followed, loops end', async () => {
  const right = createHash('sha256').update(keyAuthorization).digest('base64url');
  const validate = createValidate({
    nameServer: namesFrom(
      {},
      {
        '_acme-challenge.host.test': ['something else', right],
        '_acme-challenge.wrong.test': ['x'],
        'target.test': [right],
      },
      {
        '_acme-challenge.alias.test': 'middle.test',
        'middle.test': 'target.test',
        '_acme-challenge.loop.test': '_acme-challenge.loop.test',
      },
    ),
  });
  const reason = async (name: string) => (await validate(subject('dns-01', name), loopback))?.reason;
  assert.equal(await reason('host.test'), undefined);
  assert.equal(await reason('alias.test'), undefined);
  assert.equal(await reason('wrong.test'), 'txt-wrong');
  assert.equal(await reason('missing.test'), 'txt-missing');
  assert.equal(await reason('loop.test'), 'txt-missing');
});

test('a DNS server that does not answer is told as such', async (t) => {
  const silent = (await import('node:dgram')).createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const names = createNameServer([`127.0.0.1:${silent.address().port}`]);
  const validate = createValidate({ nameServer: names });
  const answers = await Promise.all([validate(subject('dns-01'), loopback), validate(subject('http-01'), loopback)]);
  assert.deepEqual(
    answers.map((answer) => answer?.reason),
    ['dns-failure', 'dns-failure'],
  );
});
