import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { element, oid, sequence, setOf } from '../der/writer.ts';
import { canonicalName, equalNames, parseName } from './distinguished-name.ts';

const stringTags = { utf8: 0x0c, printable: 0x13, ia5: 0x16, t61: 0x14, bmp: 0x1e } as const;

const type = fc.constantFrom('2.5.4.3', '2.5.4.10', '2.5.4.11', '0.9.2342.19200300.100.1.25', '1.2.3.4');
const text = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'Example Root',
    'EXAMPLE  root',
    ' Example root ',
    'Example\u00a0Root',
    'ｅ',
    'Straße',
    'STRASSE',
    '',
  ),
  fc.stringMatching(/^[ -~]{0,5}$/),
);
const attribute = fc.record({ type, text, tag: fc.constantFrom(...Object.values(stringTags)) });
const name = fc.array(fc.array(attribute, { minLength: 1, maxLength: 2 }), { maxLength: 3 });

interface Written {
  readonly type: string;
  readonly text: string;
  readonly tag: number;
}

function encode(rdns: readonly (readonly Written[])[]) {
  const der = sequence(
    ...rdns.map((rdn) => setOf(...rdn.map((a) => sequence(oid(a.type), element(a.tag, octets(a.text, a.tag)))))),
  );
  const parsed = parseName(der);
  return parsed.ok ? parsed.value : undefined;
}

function octets(value: string, tag: number): Uint8Array {
  if (tag === stringTags.bmp) return Buffer.from(value, 'utf16le').swap16();
  return Buffer.from(value, tag === stringTags.utf8 ? 'utf8' : 'latin1');
}

/** A name that is meant to be equal: other letter case, other string type, more space. */
function disguised(rdns: readonly (readonly Written[])[]): readonly (readonly Written[])[] {
  return rdns.map((rdn) =>
    rdn.map((a) =>
      a.tag === stringTags.utf8 || a.tag === stringTags.printable
        ? { ...a, text: `  ${a.text.toUpperCase().replaceAll(' ', '  ')}`, tag: stringTags.utf8 }
        : a,
    ),
  );
}

test('comparing names without their canonical forms says what the canonical forms say', () => {
  fc.assert(
    fc.property(name, name, fc.boolean(), (one, other, same) => {
      const a = encode(one);
      const b = encode(same ? disguised(one) : other);
      fc.pre(a !== undefined && b !== undefined);
      assert.equal(equalNames(a, b), canonicalName(a) === canonicalName(b));
      assert.equal(equalNames(b, a), equalNames(a, b));
      assert.ok(equalNames(a, a));
    }),
    { numRuns: 5_000 },
  );
});
