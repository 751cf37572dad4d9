/** How near a certificate is to its end, in the three steps the page colours. */
import type { Tone } from '../notice.tsx';
import { spanText } from '../time.tsx';

export interface Span {
  readonly notBefore: string;
  readonly notAfter: string;
  /** From when the gateway warns; a third of the lifetime before the end, at most 30 days, when not given. */
  readonly alertFrom?: string | undefined;
}

/** Green until the gateway would warn, amber from then on, red once it is over or has not begun. */
export function expiryTone(span: Span, now = Date.now()): Tone {
  if (now > Date.parse(span.notAfter) || now < Date.parse(span.notBefore)) return 'critical';
  return now >= alertFrom(span) ? 'warning' : 'ok';
}

/** `Valid`, `Expires in 12 days`, `Expired 3 days ago`, `Not yet valid`. */
export function expiryWords(span: Span, now = Date.now()): string {
  const end = Date.parse(span.notAfter);
  if (now > end) return `Expired ${spanText(now - end)} ago`;
  if (now < Date.parse(span.notBefore)) return 'Not yet valid';
  return now >= alertFrom(span) ? `Expires in ${spanText(end - now)}` : 'Valid';
}

/** The moment from which the gateway warns, in milliseconds. */
export function alertFrom(span: Span): number {
  if (span.alertFrom !== undefined) return Date.parse(span.alertFrom);
  const end = Date.parse(span.notAfter);
  return end - Math.min(30 * 86_400_000, (end - Date.parse(span.notBefore)) / 3);
}
