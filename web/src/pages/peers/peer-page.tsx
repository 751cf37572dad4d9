/** One certificate of a peer: facts, forecast, the last decision in full, the certificate decoded. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type PeerView } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { dateText, When } from '../../components/time.tsx';
import { unwrap } from '../../transport.ts';
import { Verdict } from './verdict.tsx';

const back = { to: '/status/peers', label: 'Peers' };

/** The page Status › Peers › one of them. */
export function PeerPage({ fingerprint }: { readonly fingerprint: string }) {
  const peer = useQuery({
    queryKey: ['peers', 'one', fingerprint],
    queryFn: () => unwrap(api.GET('/peers/{fingerprint}', { params: { path: { fingerprint } } })),
  });
  const name = peer.data?.peer.names[0] ?? peer.data?.peer.subject;
  return (
    <Page title={name === undefined || name === '' ? 'Peer' : `Peer ${name}`} back={back}>
      <QueryView query={peer} rows={10}>
        {(data) => <Content view={data} />}
      </QueryView>
    </Page>
  );
}

function Content({ view: { peer, text, decoded, pem } }: { readonly view: PeerView }) {
  const { forecast } = peer;
  return (
    <>
      <Panel title="Certificate" actions={<CopyButton text={pem} label="Copy PEM" />}>
        <div className="tg-stack">
          <Notice tone={forecast.severity === 'good' ? 'ok' : forecast.severity === 'act' ? 'critical' : 'warning'}>
            {forecast.words.join(' ')}
          </Notice>
          <Facts
            facts={[
              ['Last decision', <Verdict key="verdict" peer={peer} />],
              ['Subject', peer.subject],
              ['Names', peer.names.join(', ') || 'none'],
              ['Issuer', peer.issuer],
              ['Valid', `${dateText(peer.notBefore)} until ${dateText(peer.notAfter)}`],
              ['Key', peer.key],
              ['Extended key usage', peer.extendedKeyUsage.join(', ') || 'any'],
              [
                'Zone',
                peer.zone === '' ? (
                  'none'
                ) : (
                  <Link key="zone" to={`/configuration/zones/${peer.zone}`}>
                    {peer.zoneName || 'deleted since'}
                  </Link>
                ),
              ],
              ['Address', peer.address],
              ['Listener', peer.listener],
              ['First seen', <When key="first" at={peer.firstSeen} />],
              ['Last seen', <When key="last" at={peer.lastSeen} />],
              ['Reported', `${peer.seen.toLocaleString('en')} times`],
              ['SHA-256', <code key="print">{peer.fingerprint}</code>],
            ]}
          />
        </div>
      </Panel>
      <Panel title="Last decision in full" actions={<CopyButton text={text} label="Copy text" />}>
        <TextBlock label="The last decision in full" text={text} lines={30} />
      </Panel>
      <Panel title="Certificate, decoded">
        <TextBlock label="The certificate decoded" text={decoded} lines={24} />
      </Panel>
    </>
  );
}
