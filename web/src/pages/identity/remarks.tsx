/** What the gateway remarks about a request: words and what to do. */
import { Notice } from '../../components/notice.tsx';

interface Remark {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** One notice per remark. */
export function Remarks({ remarks }: { readonly remarks: readonly Remark[] }) {
  return remarks.map((remark) => (
    <Notice key={`${remark.code}|${remark.message}`} tone="warning" title={remark.message}>
      {remark.hint}
    </Notice>
  ));
}
