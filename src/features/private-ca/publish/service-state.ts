/** The serving process as this feature shows it, from what the supervisor tells; and the address it is reached at. */
import type { SettingsFeature } from '../../settings/settings.ts';
import { type ServiceState, serviceOff } from './publishing.ts';

/** What the supervisor tells; `report` is what the process said of itself last. */
export interface ToldServiceState {
  readonly state: ServiceState['state'];
  readonly port: number;
  readonly reason: string;
  readonly report: {
    readonly serial: number;
    readonly open: number;
    readonly refused: number;
    readonly counts: {
      readonly ocsp: { readonly answered: number; readonly signed: number; readonly later: number };
      readonly files: number;
      readonly nothing: number;
    };
  } | null;
}

export function serviceStateOf({ state, port, reason, report }: ToldServiceState): ServiceState {
  const told = { ...serviceOff, state, port, reason };
  if (report === null) return told;
  const { serial, open, refused, counts } = report;
  const { answered: ocsp, signed: ocspSigned, later: ocspLater } = counts.ocsp;
  return { ...told, serial, open, refused, answers: { ...counts, ocsp, ocspSigned, ocspLater } };
}

/** `http://name:port` of this gateway; empty while it has no name. */
export async function publicAddress(settings: Pick<SettingsFeature, 'get'>, port: number): Promise<string> {
  const { fqdn } = await settings.get();
  return fqdn === '' ? '' : `http://${fqdn}${port === 80 ? '' : `:${port}`}`;
}
