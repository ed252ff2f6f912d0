import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATIONS } from '../../../src/governance/documents.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const PRICES = {
  perCall: '{ perCall: 0.1 }',
  perPrediction: '{ perPrediction: 0.1 }',
  perSecondOfVideo: '{ perSecondOfVideo: 0.4, perSecondOfSilentVideo: 0.2 }',
  perMillionInputTokens: '{ perMillionInputTokens: 1, perMillionOutputTokens: 2, perSearch: 0.01 }',
} as const;
type Unit = keyof typeof PRICES;

const ALL = Object.keys(PRICES) as Unit[];
const OF_TOKENS: readonly Unit[] = ['perCall', 'perMillionInputTokens'];

/** The units that calls of each operation tell. */
const FITTING: Readonly<Record<(typeof OPERATIONS)[number], readonly Unit[]>> = {
  predict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  rawPredict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  streamRawPredict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  explain: ['perCall', 'perPrediction'],
  generateContent: OF_TOKENS,
  streamGenerateContent: OF_TOKENS,
  countTokens: ALL,
  computeTokens: ALL,
  embedContent: OF_TOKENS,
  predictLongRunning: ['perCall', 'perSecondOfVideo'],
  directPredict: ['perCall'],
  directRawPredict: ['perCall'],
  serverStreamingPredict: ['perCall'],
  chatCompletions: OF_TOKENS,
  batchPredict: ALL,
  cacheContent: OF_TOKENS,
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Returns the error of a catalog with this price, without the directory; undefined for a valid one. */
function refusal(
  operations: readonly string[],
  price: string,
  locations = '[us-central1]',
): string | undefined {
  const catalog = `entries:
  - name: model
    endpoint: '1234567890'
    environments: [production]
    project: sample-project
    locations: ${locations}
    operations: [${operations.join(', ')}]
    classification: internal
    price: ${price}
`;
  writeFileSync(join(directory, 'catalog.yaml'), catalog);
  writeFileSync(
    join(directory, 'access.yaml'),
    'identityProviders:\n  - { id: entra, type: entra, tenantId: tenant, audiences: [gateway] }\nroles: []\ngrants: []\n',
  );
  writeFileSync(join(directory, 'limits.yaml'), 'products: []\n');
  try {
    loadGovernance(directory);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(`${directory}/`, '');
  }
}

test.each(OPERATIONS.flatMap((operation) => ALL.map((unit) => ({ operation, unit }))))(
  'a price $unit of $operation is taken where the calls tell what it counts',
  ({ operation, unit }) => {
    const refused = refusal([operation], PRICES[unit]);
    if (FITTING[operation].includes(unit)) expect(refused).toBeUndefined();
    else expect(refused).toContain(`Calls of ${operation} do not tell what ${unit} counts.`);
  },
);

test('the refusal names the operations, and the units that fit all of them', () => {
  const operations = ['predict', 'explain', 'directPredict', 'countTokens'];
  expect(refusal(operations, PRICES.perMillionInputTokens)).toBe(
    'catalog.yaml:9:12: entries.0.price: Calls of explain and directPredict do not tell what perMillionInputTokens counts. Use perCall, or give the operation an entry of its own.',
  );
  expect(refusal(['predict', 'explain'], PRICES.perSecondOfVideo)).toContain('Use perCall or perPrediction,');
});

test('a factor for other locations than global needs one', () => {
  const price = '{ perMillionInputTokens: 1, perMillionOutputTokens: 2, factorOutsideGlobal: 1.1 }';
  expect(refusal(['generateContent'], price)).toBeUndefined();
  expect(refusal(['generateContent'], price, '[global]')).toBe(
    'catalog.yaml:9:88: entries.0.price.factorOutsideGlobal: the entry is served at global alone, so the factor never counts. Leave it out.',
  );
});

test.each([
  '{ perMillionInputTokens: 1, perMillionOutputTokens: 2, factorOutsideGlobal: 0 }',
  '{ perCall: 1, factorOutsideGlobal: 1.1 }',
  '{ perSecondOfSilentVideo: 0.2 }',
  '{ perSecondOfVideo: 0.4, perCall: 1 }',
  '{ perSecondOfVideo: -1 }',
  '{ perSearch: 0.01 }',
])('a price with no unit, with two, or below zero is refused: %s', (price) => {
  expect(refusal(['predictLongRunning', 'generateContent'], price)).toMatch(/^catalog\.yaml:/);
});
