/** Alarms as the operator reads them: the worst first, each with what to do. */
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Alarm, api } from '../../api.ts';
import { Notice, StateMark, type Tone } from '../../components/notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { momentText, withPlainDates } from '../../components/time.tsx';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { AlarmLink } from './alarm-link.tsx';

const severities: Readonly<Record<Alarm['severity'], readonly [Tone, string]>> = {
  critical: ['critical', 'Critical'],
  alert: ['warning', 'Alert'],
  warning: ['note', 'Warning'],
};

/** One notice per alarm; `empty` where there are none. */
export function AlarmList({ alarms, empty }: { readonly alarms: readonly Alarm[]; readonly empty: ReactNode }) {
  const mayChange = useMayChange();
  const client = useQueryClient();
  const acknowledge = useMutation({
    mutationFn: (id: string) => unwrap(api.POST('/alarms/{id}/acknowledgement', { params: { path: { id } } })),
    onSettled: () => Promise.all([['alarms'], ['overview']].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
  if (alarms.length === 0) return <>{empty}</>;
  return (
    <div className="tg-stack" style={{ gap: 8 }}>
      {acknowledge.isError && <ProblemNotice error={acknowledge.error} />}
      {alarms.map((alarm) => {
        const [tone, word] = alarm.clearedAt ? (['plain', 'Cleared'] as const) : severities[alarm.severity];
        return (
          <Notice key={alarm.id} tone={tone} title={withPlainDates(alarm.message)}>
            {!alarm.clearedAt && <div>{alarm.hint}</div>}
            <div className="tg-actions tg-small" style={{ marginTop: 5 }}>
              <StateMark tone={tone}>{word}</StateMark>
              <span className="tg-dim">
                raised {momentText(alarm.raisedAt)}
                {alarm.clearedAt && `, cleared ${momentText(alarm.clearedAt)}`}
                {alarm.acknowledgedAt &&
                  ` · acknowledged by ${alarm.acknowledgedBy}, ${momentText(alarm.acknowledgedAt)}`}
              </span>
              <AlarmLink alarm={alarm} />
              {mayChange && !alarm.clearedAt && !alarm.acknowledgedAt && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  loading={acknowledge.isPending && acknowledge.variables === alarm.id}
                  onClick={() => acknowledge.mutate(alarm.id)}
                  aria-label={`Acknowledge: ${alarm.message}`}
                >
                  Acknowledge
                </Button>
              )}
            </div>
          </Notice>
        );
      })}
    </div>
  );
}
