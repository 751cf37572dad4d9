/** Alarms: open ones, and those that ended. */
import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { useAlarms } from '../../queries.ts';
import { unwrap } from '../../transport.ts';
import { AlarmList } from './alarm-list.tsx';

/** The page Status › Alarms. */
export function AlarmsPage() {
  const [cleared, setCleared] = useState(false);
  const open = useAlarms();
  const all = useQuery({
    queryKey: ['alarms', 'all'],
    queryFn: async () =>
      (await unwrap(api.GET('/alarms', { params: { query: { cleared: 'true' } } }))).alarms.filter(
        (alarm) => alarm.clearedAt !== null,
      ),
    enabled: cleared,
  });
  return (
    <Page intro="Alarms raise and clear themselves. Acknowledging one says that somebody has seen it; it stays until its cause is gone.">
      <Panel
        title="Open alarms"
        actions={
          <Switch label="Show cleared alarms" checked={cleared} onChange={(e) => setCleared(e.currentTarget.checked)} />
        }
      >
        <QueryView query={open}>
          {(alarms) => <AlarmList alarms={alarms} empty={<Empty title="No alarm is open." />} />}
        </QueryView>
      </Panel>
      {cleared && (
        <Panel title="Cleared alarms">
          <QueryView query={all}>
            {(alarms) => <AlarmList alarms={alarms} empty={<Empty title="No alarm has been cleared yet." />} />}
          </QueryView>
        </Panel>
      )}
    </Page>
  );
}
