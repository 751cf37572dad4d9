/** Overview: what is wrong first, then what to do, what is served, what expires. */
import type { Overview } from '../../api.ts';
import { ExpiryLine } from '../../components/drawings/expiry-line.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { useOverview } from '../../queries.ts';
import { AlarmList } from '../alarms/alarm-list.tsx';
import { NextSteps } from './next-steps.tsx';
import { ServedTable } from './served-table.tsx';
import { TimelineLabel } from './timeline-label.tsx';

/** The first page after log-in. */
export function OverviewPage() {
  const overview = useOverview();
  return (
    <Page>
      {overview.data ? (
        <OverviewView overview={overview.data} />
      ) : (
        <Panel title="State of this gateway">
          <QueryView query={overview} rows={6}>
            {() => null}
          </QueryView>
        </Panel>
      )}
    </Page>
  );
}

function OverviewView({ overview }: { readonly overview: Overview }) {
  const { alarms, steps } = overview;
  return (
    <>
      {alarms.length === 0 && steps.length === 0 ? (
        <Notice tone="ok" title="Everything is as it should be.">
          No alarm is open and nothing needs to be done.
        </Notice>
      ) : (
        <div className={alarms.length > 0 && steps.length > 0 ? 'tg-columns tg-halves' : 'tg-stack'}>
          {alarms.length > 0 && (
            <Panel title={`What is wrong (${alarms.length})`}>
              <AlarmList alarms={alarms} empty={null} />
            </Panel>
          )}
          {steps.length > 0 && (
            <Panel title="What to do next">
              <NextSteps steps={steps} />
            </Panel>
          )}
        </div>
      )}
      <Panel title="What is served">
        <ServedTable served={overview.served} />
      </Panel>
      <Panel title="What expires">
        {overview.timeline.length === 0 ? (
          <Empty title="Nothing that could expire is loaded." />
        ) : (
          <ExpiryLine
            items={overview.timeline.map((item) => ({
              id: `${item.kind}|${item.object}`,
              label: <TimelineLabel item={item} />,
              notBefore: item.from,
              notAfter: item.until,
              alertFrom: item.alertFrom,
            }))}
          />
        )}
      </Panel>
    </>
  );
}
