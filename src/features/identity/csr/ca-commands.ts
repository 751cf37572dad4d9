/** Commands that turn a request into a certificate, ready to be copied beside the request. */
import type { CsrView } from '../schemas.ts';

/** The commands for a request that asks for client use as well (`client`) or for server use alone. */
export function caCommands(client: boolean): CsrView['commands'] {
  const template = client ? 'Webclientandserver' : 'WebServer';
  return [
    {
      title: 'Microsoft certification authority',
      command: `certreq -submit -attrib "CertificateTemplate:${template}" csr.pem server.cer`,
      note: client
        ? 'Run as administrator on the CA. The template Webclientandserver has to be made first; the documentation says how.'
        : 'Run as administrator on the CA.',
    },
    {
      title: 'OpenSSL',
      command:
        'openssl ca -config openssl.cfg -cert cacert.pem -keyfile private/cakey.pem -in csr.pem -out certs/server.pem -md sha256',
      note: 'Run in the folder of the CA. `copy_extensions = copy` in its configuration keeps the alternative names.',
    },
  ];
}
