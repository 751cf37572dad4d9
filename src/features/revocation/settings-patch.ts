/** Applies a change of the revocation settings, and says everything that is wrong with it at once. */
import { literalAddress } from '../../lib/address-filter.ts';
import { printable } from '../../lib/printable.ts';
import { Problem } from '../../lib/problem.ts';
import { ipRangeBytes } from '../../pki/name/ip-bytes.ts';
import { normalHost } from '../../pki/name/reference-name.ts';
import { checkUrl } from './fetch/url-rules.ts';
import { forEachPurpose, type RevocationSettings, type RevocationSettingsPatch } from './revocation-settings.ts';

const mostPoints = 50;
const mostHosts = 200;

/** The settings as they would be, with the old version. Throws `revocation.invalid`. */
export function applyRevocationPatch(current: RevocationSettings, patch: RevocationSettingsPatch): RevocationSettings {
  const points = patch.automatic?.points?.map((point) => point.trim()).filter((point) => point !== '');
  const next: RevocationSettings = {
    ...current,
    ...patch,
    automatic: { ...current.automatic, ...patch.automatic, ...(points && { points: [...new Set(points)] }) },
    purposes: forEachPurpose((purpose) => ({ ...current.purposes[purpose], ...patch.purposes?.[purpose] })),
    allowedHosts: [...new Set((patch.allowedHosts ?? current.allowedHosts).map((host) => host.trim().toLowerCase()))],
    allowedPorts: [...new Set(patch.allowedPorts ?? current.allowedPorts)].sort((a, b) => a - b),
  };
  const faults = faultsOf(next);
  if (faults.length > 0) throw invalid(faults);
  return next;
}

interface Fault {
  readonly code: 'revocation.invalid';
  readonly field: string;
  readonly detail: string;
  readonly hint: string;
}

function faultsOf({ automatic, allowedHosts, allowedPorts }: RevocationSettings): readonly Fault[] {
  const fault = (field: string, detail: string, hint: string): Fault => ({
    code: 'revocation.invalid',
    field,
    detail,
    hint,
  });
  const points = automatic.points.flatMap((point, index) => {
    const read = checkUrl(point, 'operator', allowedPorts);
    return read.ok ? [] : [fault(`automatic.points ${index + 1}`, read.error.message, read.error.hint)];
  });
  const hosts = allowedHosts.flatMap((host) =>
    isHost(host)
      ? []
      : [fault('allowedHosts', `${printable(host, 100)} is no host name, address or range.`, 'Such as 10.0.0.0/8.')],
  );
  return [
    ...points,
    ...hosts,
    ...(automatic.points.length > mostPoints
      ? [
          fault(
            'automatic.points',
            `There may be ${mostPoints} distribution points.`,
            'Use an archive of several CRLs.',
          ),
        ]
      : []),
    ...(automatic.enabled && automatic.points.length === 0
      ? [fault('automatic.points', 'There is no distribution point to update from.', 'Enter one, or disable updates.')]
      : []),
    ...(/^([01]\d|2[0-3]):[0-5]\d$/.test(automatic.dailyUpdateTime)
      ? []
      : [fault('automatic.dailyUpdateTime', 'This is no time of day.', 'Write it as 02:30, in UTC.')]),
    ...(allowedHosts.length > mostHosts
      ? [fault('allowedHosts', `There may be ${mostHosts} entries.`, 'Use ranges such as 10.0.0.0/8.')]
      : []),
    ...allowedPorts
      .filter((port) => !Number.isInteger(port) || port < 1 || port > 65_535)
      .map((port) => fault('allowedPorts', `${port} is no port.`, 'Ports go from 1 to 65535.')),
  ];
}

function isHost(host: string): boolean {
  return ipRangeBytes(host) !== undefined || literalAddress(host) === host || normalHost(host) === host;
}

function invalid(faults: readonly Fault[]): Problem {
  return new Problem({
    code: 'revocation.invalid',
    status: 422,
    title: 'The revocation settings were not saved.',
    detail: `${faults[0]?.detail ?? ''}${faults.length > 1 ? ` And ${faults.length - 1} more.` : ''} Nothing was changed.`,
    hint: faults[0]?.hint ?? '',
    errors: faults,
  });
}
