/** From an alarm to the page where it is mended. */
import { Link } from 'wouter';
import type { Alarm } from '../../api.ts';
import { pageOf } from '../../navigation.ts';
import { slotPath } from '../identity/slot-path.ts';

/** A link named after the page; nothing where no page is known. */
export function AlarmLink({ alarm }: { readonly alarm: Alarm }) {
  const path = alarmPath(alarm);
  if (path === undefined || alarm.clearedAt) return null;
  return <Link to={path}>Go to {pageOf(path)?.title ?? 'the page'}</Link>;
}

function alarmPath({ code, object }: Alarm): string | undefined {
  if (object.startsWith('unifiedCommunications')) return '/configuration/unified-communications';
  if (code.startsWith('settings')) return '/system/settings';
  if (code.startsWith('trusted-ca') || /^[0-9a-f]{64}$/.test(object)) return '/security/trusted-ca';
  if (object === 'server' || object === 'client' || object.startsWith('domain:')) return slotPath(object);
  return undefined;
}
