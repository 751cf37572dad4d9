/** Command lines with which clients of ACME enrol here, ready to be run. */

export interface ClientCommand {
  readonly client: string;
  readonly command: string;
  readonly note: string;
}

/** Key identifier and secret of external account binding. */
export interface Binding {
  readonly id: string;
  readonly hmac: string;
}

/**
 * For `name`, at the directory `url`; without `binding` where none is needed. All of it goes into a shell or a
 * configuration file unquoted: none of it may hold a space.
 */
export function clientCommands(url: string, name: string, mail: string, binding?: Binding): readonly ClientCommand[] {
  const { id = '', hmac = '' } = binding ?? {};
  const bound = (text: string) => (binding ? text : '');
  return [
    {
      client: 'certbot',
      command: `certbot certonly --standalone --server ${url} -d ${name}${bound(` --eab-kid ${id} --eab-hmac-key ${hmac}`)} --agree-tos -m ${mail}`,
      note: 'certbot renew renews it; its timer does so by itself.',
    },
    {
      client: 'lego',
      command: `lego --server ${url} --email ${mail} --accept-tos${bound(` --eab --kid ${id} --hmac ${hmac}`)} --domains ${name} --http run`,
      note: 'The same with renew --days 30 in place of run renews it.',
    },
    {
      client: 'uacme',
      command: [
        `uacme -y${bound(` -e ${id}:${hmac}`)} -a ${url} new ${mail}`,
        `UACME_CHALLENGE_PATH=/var/www/html/.well-known/acme-challenge uacme -a ${url} -h /usr/share/uacme/uacme.sh issue ${name}`,
      ].join('\n'),
      note: 'The second line again renews it.',
    },
    {
      client: 'dehydrated',
      command: [
        `# in its configuration`,
        `CA="${url}"`,
        ...(binding ? [`EAB_KID="${id}"`, `EAB_HMAC_KEY="${hmac}"`] : []),
        `WELLKNOWN="/var/www/html/.well-known/acme-challenge"`,
        `# then`,
        `dehydrated --register --accept-terms`,
        `dehydrated --cron --domain ${name}`,
      ].join('\n'),
      note: 'The last line again renews it.',
    },
    {
      client: 'Caddy',
      command: [
        '{',
        `\temail ${mail}`,
        `\tacme_ca ${url}`,
        ...(binding ? ['\tacme_eab {', `\t\tkey_id ${id}`, `\t\tmac_key ${hmac}`, '\t}'] : []),
        '}',
        `${name} {`,
        '\trespond "Hello"',
        '}',
      ].join('\n'),
      note: 'Its Caddyfile. It enrols and renews by itself.',
    },
  ];
}
