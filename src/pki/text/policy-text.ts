/** Printers of the policy extensions (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11). */
import { oidLongName } from '../der/oid.ts';
import { type Asn1Node, members, nodeInteger, nodeOid } from './asn1-node.ts';
import { commaList, type PrinterRow } from './extension-printer.ts';
import { cStringText, integerText } from './octets-text.ts';

export const policyPrinters: readonly PrinterRow[] = [
  ['2.5.29.32', certificatePolicies],
  ['2.5.29.33', policyMappings],
  ['2.5.29.36', policyConstraints],
];

function certificatePolicies(value: Asn1Node, indent: number): string {
  return members(value)
    .map((information) => {
      const [policy, qualifiers] = members(information);
      const head = `${' '.repeat(indent)}Policy: ${oidLongName(nodeOid(policy))}`;
      if (qualifiers === undefined) return head;
      return [head, ...members(qualifiers).map((q) => qualifierText(q, indent + 2))].join('\n');
    })
    .join('\n');
}

function qualifierText(node: Asn1Node, indent: number): string {
  const [type, qualifier] = members(node);
  const oid = nodeOid(type);
  if (oid === '1.3.6.1.5.5.7.2.1')
    return `${' '.repeat(indent)}CPS: ${cStringText(qualifier?.content ?? new Uint8Array())}`;
  if (oid === '1.3.6.1.5.5.7.2.2') return `${' '.repeat(indent)}User Notice:\n${noticeText(qualifier, indent + 2)}`;
  return `${' '.repeat(indent + 2)}Unknown Qualifier: ${oidLongName(oid)}`;
}

function noticeText(notice: Asn1Node | undefined, indent: number): string {
  const margin = ' '.repeat(indent);
  let text = '';
  for (const part of members(notice)) {
    if (part.tag === 0x30) {
      const [organization, numbers] = part.children;
      const list = members(numbers);
      text += `${margin}Organization: ${cStringText(organization?.content ?? new Uint8Array())}\n`;
      text += `${margin}Number${list.length > 1 ? 's' : ''}: `;
      text += list.map((number) => integerText(nodeInteger(number))).join(', ');
      if (members(notice).length > 1) text += '\n';
    } else {
      text += `${margin}Explicit Text: ${cStringText(part.content)}`;
    }
  }
  return text;
}

function policyMappings(value: Asn1Node, indent: number): string {
  const items = members(value).map((mapping) => {
    const [issuer, subject] = members(mapping);
    return `${oidLongName(nodeOid(issuer))}:${oidLongName(nodeOid(subject))}`;
  });
  return commaList(items, indent);
}

function policyConstraints(value: Asn1Node, indent: number): string {
  const items = members(value).map((skip) => {
    const name = skip.tag === 0x80 ? 'Require Explicit Policy' : 'Inhibit Policy Mapping';
    return `${name}:${integerText(nodeInteger(skip))}`;
  });
  return commaList(items, indent);
}
