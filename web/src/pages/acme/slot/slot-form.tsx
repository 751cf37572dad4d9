/** How one certificate renews itself, as a person sets it: providers, scheduler, days and time, key, copy as client. */
import { Button, Checkbox, Select, Switch, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type AcmeProvider, type AcmeSlot, api } from '../../../api.ts';
import { toast } from '../../../components/dialogs/toast.tsx';
import { EditForm } from '../../../components/form/edit-form.tsx';
import { useEdits } from '../../../edits.ts';
import { fieldError, toProblem } from '../../../problem.ts';
import { useMayChange } from '../../../session.ts';
import { unwrap } from '../../../transport.ts';
import { useRefreshAcme } from '../acme-queries.ts';
import { weekdays } from '../acme-words.ts';

type Settings = AcmeSlot['settings'];

interface SlotFormProps {
  readonly slot: AcmeSlot;
  readonly providers: readonly AcmeProvider[];
}

/** Folded while ACME works as set; open where a provider is still to be chosen. Folding it keeps what was typed. */
export function SlotForm({ slot, providers }: SlotFormProps) {
  const [opened, setOpened] = useState<boolean | undefined>(slot.settings.providers.length === 0 || undefined);
  const verb = useMayChange() ? 'Change' : 'Show';
  return (
    <section className="tg-stack" aria-label="ACME settings">
      <div>
        <Button variant="default" aria-expanded={opened === true} onClick={() => setOpened(!opened)}>
          {opened ? 'Hide ACME settings' : `${verb} ACME settings`}
        </Button>
      </div>
      {opened !== undefined && (
        <div hidden={!opened}>
          <Fields slot={slot} providers={providers} />
        </div>
      )}
    </section>
  );
}

function Fields({ slot, providers }: SlotFormProps) {
  const form = useEdits(slot.settings, slot.version, 'the ACME settings');
  const { values, set } = form;
  const refresh = useRefreshAcme();
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH('/acme/slots/{slot}', {
          params: { path: { slot: slot.slot } },
          body: { version: form.version, ...form.changed },
        }),
      ),
    onSuccess: async () => {
      await refresh();
      form.clear();
      toast('Saved.');
    },
    onError: refresh,
  });
  const problem = save.isError ? toProblem(save.error) : undefined;
  return (
    <EditForm label="ACME settings" dirty={form.dirty} save={save} onCancel={() => cancel()}>
      <ProviderChoice
        providers={providers}
        chosen={values.providers}
        onChange={(chosen) => set({ providers: chosen })}
        error={fieldError(problem, 'providers')}
      />
      <Switch
        label="Automated scheduler"
        description="Signs when the CA suggests it, else when a third of the lifetime is left; deploys on the days below."
        checked={values.scheduler}
        onChange={(e) => set({ scheduler: e.currentTarget.checked })}
      />
      <Checkbox.Group
        label="Schedule days"
        description="On which a signed certificate is deployed. None: every day."
        value={values.days}
        onChange={(days) => set({ days: days as Settings['days'] })}
      >
        <div className="tg-actions" style={{ gap: 14, marginTop: 6 }}>
          {weekdays.map(({ value, label }) => (
            <Checkbox key={value} value={value} label={label} />
          ))}
        </div>
      </Checkbox.Group>
      <TextInput
        label="Schedule time (UTC)"
        description="HH:MM, from when on."
        pattern="([01]\d|2[0-3]):[0-5]\d"
        maxLength={5}
        autoComplete="off"
        required
        withAsterisk={false}
        maw={220}
        value={values.time}
        error={fieldError(problem, 'time')}
        onChange={(e) => set({ time: e.currentTarget.value })}
      />
      <Select
        label="Key at each renewal"
        data={[
          { value: 'rotate', label: 'Rotate: a new key' },
          { value: 'retain', label: 'Retain: the key of the last CSR' },
        ]}
        allowDeselect={false}
        value={values.key}
        onChange={(key) => set({ key: key === 'retain' ? 'retain' : 'rotate' })}
      />
      {slot.slot !== 'client' && (
        <Switch
          label="Copy as client certificate"
          description="Deploying also replaces the client certificate. Peers refuse it without clientAuth, which public CAs issue no longer."
          checked={values.copyAsClient}
          error={fieldError(problem, 'copyAsClient')}
          onChange={(e) => set({ copyAsClient: e.currentTarget.checked })}
        />
      )}
    </EditForm>
  );
  function cancel() {
    form.clear();
    save.reset();
  }
}

interface ProviderChoiceProps {
  readonly providers: readonly AcmeProvider[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: string[]) => void;
  readonly error: string | undefined;
}

/** One field for each provider that is asked in turn, and one more to add the next. */
function ProviderChoice({ providers, chosen, onChange, error }: ProviderChoiceProps) {
  const places = useMayChange() || chosen.length === 0 ? [...chosen, ''].slice(0, 10) : chosen;
  const free = (place: string) => providers.filter(({ id }) => id === place || !chosen.includes(id));
  return (
    <fieldset className="tg-flat tg-stack" style={{ border: 0, padding: 0 }}>
      <legend className="tg-visually-hidden">Providers</legend>
      {places
        .filter((place) => place !== '' || free(place).length > 0)
        .map((place, index) => [placeLabel(index), place, index] as const)
        .map(([label, place, index]) => (
          // by its place and not its value: the focus stays where a person chooses
          <Select
            key={label}
            label={label}
            description={
              index === 0 ? (
                <>
                  CA that signs. Others are added under <Link to="/security/acme">ACME</Link>.
                </>
              ) : undefined
            }
            data={[{ value: '', label: 'None' }, ...free(place).map(({ id, name }) => ({ value: id, label: name }))]}
            allowDeselect={false}
            value={place}
            error={index === 0 ? error : undefined}
            onChange={(value) => onChange(places.with(index, value ?? '').filter(Boolean))}
          />
        ))}
    </fieldset>
  );
}

function placeLabel(index: number): string {
  return index === 0 ? 'Provider' : `Provider ${index + 1}, asked when the one before fails`;
}
