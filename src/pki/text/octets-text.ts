/** How OpenSSL writes octets, numbers and times: the small pieces every decoded view is made of. */
import { toColonHex, toHex } from '../../lib/bytes.ts';
import { printable } from '../../lib/printable.ts';

/** Lower-case pairs joined by colons, `perLine` to a line, every line indented; a line that goes on ends in a colon. */
export function hexLines(bytes: Uint8Array, indent: number, perLine: number): string {
  return breakHex(toColonHex(bytes).toLowerCase(), indent, perLine);
}

/** The same in upper case, without indent before the first line. */
export function upperHexLines(bytes: Uint8Array, indent: number, perLine: number): string {
  return breakHex(toColonHex(bytes), indent, perLine).trimStart();
}

/**
 * Octets as text with a dot for each that is no visible ASCII. OpenSSL passes line feeds and carriage returns through;
 * here they are dots too, or an extension could forge lines of the decoded view.
 */
export function dottedText(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += octet < 0x20 || octet > 0x7e ? '.' : String.fromCharCode(octet);
  return text;
}

/** UTF-8 text of a certificate with control and invisible characters escaped, at its full length. */
export function utf8Text(bytes: Uint8Array): string {
  return printable(Buffer.from(bytes).toString('utf8'), Number.POSITIVE_INFINITY);
}

/** The same up to the first zero octet, where OpenSSL ends a C string: a BMPString in a policy notice shows as nothing. */
export function cStringText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8Text(end < 0 ? bytes : bytes.subarray(0, end));
}

/** `Nov  1 09:08:07 2026 GMT`, from milliseconds since 1970; `fraction` is written after the seconds. */
export function timeText(milliseconds: number, fraction = ''): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}${fraction}`;
  const day = String(date.getUTCDate()).padStart(2);
  return `${months[date.getUTCMonth()]} ${day} ${clock} ${date.getUTCFullYear()} GMT`;
}

/** A serial number in the line after `Serial Number:`; small ones stand on the line itself. */
export function serialText(content: Uint8Array): string {
  const value = signedValue(content);
  // OpenSSL prints what fits a C long in decimal, and takes -1 for a failure.
  if (value >= -(2n ** 63n) && value < 2n ** 63n && value !== -1n) {
    const [sign, size] = value < 0n ? ['-', -value] : ['', value];
    return ` ${sign}${size} (${sign}0x${size.toString(16)})`;
  }
  const negative = value < 0n ? ' (Negative)' : '';
  return `\n            ${negative}${hexLines(magnitude(value), 0, Number.POSITIVE_INFINITY)}`;
}

/** A serial number in upper-case hex as CRLs and OCSP answers show it. */
export function hexSerialText(content: Uint8Array): string {
  const value = signedValue(content);
  const digits = toHex(magnitude(value)).toUpperCase();
  return `${value < 0n ? '-' : ''}${digits.replace(/(.{70})(?=.)/g, '$1\\\n')}`;
}

/** An INTEGER inside an extension: decimal below 128 bits, else hexadecimal. */
export function integerText(value: bigint): string {
  const [sign, size] = value < 0n ? ['-', -value] : ['', value];
  if (size < 2n ** 127n) return `${sign}${size}`;
  const digits = size.toString(16).toUpperCase();
  return `${sign}0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function breakHex(pairs: string, indent: number, perLine: number): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += perLine * 3) lines.push(margin + pairs.slice(at, at + perLine * 3));
  return lines.join('\n');
}

function signedValue(content: Uint8Array): bigint {
  return content.length === 0 ? 0n : BigInt.asIntN(content.length * 8, BigInt(`0x${toHex(content)}`));
}

function magnitude(value: bigint): Uint8Array {
  const digits = (value < 0n ? -value : value).toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}
