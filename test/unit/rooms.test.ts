import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: string };
}

const { forbidden } = createRequire(__filename)('../../.dependency-cruiser.cjs') as {
  readonly forbidden: readonly Rule[];
};

test('the rooms and what they may import are those that the check of boundaries enforces', () => {
  const documented = [
    ...readFileSync('docs/architecture.md', 'utf8').matchAll(/^\| `src\/(\w+)\/` .*\| ([^|]*?) +\|$/gm),
  ].map(([, room = '', imports = '']) => [room, imports.match(/(?<=`)\w+(?=`)/g) ?? []] as const);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(enforcedImports()));
});

/** A rule `room-X` lets the room X import the rooms in its pattern, `^src/(X|a|b)/`, of which X is the first. */
function enforcedImports(): [room: string, imports: string[]][] {
  return forbidden.flatMap(({ name, to }): [string, string[]][] => {
    const [, room] = /^room-(\w+)$/.exec(name) ?? [];
    const [, ...imports] = /\(([\w|]+)\)/.exec(to.pathNot ?? '')?.[1]?.split('|') ?? [];
    return room === undefined ? [] : [[room, imports]];
  });
}

test('a folder of the audit ledger may import those that its README lists above it, and no others', () => {
  const listed = [
    ...readFileSync('packages/audit-ledger/README.md', 'utf8').matchAll(/^\| `src\/([\w-]+)\/` +\|/gm),
  ].map(([, folder = '']) => folder);
  const enforced = forbidden.flatMap(({ name, to }): [string, string[]][] => {
    const [, folder] = /^audit-ledger-([\w-]+)$/.exec(name) ?? [];
    const [, folders = ''] = /\(\(([\w|-]+)\)\//.exec(to.pathNot ?? '') ?? [];
    return folder === undefined ? [] : [[folder, folders.split('|')]];
  });
  expect(listed.length).toBeGreaterThan(10);
  expect(enforced).toEqual(listed.map((folder, index) => [folder, listed.slice(0, index + 1)]));
});
