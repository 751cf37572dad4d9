import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';
import { Secret } from './secret.ts';

function capture(level: Parameters<typeof createLog>[0]) {
  const lines: string[] = [];
  const log = createLog(level, 'test', (line) => lines.push(line));
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

test('an event is one line of JSON with time, level and name', () => {
  const { log, lines, last } = capture('info');
  log.info('started', { port: 1, text: 'a\nb' });
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.indexOf('\n'), lines[0]!.length - 1);
  assert.equal(last()['event'], 'started');
  assert.equal(last()['port'], 1);
});

test('events below the level are not written', () => {
  const { log, lines } = capture('warn');
  log.info('no');
  log.debug('no');
  log.error('yes');
  assert.equal(lines.length, 1);
});

test('secrets are masked by type, by name and by what they look like', () => {
  const { log, lines } = capture('info');
  log.info('x', {
    a: new Secret('s3cret'),
    password: 's3cret',
    nested: { apiToken: 's3cret' },
    text: '-----BEGIN PRIVATE KEY-----\ns3cret',
    error: new Error('fine'),
  });
  assert.ok(!lines[0]?.includes('s3cret'), lines[0]);
  assert.ok(lines[0]?.includes('fine'));
});

test('a value that cannot be printed does not stop the log', () => {
  const { log, last } = capture('info');
  const ring: Record<string, unknown> = {};
  ring['ring'] = ring;
  log.info('x', { ring });
  assert.equal(last()['event'], 'x');
});
