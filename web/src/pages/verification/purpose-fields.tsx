/** What both halves of the page ask: the purpose, the names to prove, and for files the moment. */
import { NativeSelect, TextInput } from '@mantine/core';
import type { Decision } from '../../api.ts';

export type Purpose = Decision['purpose'];

export const purposeLabels: Readonly<Record<Purpose, string>> = {
  sip: 'SIP peer, either direction',
  'sip-server': 'SIP peer that answers',
  'sip-client': 'SIP peer that calls',
  'https-server': 'HTTPS server',
  'https-client': 'HTTPS client',
  ldap: 'LDAP server',
  syslog: 'Syslog server',
  'policy-server': 'External policy server',
  'call-manager': 'Call manager',
  'cluster-peer': 'Cluster peer',
  xmpp: 'XMPP server',
  smtp: 'Mail server',
  any: 'Any use',
};

interface PurposeFieldsProps {
  readonly purpose: Purpose;
  readonly onPurpose: (purpose: Purpose) => void;
  readonly names: string;
  readonly onNames: (names: string) => void;
  readonly namesHelp: string;
}

/** Purpose and expected names side by side. */
export function PurposeFields({ purpose, onPurpose, names, onNames, namesHelp }: PurposeFieldsProps) {
  return (
    <div className="tg-columns tg-columns-narrow">
      <NativeSelect
        label="Purpose"
        description="What the certificate is to prove."
        data={Object.entries(purposeLabels).map(([value, label]) => ({ value, label }))}
        value={purpose}
        onChange={(e) => onPurpose(e.currentTarget.value as Purpose)}
      />
      <TextInput
        label="Expected names"
        description={namesHelp}
        placeholder="sip.example.com, sip:example.com"
        spellCheck={false}
        value={names}
        onChange={(e) => onNames(e.currentTarget.value)}
      />
    </div>
  );
}

/** The names between commas or blanks. */
export function splitNames(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
