/**
 * The gateway's log: one JSON line per event on standard error. No event holds a secret: `Secret` prints as
 * `[secret]`, and a deny pattern on names and texts is the second net.
 */
import { printable } from './printable.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;

export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  /** `event` is a short fixed text; what varies goes into `fields`. */
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
}

/** Logs events of `level` and graver as coming from `name`. A reader that went away never stops the process. */
export function createLog(level: LogLevel, name: string, write: (line: string) => void = toStandardError): Log {
  const at = (own: LogLevel) => {
    if (logLevels.indexOf(own) > logLevels.indexOf(level)) return () => undefined;
    return (event: string, fields?: LogFields) => write(`${format(own, name, event, fields)}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

const secretName = /pass(word|phrase)|secret|token|private|authorization|cookie/i;
const secretText = /-----BEGIN [A-Z ]*PRIVATE KEY/;
const maxText = 2_000;

function format(level: LogLevel, name: string, event: string, fields: LogFields = {}): string {
  const line = { time: new Date().toISOString(), level, name, pid: process.pid, event, ...fields };
  try {
    return JSON.stringify(line, (key, value: unknown) => redact(key, value));
  } catch {
    return JSON.stringify({ ...line, ...Object.fromEntries(Object.keys(fields).map((k) => [k, '[not printable]'])) });
  }
}

function redact(key: string, value: unknown): unknown {
  if (value instanceof Error) {
    const code = 'code' in value ? value.code : undefined;
    return { message: value.message, code, stack: value.stack, cause: value.cause };
  }
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'string') return value;
  if (secretName.test(key) || secretText.test(value)) return '[secret]';
  return key === 'stack' ? value : printable(value, maxText);
}

let listening = false;

function toStandardError(line: string): void {
  if (!listening) {
    listening = true;
    process.stderr.on('error', () => undefined);
  }
  process.stderr.write(line);
}
