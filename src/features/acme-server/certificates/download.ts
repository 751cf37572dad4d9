/** The certificate of an order (RFC 8555 7.4.2): PEM, leaf first; other chains as alternates. */
import { encodePem } from '../../../pki/pem.ts';
import { nothingThere } from '../authorizations/authorizations.ts';
import type { Call, Core } from '../protocol/core.ts';
import type { AcmeAnswer } from '../protocol/exchange.ts';
import { accountMessage, requireEmpty } from '../protocol/message.ts';
import { selectCertificate } from './certificate-store.ts';

/** `alternate`: 0 is the preferred chain. */
export async function download(core: Core, call: Call, id: string, alternate: number): Promise<AcmeAnswer> {
  const message = await accountMessage(core, call);
  requireEmpty(message);
  const row = await selectCertificate(core.storage.db, id);
  const chains = row === undefined ? [] : (JSON.parse(row.chains) as string[][]);
  const chain = chains[alternate];
  if (row?.account_id !== message.account.id || chain === undefined) throw nothingThere();
  const url = (place: number): string => `${call.base}/certificate/${id}${place === 0 ? '' : `/${place}`}`;
  const links = chains.flatMap((_, i) => (i === alternate ? [] : [`<${url(i)}>;rel="alternate"`]));
  return {
    status: 200,
    headers: { 'content-type': 'application/pem-certificate-chain', ...(links.length > 0 && { link: links }) },
    body: chain.map((der) => encodePem('CERTIFICATE', new Uint8Array(Buffer.from(der, 'base64')))).join(''),
  };
}
