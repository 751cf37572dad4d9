/** A refusal, as the operator needs it: what, why, what next, and the number to quote. */
import { Button } from '@mantine/core';
import { toProblem } from '../problem.ts';
import { Notice } from './notice.tsx';
import { withPlainDates } from './time.tsx';

interface ProblemNoticeProps {
  readonly error: unknown;
  /** Offers to try again. */
  readonly onRetry?: () => void;
}

/** Shows a problem's title, detail, every single error, hint and request id. */
export function ProblemNotice({ error, onRetry }: ProblemNoticeProps) {
  const problem = toProblem(error);
  const errors = problem.errors.filter((e) => e.detail !== problem.detail);
  // Where each error stands by itself, the sentence that joins them all and the first one's hint say nothing new.
  const joined = errors.length > 0 && errors.every((e) => problem.detail?.includes(e.detail));
  const hint = errors.some((e) => e.hint === problem.hint) ? undefined : problem.hint;
  return (
    <Notice
      tone="critical"
      title={problem.title}
      live
      actions={
        onRetry && (
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {problem.detail && !joined && <div className="tg-lines">{withPlainDates(problem.detail)}</div>}
      {errors.length > 0 && (
        <ul className="tg-list">
          {errors.map((e) => (
            <li key={`${e.field}|${withPlainDates(e.detail)}`}>
              {withPlainDates(e.detail)}
              {e.hint && <div className="tg-dim">{e.hint}</div>}
            </li>
          ))}
        </ul>
      )}
      {hint && <div className="tg-lines">{hint}</div>}
      {problem.requestId && (
        <div className="tg-dim tg-small">
          Request id <code className="tg-mono">{problem.requestId}</code>
        </div>
      )}
    </Notice>
  );
}
