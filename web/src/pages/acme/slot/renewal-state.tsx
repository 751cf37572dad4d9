/** How a certificate renews itself: provider, scheduler, last sign and deploy status, what comes next. */
import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { AcmeProvider, AcmeSlot } from '../../../api.ts';
import { Facts } from '../../../components/facts.tsx';
import { Notice, StateMark, StateWord } from '../../../components/notice.tsx';
import { momentText, When, withPlainDates } from '../../../components/time.tsx';
import { accountStates, weekdays } from '../acme-words.ts';

interface RenewalStateProps {
  readonly slot: AcmeSlot;
  readonly providers: readonly AcmeProvider[];
}

export function RenewalState({ slot, providers }: RenewalStateProps) {
  const { settings, renewal } = slot;
  const chosen = settings.providers.flatMap((id) => providers.find((one) => one.id === id) ?? []);
  if (chosen.length === 0 && !slot.lastSign)
    return (
      <Notice tone="note" title="ACME is not used for this certificate.">
        Choose a provider below; then the certificate can be signed by it, and renew itself.
      </Notice>
    );
  return (
    <>
      {renewal.stopped && (
        <Notice tone="critical" title="The scheduler has stopped: thirty days of failures.">
          Look at the last sign status, mend the cause, then press Retry now.
        </Notice>
      )}
      <Facts
        facts={[
          ['Provider', chosen.length > 0 ? <Chosen key="p" providers={chosen} /> : 'None'],
          ['Status', <State key="s" slot={slot} />],
          [
            'Automated scheduler',
            settings.scheduler ? `On: signs when due, deploys ${whenText(settings)}` : 'Off: sign and deploy by hand',
          ],
          ['Last sign status', slot.lastSign ? <Outcome key="l" outcome={slot.lastSign} /> : 'Never signed'],
          ['Last deploy status', slot.lastDeploy ? <Outcome key="d" outcome={slot.lastDeploy} /> : 'Never deployed'],
          ['Next renewal', renewalText(renewal)],
          renewal.window !== null && [
            'Window of the CA',
            <span key="w">
              {momentText(renewal.window.start)} to {momentText(renewal.window.end)}
              {renewal.window.explanation !== null && <div className="tg-dim">{renewal.window.explanation}</div>}
            </span>,
          ],
          renewal.failures > 0 && [
            'Failed attempts',
            `${renewal.failures} since ${momentText(renewal.failingSince ?? undefined)}`,
          ],
          renewal.nextAttempt !== null && ['Next try', <When key="n" at={renewal.nextAttempt} />],
          renewal.attemptsLeft !== null && [
            'Attempts left before expiry',
            <StateMark key="a" tone={attemptsTone(renewal.attemptsLeft)}>
              {renewal.attemptsLeft.toLocaleString('en')}
            </StateMark>,
          ],
        ]}
      />
    </>
  );
}

/** In the order in which they are asked; each with its account where that is not as an order needs it. */
function Chosen({ providers }: Pick<RenewalStateProps, 'providers'>): ReactNode {
  return providers.map(({ id, name, kind, account }, index) => (
    <Fragment key={id}>
      {index > 0 && ', then '}
      <Link to={`/security/acme/${id}`}>{name}</Link>
      {kind === 'acme' && account?.status !== 'valid' && (
        <>
          {' '}
          <StateWord of={accountStates[account?.status ?? 'none']} />
        </>
      )}
    </Fragment>
  ));
}

/** One word for a certificate: what it does now. */
export function State({ slot: { running, pending, renewal, settings } }: { readonly slot: AcmeSlot }) {
  if (running) {
    const step = running.steps.find(({ state }) => state === 'running');
    return <StateMark tone="note">{step ? `Running: ${step.title}` : 'Running'}</StateMark>;
  }
  if (renewal.stopped) return <StateMark tone="critical">Stopped</StateMark>;
  if (pending) return <StateMark tone="warning">Waits to be deployed</StateMark>;
  if (renewal.failures > 0) return <StateMark tone="critical">Failing</StateMark>;
  if (settings.providers.length === 0) return <StateMark tone="plain">Not used</StateMark>;
  return settings.scheduler ? (
    <StateMark tone="ok">Renews itself</StateMark>
  ) : (
    <StateMark tone="plain">By hand</StateMark>
  );
}

/** What came of the last attempt, its words, the next step. */
function Outcome({ outcome }: { readonly outcome: NonNullable<AcmeSlot['lastSign']> }): ReactNode {
  return (
    <>
      <span className="tg-actions">
        <StateMark tone={outcome.ok ? 'ok' : 'critical'}>{outcome.ok ? 'Good' : 'Failed'}</StateMark>
        <When at={outcome.at} />
      </span>
      <div className="tg-lines">{withPlainDates(outcome.words)}</div>
      {outcome.hint !== '' && <div className="tg-dim">{outcome.hint}</div>}
    </>
  );
}

function renewalText({ at, reason }: AcmeSlot['renewal']): ReactNode {
  if (at === null) return reason;
  return (
    <>
      <When at={at} />
      <div className="tg-dim">{reason}</div>
    </>
  );
}

/** `on Mon, Thu from 02:00 UTC on`. */
function whenText({ days, time }: AcmeSlot['settings']): string {
  const named = weekdays.filter(({ value }) => days.includes(value)).map(({ label }) => label);
  return `${named.length === 0 ? 'every day' : `on ${named.join(', ')}`} from ${time} UTC on, sooner if expiry comes first`;
}

function attemptsTone(left: number) {
  if (left < 3) return 'critical';
  return left < 10 ? 'warning' : 'ok';
}
