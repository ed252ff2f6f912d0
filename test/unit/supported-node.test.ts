import { readFileSync } from 'node:fs';
import { assertSupportedNode, LOWEST_NODE } from '../../src/supported-node.ts';

interface Package {
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Package;
}

test.each([LOWEST_NODE, '22.19.1', '22.20.0', '23.0.0', '24.1.0', '100.0.0'])(
  'Node %s is supported',
  (version) => {
    expect(() => assertSupportedNode(version)).not.toThrow();
  },
);

test.each(['22.18.99', '22.9.0', '20.20.2', '18.0.0', '4.9.1'])('Node %s is refused by name', (version) => {
  expect(() => assertSupportedNode(version)).toThrow(
    `The gateway needs Node 22.19.0 or later, and ${version} is running: set the function app's Node version to 24 or 22.`,
  );
});

test('the lowest Node is what the packages of the bundle ask for, and what the function app’s own package says', () => {
  const own = readPackage('');
  const needed = Object.keys(own.dependencies ?? {}).flatMap((name) => {
    const asked = /^>=\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(
      readPackage(`node_modules/${name}/`).engines?.node ?? '',
    );
    return asked ? [asked.slice(1).map((part) => Number(part || 0))] : [];
  });
  const [highest] = needed.toSorted((one, other) => {
    const place = one.findIndex((part, index) => part !== other[index]);
    return place < 0 ? 0 : (other[place] ?? 0) - (one[place] ?? 0);
  });
  expect(highest?.join('.')).toBe(LOWEST_NODE);
  expect(own.engines?.node).toBe(`>=${LOWEST_NODE}`);
});
