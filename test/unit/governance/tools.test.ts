import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REACHING_TOOLS, TOOLS } from '../../../src/governance/tools.ts';

const PROJECT = join(__dirname, '..', '..', '..');
const NAMES = Object.keys(TOOLS);

interface Protos {
  readonly nested?: Readonly<Record<string, Protos>>;
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
  readonly oneofs?: { readonly source?: { readonly oneof: readonly string[] } };
}

function messageOf(version: string, name: string): Protos {
  const path = ['google', 'cloud', 'aiplatform', version, name];
  const file = join(PROJECT, 'node_modules/@google-cloud/aiplatform/build/protos/protos.json');
  const root = JSON.parse(readFileSync(file, 'utf8')) as Protos;
  const message = path.reduce<Protos | undefined>((outer, part) => outer?.nested?.[part], root);
  if (!message) throw new Error(`no ${name} in ${version}`);
  return message;
}

/** The members that the published types of Google's client allow in a message. */
function membersOf(type: string): string[] {
  const types = readFileSync(join(PROJECT, 'node_modules/@google/genai/dist/genai.d.ts'), 'utf8');
  const [, body = ''] =
    new RegExp(`export declare interface ${type} \\{\\r?\\n([^]*?)\\n\\}`).exec(types) ?? [];
  return [...body.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name = '']) => name);
}

test.each(['v1', 'v1beta1'])(
  'every tool that Vertex AI publishes in %s has a name in the rules',
  (version) => {
    const tools = Object.keys(messageOf(version, 'Tool').fields ?? {}).filter((name) => name !== 'retrieval');
    const sources = messageOf(version, 'Retrieval').oneofs?.source?.oneof ?? [];
    const names = [...tools, ...sources].map((name) =>
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(names.length).toBeGreaterThan(5);
    expect(NAMES).toEqual(expect.arrayContaining(names));
  },
);

test('every tool that Google’s client can send has a name in the rules, but for one that Vertex AI has not', () => {
  const names = [...membersOf('Tool'), ...membersOf('Retrieval')].filter(
    (name) => !['retrieval', 'disableAttribution', 'fileSearch'].includes(name),
  );
  expect(names.length).toBeGreaterThan(10);
  expect(NAMES).toEqual(expect.arrayContaining(names));
});

const HOMES = { location: 'yes', 'multi-region': 'in `us` and `eu`', sources: 'where they lie' };

test.each(Object.entries(TOOLS))(
  'the documentation says of %s what the table says',
  (name, { home, page }) => {
    const row = readFileSync(join(PROJECT, 'docs/places-and-tools.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`| \`${name}\` `));
    const [what = '', kept, says] =
      row[0]
        ?.split('|')
        .slice(2)
        .map((cell) => cell.trim()) ?? [];
    expect(row).toHaveLength(1);
    expect(says).toBe(`[page](${page})`);
    expect(kept).toMatch(home === 'anywhere' ? /^no( promise)?$/ : HOMES[home]);
    expect(what.startsWith('`reach`: ')).toBe(REACHING_TOOLS.some((tool) => tool === name));
  },
);
