/** What to do next, in order: the step, why, where on the page, and the same on the command line. */
import { Link } from 'wouter';
import type { Overview } from '../../api.ts';
import { pageOf } from '../../navigation.ts';
import { slotPath } from '../identity/slot-path.ts';

type Step = Overview['steps'][number];

/** A numbered list; each step leads to its page. */
export function NextSteps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className="tg-steps">
      {steps.map((step) => {
        const path = stepPath(step);
        return (
          <li key={`${step.code}|${step.object}`}>
            <div>
              <strong>{step.title}</strong>
              <div>{step.detail}</div>
              <div className="tg-actions tg-small" style={{ marginTop: 3, gap: '2px 12px' }}>
                <Link to={path}>{pageOf(path)?.title}</Link>
                <code className="tg-mono tg-dim">{step.command}</code>
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function stepPath({ page, object }: Step): string {
  switch (page) {
    case 'settings':
      return object.startsWith('unifiedCommunications') ? '/configuration/unified-communications' : '/system/settings';
    case 'trusted-ca':
      return '/security/trusted-ca';
    case 'overview':
      return '/';
    default:
      return slotPath(object);
  }
}
