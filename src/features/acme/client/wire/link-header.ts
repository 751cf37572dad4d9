/** Link headers (RFC 8288), of which ACME uses `alternate`, `up`, `index` and `terms-of-service`; read strictly. */

export interface Link {
  /** As it stands there, perhaps relative. */
  readonly target: string;
  readonly relation: string;
}

const mostLinks = 20;

/** Every link; none at all when any part of the header is not as the grammar has it. */
export function parseLinks(header: string | undefined): readonly Link[] {
  if (header === undefined || header.length > 8_192) return [];
  const links: Link[] = [];
  let rest = header;
  while (rest !== '') {
    const found = oneLink.exec(rest);
    if (found === null || links.length === mostLinks) return [];
    const [whole, target = '', parameters = ''] = found;
    const relation = relationOf(parameters);
    if (relation === undefined) return [];
    for (const one of relation) links.push({ target, relation: one });
    rest = rest.slice(whole.length);
  }
  return links;
}

/** Targets of one relation, as absolute URLs; what is no URL is left out. */
export function linkTargets(header: string | undefined, relation: string, base: URL): readonly string[] {
  return parseLinks(header)
    .filter((link) => link.relation === relation)
    .flatMap(({ target }) => URL.parse(target, base.href)?.href ?? []);
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = `;[ \\t]*(${token})(?:=(?:(${token})|"([^"\\\\\\x00-\\x1f\\x7f]*)"))?[ \\t]*`;
const oneLink = new RegExp(
  `^[ \\t]*<([\\x21-\\x3b\\x3d\\x3f-\\x7e]+)>[ \\t]*((?:${parameter.replaceAll(/\((?!\?)/g, '(?:')})*)(?:,[ \\t]*|$)`,
);

/** RFC 8288 3.3: the first `rel` counts; it may name several relations. */
function relationOf(parameters: string): readonly string[] | undefined {
  for (const [, name, bare, inQuotes] of parameters.matchAll(new RegExp(parameter, 'g')))
    if (name?.toLowerCase() === 'rel') return (bare ?? inQuotes)?.toLowerCase().split(/ +/).filter(Boolean);
  return undefined;
}
