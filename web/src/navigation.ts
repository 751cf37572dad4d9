/** The one table of pages: where each stands in the menus, what it is called, by which words it is found. */

export interface PageEntry {
  /** Path in the address bar. */
  readonly path: string;
  /** Menu and sub-menu, as the guides write them: `Maintenance > Security`. */
  readonly menu: readonly [string, ...string[]];
  readonly title: string;
  /** What one does there, shown in the search box. */
  readonly purpose: string;
  /** Further words the search box knows: what people call it elsewhere. */
  readonly keywords: string;
}

export const pages = [
  {
    path: '/',
    menu: ['Status'],
    title: 'Overview',
    purpose: 'What is wrong, what to do, what is served, what expires',
    keywords: 'home dashboard start expiry expiration time line alarms health',
  },
  {
    path: '/status/alarms',
    menu: ['Status'],
    title: 'Alarms',
    purpose: 'Raised and cleared alarms; acknowledge them',
    keywords: 'alerts warnings critical conditions acknowledge',
  },
  {
    path: '/status/peers',
    menu: ['Status'],
    title: 'Peers',
    purpose: 'Every certificate a peer has presented, the last decision about it, a forecast',
    keywords: 'peer certificates seen forecast expiry renewal clientauth decision why refused',
  },
  {
    path: '/status/audit',
    menu: ['Status'],
    title: 'Audit log',
    purpose: 'Who changed what, when and from where',
    keywords: 'event log history changes logs configuration log',
  },
  {
    path: '/system/settings',
    menu: ['System'],
    title: 'Settings',
    purpose: 'Role, FQDN, DNS names, clustering and limits',
    keywords: 'dns system host name domain fqdn cluster name peers clustering role core edge limits',
  },
  {
    path: '/system/listeners',
    menu: ['System'],
    title: 'Listeners',
    purpose: 'Ports and whether they are listened on, the SIP server behind the gateway, relays',
    keywords:
      'ports bind address listen https sip tls mutual upstream proxy kamailio asterisk relay xmpp ldap syslog tcp forward not listening',
  },
  {
    path: '/configuration/unified-communications',
    menu: ['Configuration'],
    title: 'Unified Communications',
    purpose: 'The features and lists that decide which names a certificate needs',
    keywords:
      'mra mobile and remote access jabber guest xmpp federation business to business b2b registration domains chat node aliases phone security profile names collab-edge',
  },
  {
    path: '/configuration/sip',
    menu: ['Configuration'],
    title: 'SIP',
    purpose: 'Certificate revocation checking of SIP peers and of every other purpose',
    keywords: 'revocation checking mode use ocsp use crls allow crl downloads from cdps fallback behavior tls verify',
  },
  {
    path: '/configuration/zones',
    menu: ['Configuration'],
    title: 'Zones',
    purpose: 'Peers, what they must prove, access rules, trust sets, what breaks when',
    keywords:
      'neighbor traversal client server default zone tls verify mode subject name peer address access rules trust set eku calendar sip',
  },
  {
    path: '/security/server-certificate',
    menu: ['Maintenance', 'Security'],
    title: 'Server certificate',
    purpose: 'View, generate CSR, upload the certificate this gateway presents',
    keywords: 'csr generate upload private key expires pem decoded reset roll back identity tls https sip',
  },
  {
    path: '/security/client-certificate',
    menu: ['Maintenance', 'Security'],
    title: 'Client certificate',
    purpose: 'The certificate presented when the gateway opens a connection',
    keywords: 'clientauth mutual tls outgoing zone identity csr upload',
  },
  {
    path: '/security/domain-certificates',
    menu: ['Maintenance', 'Security'],
    title: 'Domain certificates',
    purpose: 'Certificates chosen by server name indication, one for each domain',
    keywords: 'sni multitenancy tenant domain virtual host',
  },
  {
    path: '/security/trusted-ca',
    menu: ['Maintenance', 'Security'],
    title: 'Trusted CA certificate',
    purpose: 'The certificate authorities this gateway trusts',
    keywords: 'root intermediate append ca bundle delete reset default trust store anchor crl certificates',
  },
  {
    path: '/security/private-ca',
    menu: ['Maintenance', 'Security'],
    title: 'Private CA',
    purpose: 'A certificate authority of your own: root, intermediates, CRLs, OCSP',
    keywords:
      'root intermediate issuing ca create rotate passphrase crl ocsp responder aia cdp democa openssl import export sign',
  },
  {
    path: '/security/issued-certificates',
    menu: ['Maintenance', 'Security'],
    title: 'Issued certificates',
    purpose: 'What the private CA has issued; search and revoke',
    keywords: 'revoke revocation serial search hold release record sign csr issue',
  },
  {
    path: '/security/certificate-templates',
    menu: ['Maintenance', 'Security'],
    title: 'Certificate templates',
    purpose: 'What certificates of the private CA say: usage, lifetime, names',
    keywords: 'profile eku extended key usage days web client server wildcard',
  },
  {
    path: '/security/acme',
    menu: ['Maintenance', 'Security'],
    title: 'ACME',
    purpose: 'CAs that certificates are ordered from; how and when they renew themselves',
    keywords:
      'lets encrypt letsencrypt provider account renewal renew automatic scheduler time line http-01 dns-01 tls-alpn-01 challenge port 80 eab ari',
  },
  {
    path: '/security/acme-server',
    menu: ['Maintenance', 'Security'],
    title: 'ACME clients',
    purpose: 'Machines that enrol at the private CA by themselves: directories, keys, accounts, orders',
    keywords: 'acme server certbot lego uacme dehydrated caddy acme.sh directory url eab key enrol enroll orders',
  },
  {
    path: '/tools/verify',
    menu: ['Maintenance', 'Tools'],
    title: 'Verify',
    purpose: 'Why a certificate or a remote server is accepted or refused',
    keywords: 'check test remote host port sip options tls chain path explain refused rejected trust openssl s_client',
  },
  {
    path: '/security/crl-management',
    menu: ['Maintenance', 'Security'],
    title: 'CRL management',
    purpose: 'Automatic CRL updates, uploaded CRLs, which CA has one',
    keywords: 'revocation list crl distribution points automatic updates upload remove coverage revoked ocsp cdp',
  },
  {
    path: '/security/client-certificate-testing',
    menu: ['Maintenance', 'Security'],
    title: 'Client certificate testing',
    purpose: 'Each check of a client certificate, and the user name found in it',
    keywords: 'regex user name format template browser certificate log-in authentication crl check',
  },
  {
    path: '/security/certificate-based-authentication',
    menu: ['Maintenance', 'Security'],
    title: 'Certificate-based authentication',
    purpose: 'Whether browsers must show a client certificate, and whether it is the log-in',
    keywords: 'client certificate https validation authentication log-in smart card cac crl check mutual tls',
  },
  {
    path: '/security/secure-traversal-test',
    menu: ['Maintenance', 'Security'],
    title: 'Secure traversal test',
    purpose: 'Connects to the other side and says what each would refuse',
    keywords: 'traversal zone test tls connection peer both directions remedy',
  },
  {
    path: '/tools/decode',
    menu: ['Maintenance', 'Tools'],
    title: 'Decode',
    purpose: 'Read a certificate, CSR, CRL, OCSP answer or public key',
    keywords: 'openssl x509 text view pem der inspect',
  },
  {
    path: '/tools/convert',
    menu: ['Maintenance', 'Tools'],
    title: 'Convert',
    purpose: 'To PEM, DER or PKCS#7; reads PKCS#12 too',
    keywords: 'der pem pkcs7 p7b pkcs12 pfx p12 format',
  },
  {
    path: '/tools/match',
    menu: ['Maintenance', 'Tools'],
    title: 'Match',
    purpose: 'Does this key belong to this certificate or CSR?',
    keywords: 'key modulus belongs pair compare',
  },
  {
    path: '/tools/chain',
    menu: ['Maintenance', 'Tools'],
    title: 'Chain',
    purpose: 'Put certificates in order and complete the chain',
    keywords: 'order complete intermediate missing issuer bundle',
  },
  {
    path: '/users',
    menu: ['Users'],
    title: 'Users and tokens',
    purpose: 'Accounts, roles and API tokens',
    keywords: 'administrator accounts auditor password api token role login',
  },
  {
    path: '/help/api',
    menu: ['Help'],
    title: 'API reference',
    purpose: 'Every operation of the API of this gateway',
    keywords: 'openapi rest swagger automation curl endpoints',
  },
  {
    path: '/help/about',
    menu: ['Help'],
    title: 'About and help',
    purpose: 'Version, licence, how to use the command line',
    keywords: 'version licence license cli shortcuts keyboard support',
  },
] as const satisfies readonly PageEntry[];

/** The entry a path belongs to; pages below an entry (`/security/domain-certificates/x`) count as that entry. */
export function pageOf(path: string): PageEntry | undefined {
  return (
    pages.find((page) => page.path === path) ??
    pages.find((page) => page.path !== '/' && path.startsWith(`${page.path}/`))
  );
}

/** Pages in which every word of `query` occurs, those whose title starts with it first. */
export function findPages(query: string): readonly PageEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (page: PageEntry) => (page.title.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return pages.filter((page) => words.every((word) => haystack(page).includes(word))).sort((a, b) => rank(a) - rank(b));
}

function haystack(page: PageEntry): string {
  return [page.title, ...page.menu, page.purpose, page.keywords].join(' ').toLowerCase();
}
