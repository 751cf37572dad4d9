import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command as CliCommand } from 'commander';
import type { Command } from '../lib/command.ts';
import { serveFlags } from '../supervisor.ts';
import { commandTable } from './command-table.ts';
import { createProgram } from './program.ts';
import { serveCommand, serveWords } from './serve-command.ts';

test('every word of the help says what it is for', async () => {
  const commands = (await Promise.all(commandTable.map((group) => group.load()))).flat();
  const program = createProgram(commands, async () => undefined);
  const all = (command: CliCommand): readonly CliCommand[] => [command, ...command.commands.flatMap(all)];
  const silent = all(program).filter((command) => command.description() === '');
  assert.deepEqual(
    silent.map((command) => `${command.parent?.name()} ${command.name()}`),
    [],
  );
});

test('an option of several words reaches its command in camel case', async () => {
  const given: unknown[] = [];
  const command: Command = {
    path: ['bell', 'ring'],
    run: async () => undefined,
    summary: 'Ring',
    options: [{ flags: '--tone-file <file>', description: '' }],
  };
  const program = createProgram([command], async (_, __, options) => {
    given.push(options);
  });
  await program.parseAsync(['bell', 'ring', '--tone-file', 'c.wav'], { from: 'user' });
  assert.deepEqual(given, [{ toneFile: 'c.wav' }]);
});

test('the flags of serve come through with their values', async () => {
  const given: string[][] = [];
  const program = createProgram([serveCommand(() => 'folder')], async (_, __, options) => {
    given.push(serveWords(options));
  });
  const flags = serveFlags.filter(({ flag }) => flag !== 'data').map(({ flag }, i) => `--${flag}=${i + 1}`);
  await program.parseAsync(['serve', ...flags], { from: 'user' });
  assert.deepEqual(given, [flags]);
});
