import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivePolicies } from '../../../scripts/policy/derive-policies.ts';
import { findDrift, writeFiles } from '../../../scripts/policy/generated-files.ts';
import { tierOf } from '../../../scripts/policy/tier.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const FILES = [
  { path: 'apim/products/sandbox/policy.xml', text: '<policies />\n' },
  { path: 'apim/policy-fragments/residency/policy.xml', text: '<fragment />\n' },
];

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'generated-'));
});

afterEach(() => rmSync(root, { recursive: true }));

test('what was written has not drifted', () => {
  writeFiles(root, FILES);
  expect(findDrift(root, FILES)).toEqual([]);
  expect(readFileSync(join(root, 'apim/products/sandbox/policy.xml'), 'utf8')).toBe('<policies />\n');
});

test('each file that is missing or changed by hand is named', () => {
  expect(findDrift(root, FILES)).toEqual(FILES.map(({ path }) => path));
  writeFiles(root, FILES);
  writeFileSync(join(root, 'apim/products/sandbox/policy.xml'), '<policies/>\n');
  expect(findDrift(root, FILES)).toEqual(['apim/products/sandbox/policy.xml']);
});

test('a product that is not derived is named, and left to people', () => {
  mkdirSync(join(root, 'apim/products/forgotten'), { recursive: true });
  writeFiles(root, FILES);
  expect(findDrift(root, FILES)).toEqual(['apim/products/forgotten']);
});

test('the tier is the one that the products in place were derived for', () => {
  expect(tierOf(root)).toBe('classic');
  const { documents, policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
  for (const tier of ['v2', 'classic'] as const) {
    writeFiles(root, derivePolicies({ documents, policyVersion }, ['vertex'], tier));
    expect(tierOf(root)).toBe(tier);
  }
});

test('a tier that there is not is refused, with those that there are', () => {
  const script = join(process.cwd(), 'scripts/policy/build.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check', '--tier', 'v3'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    1,
    'The tier is one of classic, v2.\nUsage: npm run policy:build -- [--check] [--tier classic|v2]\n',
  ]);
});

test('checked for another tier, the files of this project are not what they should be', () => {
  const script = join(process.cwd(), 'scripts/policy/build.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check', '--tier', 'v2'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^apim\/products\/sandbox\/policy\.xml is not/),
  ]);
});

test('the files of this project are what its governance documents say', () => {
  const script = join(process.cwd(), 'scripts/policy/build.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
