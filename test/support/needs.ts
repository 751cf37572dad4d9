/** How a suite says which programs it needs. */
import { hasTool, type Tool, tools } from '../../scripts/tools.ts';

/**
 * The `skip` option of a test that needs these programs: false when all are there, else the reason. In CI a missing
 * program is a failure, never a skip.
 */
export function needs(...names: readonly Tool[]): false | string {
  const missing = names.filter((name) => !hasTool(name));
  if (missing.length === 0) return false;
  const reason = `needs ${missing.map((name) => `${name} (Debian package ${tools[name]})`).join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}
