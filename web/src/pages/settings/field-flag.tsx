/** What will not work as a setting stands, under its field. */
import { Notice } from '../../components/notice.tsx';

interface FieldFlagProps {
  readonly flag: { readonly message: string; readonly hint: string } | undefined;
}

/** Nothing when there is nothing to say. */
export function FieldFlag({ flag }: FieldFlagProps) {
  if (!flag) return null;
  return (
    <Notice tone="warning" title={flag.message}>
      {flag.hint}
    </Notice>
  );
}
