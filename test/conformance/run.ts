/** `npm run conformance -- PATH…`: runs outside test vectors through the engine and says where it differs. */
import { writeFileSync } from 'node:fs';
import { allSuites, exceptionsOf } from './all-suites.ts';
import { type CaseResult, type Control, controls, runSuite } from './suite.ts';
import { vectorsFolder } from './vectors.ts';

const args = process.argv.slice(2);
const jsonAt = args.indexOf('--json');
const jsonPath = jsonAt < 0 ? undefined : args.splice(jsonAt, 2)[1];
const controlAt = args.indexOf('--control');
const control = (controlAt < 0 ? 'none' : (args.splice(controlAt, 2)[1] ?? 'none')) as Control;
if (!controls.includes(control)) {
  console.error(`usage: npm run conformance -- [PATH…] [--json OUT] [--control ${controls.join('|')}]`);
  process.exit(2);
}

const results = allSuites(args.length > 0 ? args : [vectorsFolder]).flatMap((suite) =>
  runSuite(suite, exceptionsOf(suite.name), control),
);
for (const result of results) {
  if (result.verdict === 'failed' || result.verdict === 'unexpected-success') console.log(lineOf(result));
}
printTable(results);
const failed = results.filter((r) => r.verdict === 'failed' || r.verdict === 'unexpected-success').length;
const exceptions = results.filter((r) => r.verdict === 'exception').length;
if (exceptions > 0) console.log(`${exceptions} listed exceptions, counted apart (test/conformance/exceptions)`);
console.log(`${results.length - failed - exceptions} passed, ${failed} failed`);
if (jsonPath !== undefined) writeFileSync(jsonPath, JSON.stringify(results, null, 1));
process.exitCode = failed === 0 ? 0 : 1;

function lineOf({ verdict, suite, id, expected, actual, code, message }: CaseResult): string {
  const why = [code, message].filter((text) => text !== undefined).join(': ');
  return `${verdict.toUpperCase()} ${suite} ${id}: expected ${expected}, got ${actual}${why === '' ? '' : ` (${why})`}`;
}

/** Accepts and rejects apart: a validator that always says no looks good on these suites. */
function printTable(all: readonly CaseResult[]): void {
  const rows = Map.groupBy(all, ({ suite, id }) => `${suite} ${namespaceOf(suite, id)}`.trim());
  console.log(`${'suite and namespace'.padEnd(44)} positive right  negative right  exceptions`);
  for (const [name, group] of [...rows].sort(([a], [b]) => a.localeCompare(b))) {
    const count = (list: readonly CaseResult[]) =>
      `${list.filter((r) => r.verdict === 'passed').length}/${list.length}`;
    const positive = group.filter((r) => ['accept', 'good', 'either'].includes(r.expected));
    const negative = group.filter((r) => !positive.includes(r));
    const exceptions = group.filter((r) => r.verdict === 'exception').length;
    console.log(
      `${name.padEnd(44)} ${count(positive).padStart(14)} ${count(negative).padStart(15)} ${String(exceptions).padStart(11)}`,
    );
  }
}

/** The part of an id that names a group of cases: a section of PKITS, a file of Wycheproof, a namespace of limbo. */
function namespaceOf(suite: string, id: string): string {
  if (suite.startsWith('boringssl') || suite === 'openssl') return '';
  const parts = id.split('::');
  if (parts.length === 1) return /^\d+\.\d+/.exec(id)?.[0] ?? '';
  return parts.slice(0, Math.min(2, parts.length - 1)).join('::');
}
