/** The subject of an authority: a common name, and where one wants them organization and country. */
import { TextInput } from '@mantine/core';
import type { RootRequest } from '../../../api.ts';

export interface SubjectForm {
  readonly commonName: string;
  readonly organization: string;
  readonly country: string;
}

export const emptySubject: SubjectForm = { commonName: '', organization: '', country: '' };

interface SubjectFieldsProps {
  readonly value: SubjectForm;
  readonly onChange: (value: SubjectForm) => void;
  readonly example: string;
  readonly error: string | undefined;
  /** Takes the focus: a person has just asked for the fields. */
  readonly focus: boolean;
}

export function SubjectFields({ value, onChange, example, error, focus }: SubjectFieldsProps) {
  const set = (change: Partial<SubjectForm>) => onChange({ ...value, ...change });
  return (
    <>
      <TextInput
        label="Common name"
        description="The name by which people know the CA; it is not a host name."
        placeholder={example}
        required
        autoFocus={focus}
        value={value.commonName}
        error={error}
        onChange={(e) => set({ commonName: e.currentTarget.value })}
        maxLength={64}
        autoComplete="off"
      />
      <div className="tg-columns tg-columns-narrow">
        <TextInput
          label="Organization"
          value={value.organization}
          onChange={(e) => set({ organization: e.currentTarget.value })}
          maxLength={64}
          autoComplete="off"
        />
        <TextInput
          label="Country"
          description="Two letters"
          value={value.country}
          onChange={(e) => set({ country: e.currentTarget.value.toUpperCase() })}
          maxLength={2}
          autoComplete="off"
        />
      </div>
    </>
  );
}

/** Whether there is something of a new authority to lose. */
export function isFilledIn({ subject, passphrase }: { subject: SubjectForm; passphrase: string }): boolean {
  return passphrase !== '' || Object.values(subject).some((value) => value !== '');
}

/** As the API takes it, most general first (X.501). */
export function subjectOf({ commonName, organization, country }: SubjectForm): RootRequest['subject'] {
  return [
    ...(country.trim() === '' ? [] : [{ type: 'C', value: country.trim() }]),
    ...(organization.trim() === '' ? [] : [{ type: 'O', value: organization.trim() }]),
    { type: 'CN', value: commonName.trim() },
  ];
}
