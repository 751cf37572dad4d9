/** A refusal, as the operator needs it: what, why, what next, and the number to quote. */
import { Button } from '@mantine/core';
import { type ApiProblem, type ProblemItem, toProblem } from '../problem.ts';
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
  const { title, detail, errors, hint } = wordsOf(problem);
  return (
    <Notice
      tone="critical"
      title={title}
      live
      actions={
        onRetry && (
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {detail && <div className="tg-lines">{withPlainDates(detail)}</div>}
      {errors.length > 0 && (
        <ul className="tg-list">
          {errors.map((e) => (
            <li key={`${e.field}|${e.detail}`}>
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

interface Words {
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly errors: readonly ProblemItem[];
  readonly hint: string | undefined;
}

/** Says each thing once. A failed upload reads `File upload failed.: reason`, the words operators search for. */
function wordsOf(problem: ApiProblem): Words {
  const several = problem.errors.filter((e) => e.detail !== problem.detail);
  const joined = several.length > 0 && several.every((e) => problem.detail?.includes(e.detail));
  const hint = several.some((e) => e.hint === problem.hint) ? undefined : problem.hint;
  if (problem.title !== 'File upload failed.')
    return { title: problem.title, detail: joined ? undefined : problem.detail, errors: several, hint };
  const say = (reason: string | undefined) => `${problem.title}: ${withPlainDates(reason ?? '')}`;
  if (several.length === 0) return { title: say(problem.detail), detail: undefined, errors: [], hint };
  return { title: undefined, detail: undefined, errors: several.map((e) => ({ ...e, detail: say(e.detail) })), hint };
}
