/** Extensions in OpenSSL's layout: one table from OID to printer; what is not in it is shown as octets. */
import type { Extension } from '../certificate/extension/extension-set.ts';
import { oidLongName } from '../der/oid.ts';
import { readNode, Unprintable } from './asn1-node.ts';
import { distributionPointPrinters } from './distribution-point-text.ts';
import type { ExtensionPrinter } from './extension-printer.ts';
import { namePrinters } from './name-extension-text.ts';
import { dottedText } from './octets-text.ts';
import { policyPrinters } from './policy-text.ts';
import { sctPrinters } from './sct-text.ts';
import { usagePrinters } from './usage-text.ts';

/** Title at `indent`, each extension below it, content below that; ends in a newline. Nothing for no extensions. */
export function extensionsText(title: string, extensions: readonly Extension[], indent: number): string {
  if (extensions.length === 0) return '';
  return `${' '.repeat(indent)}${title}:\n${extensions.map((e) => extensionText(e, indent + 4)).join('')}`;
}

function extensionText(extension: Extension, indent: number): string {
  const head = `${' '.repeat(indent)}${oidLongName(extension.oid)}: ${extension.critical ? 'critical' : ''}\n`;
  return `${head}${contentText(extension, indent + 4)}\n`;
}

function contentText(extension: Extension, indent: number): string {
  const printer = printers.get(extension.oid);
  if (printer !== undefined) {
    try {
      return printer(readNode(extension.value), indent);
    } catch (thrown) {
      if (!(thrown instanceof Unprintable)) throw thrown;
    }
  }
  return ' '.repeat(indent) + dottedText(extension.value);
}

const printers: ReadonlyMap<string, ExtensionPrinter> = new Map([
  ...usagePrinters,
  ...namePrinters,
  ...policyPrinters,
  ...distributionPointPrinters,
  ...sctPrinters,
]);
