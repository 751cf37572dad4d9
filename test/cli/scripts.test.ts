/**
 * Runs the *.script files beside this one: command lines as a person types them, with what each must print and its exit
 * code. `$ …` is run by sh; below it `exit N` (0 unless told), `out …` and `err …` are parts of the two outputs, `no …`
 * must be in neither. A script whose first line is `gateway` gets a running gateway; its folder is in $TOLLGATE_DATA.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';

interface Step {
  readonly line: number;
  readonly command: string;
  exit: number;
  readonly checks: { readonly where: 'out' | 'err' | 'no'; readonly text: string }[];
}

const here = import.meta.dirname;
const root = join(here, '..', '..');

for (const name of readdirSync(here).filter((file) => file.endsWith('.script'))) {
  const text = readFileSync(join(here, name), 'utf8');
  test(`the command line behaves as ${name} says`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-cli-'));
    symlinkSync(join(root, 'bin', 'tollgate.js'), join(folder, 'tollgate'));
    writeFileSync(join(folder, 'password'), 'plum orbit canvas 47 lantern\n', { mode: 0o600 });
    const gateway = text.startsWith('gateway\n') ? await startGateway({ edges: 1 }) : undefined;
    context.after(async () => {
      await gateway?.stop();
      rmSync(folder, { recursive: true });
    });
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env['PATH']}`,
      TOLLGATE_DATA: gateway?.folder ?? join(folder, 'nowhere'),
      PORT: String(gateway?.httpsPort ?? 0),
      PACKAGE: root,
    };
    for (const step of stepsOf(text)) {
      const done = spawnSync('sh', ['-c', step.command], { cwd: folder, env, encoding: 'utf8', input: '' });
      const at = `${name}:${step.line} $ ${step.command}\n${done.stdout}${done.stderr}`;
      assert.equal(done.status, step.exit, at);
      for (const { where, text: part } of step.checks) {
        if (where === 'no') assert.ok(!`${done.stdout}${done.stderr}`.includes(part), `${at}\nmust not hold: ${part}`);
        else assert.ok((where === 'out' ? done.stdout : done.stderr).includes(part), `${at}\n${where} lacks: ${part}`);
      }
    }
  });
}

function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const [word = '', rest = ''] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
    const last = steps.at(-1);
    if (word === '$') steps.push({ line: i + 1, command: rest, exit: 0, checks: [] });
    else if (word === 'exit' && last) last.exit = Number(rest);
    else if ((word === 'out' || word === 'err' || word === 'no') && last) last.checks.push({ where: word, text: rest });
    else if (line !== '' && word !== '#' && line !== 'gateway')
      throw new Error(`line ${i + 1} is not understood: ${line}`);
  }
  return steps;
}
