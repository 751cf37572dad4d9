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
  const several = problem.errors.filter((e) => e.detail !== problem.detail);
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
      {problem.detail && <div className="tg-lines">{withPlainDates(problem.detail)}</div>}
      {several.length > 0 && (
        <ul className="tg-list">
          {several.map((e) => (
            <li key={`${e.field}|${withPlainDates(e.detail)}`}>
              {e.field && <code className="tg-mono">{e.field}: </code>}
              {withPlainDates(e.detail)}
              {e.hint && <div className="tg-dim">{e.hint}</div>}
            </li>
          ))}
        </ul>
      )}
      {problem.hint && <div className="tg-lines">{problem.hint}</div>}
      {problem.requestId && (
        <div className="tg-dim tg-small">
          Request id <code className="tg-mono">{problem.requestId}</code>
        </div>
      )}
    </Notice>
  );
}
