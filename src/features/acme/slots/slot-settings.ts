/** How a slot renews itself, as a person has set it. */
import { type AcmeSlotSettings, acmeSlotSettings } from '../schemas.ts';
import type { SlotRow } from '../store.ts';

/** ACME is not used until a provider is chosen. */
export const defaultSlotSettings: AcmeSlotSettings = {
  providers: [],
  scheduler: false,
  days: [],
  time: '02:00',
  key: 'rotate',
  copyAsClient: false,
};

/** The settings of a row; the default ones for a slot without a row. */
export function readSlotSettings(row: Pick<SlotRow, 'settings'> | undefined): AcmeSlotSettings {
  return row === undefined ? defaultSlotSettings : acmeSlotSettings.parse(JSON.parse(row.settings));
}
