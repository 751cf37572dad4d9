/** Access rules of the default zone: which certificates of strangers may come in. */
import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ZoneAccessRules } from '../../api.ts';
import { useUnsavedGuard } from '../../components/dialogs/unsaved.ts';
import { SaveBar } from '../../components/form/save-bar.tsx';
import { NumberField } from '../../components/number-field.tsx';
import { Panel } from '../../components/panel.tsx';
import { Empty, QueryView } from '../../components/query-view.tsx';
import { ApiProblem } from '../../problem.ts';
import { useMayChange } from '../../session.ts';
import { useAccessRules, useZoneChanges } from './zone-queries.ts';

type Rule = ZoneAccessRules['rules'][number];

const patternTypes = [
  { value: 'exact', label: 'Exact' },
  { value: 'prefix', label: 'Prefix' },
  { value: 'suffix', label: 'Suffix' },
  { value: 'regex', label: 'Regex' },
];
const actions = [
  { value: 'allow', label: 'Allow' },
  { value: 'deny', label: 'Deny' },
];

export function AccessRulesPanel() {
  const rules = useAccessRules();
  return (
    <Panel title="Default zone access rules" anchor="access-rules">
      <QueryView query={rules} rows={3}>
        {(data) => <RulesForm current={data} />}
      </QueryView>
    </Panel>
  );
}

const keyed = (rules: readonly Rule[]) => rules.map((rule, key) => ({ ...rule, key }));

function RulesForm({ current }: { readonly current: ZoneAccessRules }) {
  const [stored, setStored] = useState(current);
  const [rules, setRules] = useState<readonly (Rule & { readonly key: number })[]>(() => keyed(stored.rules));
  const [unmatched, setUnmatched] = useState(stored.unmatched);
  const { rules: save } = useZoneChanges();
  const disabled = !useMayChange();
  const plain = rules.map(({ key: _, ...rule }) => rule);
  const dirty = JSON.stringify([plain, unmatched]) !== JSON.stringify([stored.rules, stored.unmatched]);
  function show(next: ZoneAccessRules) {
    setStored(next);
    setUnmatched(next.unmatched);
    setRules(keyed(next.rules));
  }
  // the form keeps what it was made from while something is typed; then a save tells of a change by somebody else
  if (!dirty && current.version > stored.version) show(current);
  useUnsavedGuard(dirty, 'the access rules');
  const change = (key: number, part: Partial<Rule>) =>
    setRules(rules.map((rule) => (rule.key === key ? { ...rule, ...part } : rule)));
  const fault = (index: number, field: keyof Rule) =>
    save.error instanceof ApiProblem
      ? save.error.errors.find((error) => error.field === `rules.${index}.${field}`)?.detail
      : undefined;
  function add() {
    const key = Math.max(0, ...rules.map((rule) => rule.key)) + 1;
    const priority = Math.max(0, ...rules.map((rule) => rule.priority)) + 10;
    setRules([...rules, { key, name: '', priority, patternType: 'exact', pattern: '', action: 'allow' }]);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ version: stored.version, unmatched, rules: plain }, { onSuccess: show });
  }
  return (
    <form className="tg-stack" onSubmit={submit}>
      <p className="tg-dim tg-small" style={{ margin: 0 }}>
        The rule with the lowest priority number that matches decides. Patterns are compared with every common name and
        subject alternative name, without regard to capitals; a regular expression must match a whole name.
      </p>
      {rules.length === 0 && <Empty title="There is no access rule." />}
      {rules.map((rule, i) => (
        <fieldset key={rule.key} className="tg-rule">
          <legend className="tg-visually-hidden">Access rule {i + 1}</legend>
          <TextInput
            label="Name"
            value={rule.name}
            onChange={(e) => change(rule.key, { name: e.currentTarget.value })}
            error={fault(i, 'name')}
            required
            maxLength={50}
            disabled={disabled}
          />
          <NumberField
            label="Priority"
            value={rule.priority}
            onChange={(value) => change(rule.key, { priority: value })}
            min={1}
            max={65534}
            hideControls
            disabled={disabled}
          />
          <Select
            label="Pattern type"
            data={patternTypes}
            allowDeselect={false}
            value={rule.patternType}
            onChange={(value) => change(rule.key, { patternType: value as Rule['patternType'] })}
            disabled={disabled}
          />
          <TextInput
            label="Pattern"
            value={rule.pattern}
            onChange={(e) => change(rule.key, { pattern: e.currentTarget.value })}
            error={fault(i, 'pattern')}
            required
            maxLength={256}
            spellCheck={false}
            autoComplete="off"
            disabled={disabled}
          />
          <Select
            label="Action"
            data={actions}
            allowDeselect={false}
            value={rule.action}
            onChange={(value) => change(rule.key, { action: value as Rule['action'] })}
            disabled={disabled}
          />
          {!disabled && (
            <Button
              variant="default"
              onClick={() => setRules(rules.filter(({ key }) => key !== rule.key))}
              aria-label={`Remove access rule ${rule.name || i + 1}`}
            >
              Remove
            </Button>
          )}
        </fieldset>
      ))}
      <div className="tg-form">
        <Select
          label="A peer that no rule matches"
          description="Peers without a certificate are matched by no rule."
          data={actions.map(({ value, label }) => ({ value, label: `${label}` }))}
          allowDeselect={false}
          value={unmatched}
          onChange={(value) => setUnmatched(value as typeof unmatched)}
          disabled={disabled}
        />
      </div>
      {!disabled && (
        <div className="tg-actions">
          <Button variant="default" onClick={add} disabled={rules.length >= 100}>
            Add access rule
          </Button>
        </div>
      )}
      <SaveBar dirty={dirty} save={save} onCancel={() => show(current)} />
    </form>
  );
}
