/** Secure traversal test: connects to the other side and says for each direction what would be refused, and the remedy. */
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type TraversalTest, type Zone } from '../../api.ts';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { unwrap } from '../../transport.ts';
import { AspectsTable } from './aspects-table.tsx';
import { useZones } from './zone-queries.ts';

/** The page Maintenance › Security › Secure traversal test. */
export function TraversalTestPage() {
  const zones = useZones();
  return (
    <Page intro="Connects to the other side, shows what the zone shows, without disturbing the zone, and reports trust, name, dates, extended key usage and revocation for both directions.">
      <QueryView query={zones} rows={4}>
        {(data) => <TestForm zones={data.filter(({ kind }) => kind === 'neighbor' || kind === 'traversal-client')} />}
      </QueryView>
    </Page>
  );
}

const other = '';

function TestForm({ zones }: { readonly zones: readonly Zone[] }) {
  const [zone, setZone] = useState(zones[0]?.id ?? other);
  const [target, setTarget] = useState('');
  const [name, setName] = useState('');
  const test = useMutation({
    mutationFn: async () =>
      zone === other
        ? unwrap(api.POST('/zones/traversal-test', { body: { target, ...(name !== '' && { name }) } }))
        : unwrap(api.POST('/zones/{id}/traversal-test', { params: { path: { id: zone } } })),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    test.mutate();
  }
  return (
    <>
      <Panel title="Test">
        <form className="tg-form" onSubmit={submit}>
          <Select
            label="Zone"
            data={[
              ...zones.map(({ id, name: label }) => ({ value: id, label })),
              { value: other, label: 'Any other system' },
            ]}
            allowDeselect={false}
            value={zone}
            onChange={(value) => setZone(value ?? other)}
          />
          {zone === other && (
            <>
              <TextInput
                label="Address of the other side"
                description="FQDN or IP address; port 5061 unless you add another."
                value={target}
                onChange={(e) => setTarget(e.currentTarget.value)}
                required
                spellCheck={false}
                autoComplete="off"
              />
              <TextInput
                label="TLS verify host name"
                description="The name it has to prove; the address unless told."
                value={name}
                onChange={(e) => setName(e.currentTarget.value)}
                spellCheck={false}
                autoComplete="off"
              />
            </>
          )}
          {test.isError && <ProblemNotice error={test.error} />}
          <div className="tg-actions">
            <Button type="submit" loading={test.isPending}>
              Run test
            </Button>
          </div>
        </form>
      </Panel>
      {test.data && test.data.tests.length === 0 && <Empty title="This zone has nobody to call." />}
      {test.data?.tests.map((one) => (
        <TestResult key={one.target} test={one} />
      ))}
    </>
  );
}

function TestResult({ test }: { readonly test: TraversalTest }) {
  return (
    <Panel title={test.target}>
      <div className="tg-stack">
        <Notice tone={test.connected ? 'note' : 'critical'} live>
          {test.connection}
        </Notice>
        {test.directions.map(({ direction, title, accepted, words, aspects, text }) => (
          <section key={direction} className="tg-stack" aria-label={title}>
            <h3 style={{ margin: 0 }}>{title}</h3>
            <Notice tone={accepted === null ? 'plain' : accepted ? 'ok' : 'critical'}>{words}</Notice>
            {aspects.length > 0 && <AspectsTable label={title} aspects={aspects} />}
            {text !== '' && (
              <details>
                <summary>The decision in full</summary>
                <TextBlock label={`${title}: the decision in full`} text={text} lines={20} />
              </details>
            )}
          </section>
        ))}
      </div>
    </Panel>
  );
}
