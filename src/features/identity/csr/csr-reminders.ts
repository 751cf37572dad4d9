/** What an operator should know before a request is sent to a CA: none of it prevents the request. */
import { printable, printableList } from '../../../lib/printable.ts';
import { type Settings, settingsFlags } from '../../settings/settings.ts';
import type { NameSource } from '../required-names.ts';
import type { CsrForm, Remark } from '../schemas.ts';
import { domainOf, type Slot } from '../slots.ts';
import type { CsrPlan } from './csr-form.ts';

/** The reminders of a planned request, in the order they are shown. */
export function csrReminders(
  slot: Slot,
  form: CsrForm,
  settings: Settings,
  plan: Omit<CsrPlan, 'reminders'>,
): Remark[] {
  const remarks: Remark[] = [];
  const remark = (code: string, message: string, hint: string): void => {
    remarks.push({ code, message, hint });
  };
  if (domainOf(slot) === undefined) {
    for (const flag of settingsFlags(settings)) remark(flag.code, flag.message, flag.hint);
    const own = [settings.fqdn, settings.clusterName].filter((name) => name !== '');
    if (own.length > 0 && !own.includes(plan.commonName.toLowerCase())) {
      remark(
        'identity.common-name-other',
        `The common name ${printable(plan.commonName, 120)} is neither this peer's FQDN nor the cluster's.`,
        `The usual common name is ${own.join(' or ')}.`,
      );
    }
  }
  nameReminders(plan, remark);
  if (form.alternativeNames === 'all-peers' && settings.clustered) {
    remark(
      'identity.all-peers',
      'The request names every peer of the cluster. Each peer has a key of its own, so each needs a certificate of its own.',
      'Choose this only when the CA or a client insists on it; this peer and the cluster are always named.',
    );
  }
  keyReminders(plan, remark);
  if (form.purpose === 'server-only') {
    remark(
      'identity.server-only',
      'clientAuth is not asked for: zones that use mutual TLS cannot present this certificate as client.',
      'Load a client certificate from a private CA into the client slot.',
    );
  }
  return remarks;
}

type AddRemark = (code: string, message: string, hint: string) => void;

function nameReminders({ names, commonName }: Omit<CsrPlan, 'reminders'>, remark: AddRemark): void {
  if (names.length >= 2) {
    remark(
      'identity.multi-domain',
      `The request holds ${names.length} names.`,
      'Order a multi-domain certificate from the CA, otherwise it may drop all but the first name.',
    );
  }
  // Lists of the settings carry a flag of their own.
  const flagged: ReadonlySet<NameSource | undefined> = new Set<NameSource>([
    'registration-domain',
    'federation-domain',
    'chat-node-alias',
  ]);
  const local = names.filter((n) => n.value.toLowerCase().endsWith('.local') && !flagged.has(n.source));
  if (local.length > 0) {
    remark(
      'identity.local-name',
      `${printableList(local.map((n) => n.value))}: names that end in .local are not public, and no public CA signs them.`,
      'Use the public name, or have the request signed by a private CA.',
    );
  }
  if (names.some((n) => n.kind === 'xmpp')) {
    remark(
      'identity.xmpp-address',
      'Names in the format XMPPAddress are asked for; many CAs refuse them.',
      'Choose the format DNS in the settings unless your CA is known to take XMPPAddress.',
    );
  }
  if ([...commonName].length > 64) {
    remark(
      'identity.common-name-long',
      'The common name has more than 64 characters, the most that RFC 5280 allows; CAs may refuse or cut it.',
      'Use a shorter name as common name and put the long one among the additional names.',
    );
  }
}

function keyReminders({ key, reuseKey }: Omit<CsrPlan, 'reminders'>, remark: AddRemark): void {
  if (reuseKey) {
    remark(
      'identity.reuse-key',
      'The current private key is kept. If it ever leaked, the new certificate does not help.',
      'Untick Re-use current private key unless the key must stay, for example because it is pinned.',
    );
  } else if (key === 'ed25519' || key.startsWith('ml-dsa')) {
    remark(
      'identity.uncommon-key',
      `Keys of kind ${key} are for private CAs: public CAs do not sign them, and browsers and SIP peers may refuse them.`,
      'Choose RSA or ECDSA when a public CA shall sign or the peers are not known.',
    );
  }
}
