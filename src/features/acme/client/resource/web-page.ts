/** Links of a CA that are shown to a person. */
import { printable } from '../../../../lib/printable.ts';

/** The link as a person may follow it, absolute: http or https, without a user. Undefined for everything else. */
export function webPage(link: string | undefined, base?: string): string | undefined {
  const url = link === undefined ? null : URL.parse(link, base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') return undefined;
  return printable(url.href, 2_048);
}
