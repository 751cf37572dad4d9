/**
 * TLS to a server that an operator named: the address is checked when the connection is made, the chain ends at the
 * CAs given, and our own matcher checks the name. Nothing is sent before all of that is good.
 */
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import tls from 'node:tls';
import {
  type AddressRefusal,
  AddressRefused,
  type AddressRules,
  addressRefusal,
  checkedLookup,
  literalAddress,
  type Resolve,
} from '../../../../lib/address-filter.ts';
import { neverCalled } from '../../../../lib/allow-list.ts';
import { certificateFault, connectionFault } from '../../../../lib/connection-fault.ts';
import { ownAddresses } from '../../../../lib/own-addresses.ts';
import { printable } from '../../../../lib/printable.ts';
import { parseCertificate } from '../../../../pki/certificate/certificate.ts';
import { matchName, presentedNames } from '../../../../pki/name/match-name.ts';
import { parseReferenceName } from '../../../../pki/name/reference-name.ts';
import { AcmeProblem } from '../acme-problem.ts';
import { addressRulesFor } from './address-rules.ts';

export interface ConnectorOptions {
  readonly ca?: readonly string[];
  readonly allowed?: readonly string[];
  readonly resolve?: Resolve;
}

/** Connects within so many milliseconds. The caller destroys the socket. Throws AcmeProblem. */
export type Connector = (host: string, port: number, within: number) => Promise<tls.TLSSocket>;

export function createConnector({ ca, allowed = [], resolve = systemResolve }: ConnectorOptions): Connector {
  let secureContext: tls.SecureContext | undefined;
  return async (host, port, within) => {
    const rules = addressRulesFor(host, allowed, ownAddresses());
    const literal = literalAddress(host);
    const refused = literal === undefined ? undefined : addressRefusal(literal, rules);
    if (refused !== undefined) throw addressRefused(host, refused);
    secureContext ??= tls.createSecureContext({ minVersion: 'TLSv1.2', ...(ca !== undefined && { ca: [...ca] }) });
    const where = { host: literal ?? host, port, lookup: checkedLookup(resolve, rules), autoSelectFamily: true };
    const socket = tls.connect({
      ...where,
      secureContext,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      checkServerIdentity: (_host, certificate) => nameFault(host, certificate.raw),
    });
    try {
      await secured(socket, within, rules);
    } catch (error) {
      socket.destroy();
      throw wordsFor(error as Error, host, port);
    }
    return socket;
  };
}

const systemResolve: Resolve = (host, options, done) => lookup(host, options, done);

/** RFC 9525: the subject alternative names alone, and an address only as an address. */
function nameFault(host: string, der: Uint8Array): Error | undefined {
  const parsed = parseCertificate(new Uint8Array(der));
  if (!parsed.ok) return new NameFault(`it cannot be read: ${parsed.error.message}`);
  const name = parseReferenceName(host);
  if (!name.ok) return new NameFault(name.error);
  if (matchName(parsed.value, name.value, { wildcards: true, commonName: false }).matched !== undefined)
    return undefined;
  const held = presentedNames(parsed.value, 5).map((one) => printable(one));
  return new NameFault(`it is not made out to ${printable(host)} but to ${held.join(', ') || 'nobody'}`);
}

class NameFault extends Error {}

function secured(socket: tls.TLSSocket, within: number, rules: AddressRules): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(new Error(`no connection within ${within / 1_000} s`)), within);
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    // stays: an error of a kept connection is nobody's
    socket.on('error', finish);
    socket.once('close', () => finish(new Error('the server closed the connection')));
    socket.once('secureConnect', () => {
      const refused = socket.remoteAddress === undefined ? undefined : addressRefusal(socket.remoteAddress, rules);
      finish(refused === undefined ? undefined : new AddressRefused(refused));
    });
  });
}

function wordsFor(error: Error & { readonly code?: string }, host: string, port: number): AcmeProblem {
  if (error instanceof AddressRefused) return addressRefused(host, error.refusal);
  const { code = '' } = error;
  const where = `${printable(host)}:${port}`;
  const fault = error instanceof NameFault ? error.message : certificateFault(code);
  if (fault !== undefined)
    return new AcmeProblem('acme.server-certificate', `The certificate of ${where} is not accepted: ${fault}.`);
  if (/^(ENOTFOUND|ENODATA|ESERVFAIL|EREFUSED|EAI_\w+)$/.test(code))
    return new AcmeProblem('acme.name-unknown', `The name ${printable(host)} could not be resolved (${code}).`);
  return new AcmeProblem('acme.no-connection', `No connection to ${where}: ${connectionFault(error)}.`);
}

function addressRefused(host: string, refusal: AddressRefusal): AcmeProblem {
  const never = neverCalled.includes(refusal.kind);
  return new AcmeProblem(
    'acme.address-refused',
    `${printable(host)} is not called: ${refusal.words}.`,
    never ? {} : { host },
    ...(never ? ['Such addresses are never called. Use a name that leads to the server from here.'] : []),
  );
}
