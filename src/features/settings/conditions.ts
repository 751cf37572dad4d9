/** What about the settings deserves an alarm: what will not work as it stands, and listeners that do not listen. */
import type { Condition } from '../../lib/condition.ts';
import { settingsFlags } from './flags.ts';
import type { ListenerState, Settings } from './settings.ts';

/** A warning for each flag, an alert for each port that could not be bound. */
export function settingsConditions(settings: Settings, listeners: readonly ListenerState[]): readonly Condition[] {
  return [
    ...settingsFlags(settings).map(({ code, field, message, hint }) => ({
      code,
      object: field,
      severity: 'warning' as const,
      message,
      hint,
    })),
    ...listeners.filter(({ bound }) => !bound).map(deafListener),
  ];
}

function deafListener({ kind, name, port, words }: ListenerState): Condition {
  const label = kind === 'relay' ? `The relay ${name}` : listenerLabels[kind];
  return {
    code: 'settings.not-listening',
    object: `listener ${name}`,
    severity: 'alert',
    message: `${label} does not listen on port ${port}: ${words}`,
    hint: 'Free the port, or choose another one under System > Listeners.',
  };
}

const listenerLabels = { https: 'HTTPS', sip: 'SIP TLS', 'sip-mutual': 'SIP mutual TLS' } as const;
