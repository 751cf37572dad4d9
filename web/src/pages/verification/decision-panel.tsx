/** A decision: the verdict first, what to do, then the path and everything it rests on. */
import type { Decision, RemoteAnswer } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ChainList } from '../../components/drawings/chain-list.tsx';
import { Facts } from '../../components/facts.tsx';
import { Notice, StateMark } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { purposeLabels } from './purpose-fields.tsx';

interface DecisionPanelProps {
  readonly decision: Decision;
  readonly text: string;
  /** How a remote server was met. */
  readonly remote?: Omit<RemoteAnswer, 'decision' | 'text'>;
}

/** The same content as the text below it, which is what the command line prints. */
export function DecisionPanel({ decision, text, remote }: DecisionPanelProps) {
  const { accepted, words, next, code, clause, also, advice, warnings } = decision;
  return (
    <Panel title="Decision" actions={<CopyButton text={text} label="Copy text" />}>
      <div className="tg-stack">
        <Notice tone={accepted ? 'ok' : 'critical'} title={`${accepted ? 'Accepted' : 'Refused'}: ${words}`} live>
          {next !== '' && <div>What to do: {next}</div>}
          {!accepted && (
            <div className="tg-small tg-dim">
              <code>{code}</code> ({clause})
            </div>
          )}
        </Notice>
        {advice.map((one) => (
          <Notice key={one} tone="note">
            {one}
          </Notice>
        ))}
        {also.length > 0 && (
          <Notice tone="warning" title="It would also be refused because:">
            <ul className="tg-list">
              {also.map((reason) => (
                <li key={reason.code}>
                  {reason.words} {reason.next}
                </li>
              ))}
            </ul>
          </Notice>
        )}
        {warnings.map((warning) => (
          <Notice key={warning.words} tone="warning">
            {warning.words}
          </Notice>
        ))}
        <Facts facts={[...remoteFacts(remote), ...decisionFacts(decision)]} />
        <DecisionPath path={decision.path} accepted={accepted} />
        <TextBlock label="The decision as text" text={text} lines={24} />
      </div>
    </Panel>
  );
}

function remoteFacts(remote: DecisionPanelProps['remote']) {
  if (remote === undefined) return [];
  const { target, address, protocol, cipher, presented, stapled, sip, remarks } = remote;
  const answer = sip === undefined ? '' : sip.answered ? `${sip.status} ${sip.reason}` : sip.reason;
  return [
    ['Server', address === target.replace(/:\d+$/, '') ? target : `${target} (${address})`],
    ['TLS', protocol === '' ? 'The handshake did not end' : `${protocol}, ${cipher}`],
    ['Presented', `${presented} certificate${presented === 1 ? '' : 's'}${stapled ? ', an OCSP answer stapled' : ''}`],
    ['SIP OPTIONS', answer],
    ['Remarks', remarks.join(' ')],
  ] as const;
}

function decisionFacts({ purpose, profile, time, names, revocation, cost }: Decision) {
  const modes = { off: 'Not checked (off)', leaf: 'The certificate itself', chain: 'The whole chain' } as const;
  const found = revocation.found.map(({ subject, words }) => `${subject}: ${words}`);
  return [
    ['Checked as', `${purposeLabels[purpose]}, profile ${profile}`],
    ['For the moment', time.replace('T', ' ').replace('Z', ' UTC')],
    ['Expected names', names.expected.join(', ') || 'none'],
    ['Proved by', names.matched],
    ['Names in the certificate', names.presented.join(', ') || 'none'],
    ['Revocation', [modes[revocation.mode], ...found].join('. ')],
    ['Cost', `${cost.time} ms, ${cost.spent.signatureChecks} signatures`],
  ] as const;
}

const roles = { leaf: 'Leaf', intermediate: 'Intermediate CA', trusted: 'Trusted here' } as const;

function DecisionPath({ path, accepted }: { readonly path: Decision['path']; readonly accepted: boolean }) {
  const top = path.at(-1);
  if (top === undefined) return null;
  return (
    <ChainList
      label={accepted ? 'Path, trusted certificate first' : 'How far the path came'}
      missing={
        !accepted && top.issuer !== '' && top.issuer !== top.subject && { title: top.issuer, mark: 'Not reached' }
      }
      fingerprints
      links={path.toReversed().map(({ fingerprint, subject, issuer, role, notAfter }) => ({
        fingerprint,
        title: subject || '(no subject)',
        mark: <StateMark tone={role === 'trusted' ? 'ok' : 'plain'}>{roles[role]}</StateMark>,
        leaf: role === 'leaf',
        words: `Issued by ${issuer || 'nobody'}, valid until ${notAfter.slice(0, 10)}`,
      }))}
    />
  );
}
