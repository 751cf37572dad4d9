/** How far client certificates are looked up in CRLs. */
import { Select } from '@mantine/core';
import type { CertificateAuthentication } from '../../api.ts';

type CrlCheck = CertificateAuthentication['crlCheck'];

const checks: { value: CrlCheck; label: string }[] = [
  { value: 'none', label: 'None' },
  { value: 'peer', label: 'The client’s certificate' },
  { value: 'all', label: 'The whole chain' },
];

interface CrlCheckFieldProps {
  readonly label: string;
  readonly value: CrlCheck;
  readonly onChange: (crlCheck: CrlCheck) => void;
  readonly disabled?: boolean;
}

export function CrlCheckField({ label, value, onChange, disabled }: CrlCheckFieldProps) {
  return (
    <Select
      label={label}
      data={checks}
      allowDeselect={false}
      value={value}
      onChange={(chosen) => onChange(chosen as CrlCheck)}
      disabled={disabled}
    />
  );
}
