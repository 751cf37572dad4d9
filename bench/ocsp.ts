/**
 * `npm run bench -- ocsp PKIDIR cached|signed SECONDS [keep]`: answers of the serving process to POSTs about one
 * certificate, from memory or (the question brings a nonce) signed each time, over new connections or kept ones.
 * PKIDIR holds inter.pem, inter.key and client.pem. HTTPLOAD names a load generator that is called as
 * `HTTPLOAD PORT PATH BODYFILE TYPE SECONDS THREADS [keep] PID`; without one the load comes from here. One JSON line.
 */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCertificate, publicKeyInfoOf } from '../src/pki/certificate/build.ts';
import { keyIdentifier } from '../src/pki/certificate/build-extensions.ts';
import { parseCertificate } from '../src/pki/certificate/certificate.ts';
import { buildOcspRequest } from '../src/pki/ocsp/build-ocsp-request.ts';
import { decodePem } from '../src/pki/pem.ts';
import { startPublished } from '../test/support/published.ts';

const [pki = '', mode = 'cached', seconds = '2', keep = ''] = process.argv.slice(2);
if (pki === '') {
  console.error('usage: npm run -s bench -- ocsp PKIDIR cached|signed SECONDS [keep]');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'tollgate-ocsp-bench-'));
const issuer = certificateIn('inter.pem');
const client = certificateIn('client.pem');
const issuerKey = createPrivateKey(readFileSync(join(pki, 'inter.key')));
const responderKey =
  issuerKey.asymmetricKeyType === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const publicKeyInfo = publicKeyInfoOf(responderKey);
const responder = buildCertificate({
  subject: [{ type: 'CN', value: 'OCSP responder' }],
  issuer: issuer.subject,
  publicKeyInfo,
  serial: randomBytes(16),
  notBefore: Date.now() - 60_000,
  notAfter: Date.now() + 14 * 86_400_000,
  extensions: {
    basicConstraints: { ca: false },
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['ocspSigning'],
    authorityKeyIdentifier: keyIdentifier(issuer.publicKeyInfo),
    ocspNoCheck: true,
  },
  signingKey: issuerKey,
  digest: 'sha256',
});

const published = await startPublished({
  authorities: [
    {
      path: '/ca/bench.cer',
      certificate: issuer.der,
      responder: { certificate: responder, key: responderKey },
      statuses: [{ serial: client.serial, state: 'good', revokedAt: 0, reasonCode: 0 }],
    },
  ],
  limits: { signaturesPerSecond: 1_000_000 },
});
try {
  const nonce = mode === 'signed' ? { nonce: randomBytes(32) } : {};
  const request = buildOcspRequest({ certificate: client, issuer, ...nonce });
  const body = join(folder, 'request.der');
  writeFileSync(body, request);
  const load = (time: string) => {
    const words = [String(published.port), '/ocsp', body, 'application/ocsp-request', time, '2'];
    const all = [...words, ...(keep === '' ? [] : ['keep']), String(published.pid)];
    return execFileSync(process.env['HTTPLOAD'] ?? '', all, { encoding: 'utf8' }).trim();
  };
  if (process.env['HTTPLOAD'] !== undefined) {
    load('1.5');
    console.log(load(seconds));
  } else {
    await ownLoad(request, 1.5);
    console.log(JSON.stringify(await ownLoad(request, Number(seconds))));
  }
} finally {
  await published.stop();
  rmSync(folder, { recursive: true });
}

function certificateIn(name: string) {
  const blocks = decodePem(readFileSync(join(pki, name)));
  const parsed = blocks.ok ? parseCertificate(blocks.value[0]!.der) : blocks;
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** Four clients, one question each at a time. */
async function ownLoad(request: Uint8Array, time: number) {
  const head = `POST /ocsp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/ocsp-request\r\nContent-Length: ${request.length}\r\nConnection: ${keep === '' ? 'close' : 'keep-alive'}\r\n\r\n`;
  const message = Buffer.concat([Buffer.from(head), request]);
  const began = performance.now();
  const cpuBegan = cpuSeconds();
  let answered = 0;
  let errs = 0;
  const client = async () => {
    while (performance.now() - began < time * 1000) {
      await new Promise<void>((resolve) => {
        const socket = connect({ port: published.port, host: '127.0.0.1', noDelay: true });
        socket.on('connect', () => socket.write(message));
        socket.on('data', (chunk) => {
          if (chunk.toString('latin1', 0, 15) === 'HTTP/1.1 200 OK') answered++;
          if (keep === '' || performance.now() - began >= time * 1000) socket.end();
          else socket.write(message);
        });
        socket.on('error', () => errs++);
        socket.on('close', () => resolve());
      });
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  const lasted = (performance.now() - began) / 1000;
  const cpu = cpuSeconds() - cpuBegan;
  return { ops_s: Math.round(answered / lasted), errs, ops_cpu: Math.round(answered / cpu) };
}

/** Of the serving process, as the kernel counts it in hundredths. */
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${published.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
