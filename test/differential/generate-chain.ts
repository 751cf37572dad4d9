/** Generated chains: good ones, bent by a few mutations. The same seed and number give the same chain but for its keys. */
import { type ChainSpec, goodChain } from './chain-spec.ts';
import { addCrls, crlMutations, type Mutation, mutations } from './mutations.ts';
import { Random } from './random.ts';

export function generateChain(seed: number, number: number): ChainSpec {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ number);
  const chain = goodChain(random);
  const theme = random.of(themes);
  for (const name of theme) mutateBy(chain, mutations, name, random);
  // whether the names are allowed is asked, not whether they are the right ones
  if (theme.includes('name constraints')) chain.host = undefined;
  const count = random.of([0, 1, 1, 1, 2, 2, 3, 4]);
  for (let i = 0; i < count; i++) mutateBy(chain, mutations, random.of(Object.keys(mutations)), random);
  if (random.chance(0.3)) {
    addCrls(chain);
    const crlCount = random.below(3);
    for (let i = 0; i < crlCount; i++) mutateBy(chain, crlMutations, random.of(Object.keys(crlMutations)), random);
  }
  return chain;
}

/** Mutations that mean little alone; most chains have none of them. */
const themes: readonly (readonly string[])[] = [
  ...Array.from({ length: 6 }, () => []),
  ['name constraints', 'other names'],
  ['name constraints', 'other names', 'name constraints'],
  ['policies'],
  ['policies', 'policy mappings'],
  ['policies', 'policy mappings', 'policy constraints', 'anyPolicy inhibited'],
];

function mutateBy(chain: ChainSpec, choices: Readonly<Record<string, Mutation>>, name: string, random: Random): void {
  choices[name]?.(chain, random);
  chain.mutations.push(name);
}
