import { oktaApplications } from '@vertex-ai-gateway/cloud-emulators/okta/sample-applications';
import { sampleApplications } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { findSampleCaller } from '../../scripts/policy/find-sample-caller.ts';
import { targetOf } from '../../src/governance/decide-catalog.ts';
import type { CatalogEntry } from '../../src/governance/documents.ts';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { hasEnded, retirementOf } from '../../src/governance/retirement.ts';
import { ObservedChain } from './observed-chain.ts';
import { governanceFolder } from '../support/governance-folder.ts';

const governance = loadGovernance(governanceFolder());
const { catalog, access } = governance.documents;
/** The entries whose calls are decided by the documents alone. Retired ones are refused to everybody. */
const entries = catalog.entries.filter((entry) => !hasEnded(retirementOf(entry), new Date()));
const residencyRules = access.residency.map(({ id }) => id);

const APPLICATIONS = [...sampleApplications, ...oktaApplications].map(({ name }) => name);
/** A region and a multi-region without entries of the catalog. */
const OUTSIDE = ['asia-east1', 'eu'];
const LOCATIONS = [...new Set([...entries.flatMap(({ locations }) => locations), ...OUTSIDE])];
const OPERATIONS = ['predict', 'generateContent', 'streamGenerateContent'] as const;
type Operation = (typeof OPERATIONS)[number];

const PROMPT = 'Kestrels hover.';
const FLOWER = [5.198765, 3.598765, 1.498765, 0.298765];
const CONTENTS = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: PROMPT }] }] });

interface Combination {
  readonly entry: CatalogEntry;
  readonly location: string;
  readonly operation: Operation;
}

const COMBINATIONS: readonly Combination[] = entries.flatMap((entry) =>
  LOCATIONS.flatMap((location) => OPERATIONS.map((operation) => ({ entry, location, operation }))),
);

let observed: ObservedChain;

beforeAll(async () => {
  // A chain of its own, because these calls are most of those that the sandbox has in a minute.
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

/** The body of a call: flowers for endpoints, a prompt or a text for models. */
function bodyOf({ entry, operation }: Combination): string {
  if (operation !== 'predict') return CONTENTS;
  if ('endpoint' in entry) return JSON.stringify({ instances: [FLOWER] });
  return JSON.stringify({
    instances: [entry.tags?.includes('media') ? { prompt: PROMPT } : { content: PROMPT }],
  });
}

function pathOf({ entry, location, operation }: Combination): string {
  const resource =
    'endpoint' in entry
      ? `endpoints/${entry.endpoint}`
      : `publishers/${entry.publisher}/models/${entry.model}`;
  return `/vertex/v1/projects/${entry.project}/locations/${location}/${resource}:${operation}`;
}

test('the matrix has every sample application, and something that is allowed and denied', () => {
  expect(APPLICATIONS).toHaveLength(9);
  expect(COMBINATIONS).toHaveLength(entries.length * LOCATIONS.length * OPERATIONS.length);
});

test.each(APPLICATIONS)('%s gets through the edge exactly what the documents say', async (application) => {
  const principal = findSampleCaller(governance.documents, application);
  const decided = COMBINATIONS.map((cell) => {
    const { entry, operation, location } = cell;
    return { cell, decision: governance.decide(principal, targetOf(entry, operation, location)) };
  });
  const denied = decided.filter(({ decision }) => !decision.allowed);
  const allowed = decided.filter(({ decision }) => decision.allowed);
  expect([allowed.length > 0, denied.length > 0]).toEqual([
    !['nobody-app', 'auditor-app', 'operator-app'].includes(application),
    true,
  ]);
  await observed.chain.control('vertex-ai', 'DELETE', 'requests');

  for (const { cell, decision } of denied) {
    const path = pathOf(cell);
    const answer = await observed.call({ application, path, body: bodyOf(cell) });
    expect([path, answer.status]).toEqual([path, 403]);
    const { applicationId } = principal;
    observed.whenRecorded(answer, (record) => {
      expect(record).toMatchObject({
        outcome: 'denied',
        decision: 'deny',
        status: '403',
        applicationId,
      });
      expect([decision.rule, ...residencyRules]).toContain(record.rule);
    });
  }
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);

  for (const { cell, decision } of allowed) {
    const path = pathOf(cell);
    const answer = await observed.call({ application, path, body: bodyOf(cell) });
    expect([path, answer.status]).toEqual([path, 200]);
    observed.whenRecorded(answer, { outcome: 'answered', decision: 'allow', rule: decision.rule });
  }
  expect(await observed.chain.requests('vertex-ai')).toHaveLength(allowed.length);
});

test.each(APPLICATIONS)('%s is served by the short form wherever it may be', async (application) => {
  const principal = findSampleCaller(governance.documents, application);
  for (const entry of entries) {
    if ('endpoint' in entry) continue;
    const { publisher, model } = entry;
    for (const operation of ['generateContent', 'streamGenerateContent'] as const) {
      const target = { project: undefined, location: undefined, operation } as const;
      const resource = { kind: 'model', publisher, model } as const;
      const decision = governance.decide(principal, { ...target, resource });
      const path = `/vertex/v1/publishers/${publisher}/models/${model}:${operation}`;
      await observed.chain.control('vertex-ai', 'DELETE', 'requests');
      const answer = await observed.call({ application, path, body: CONTENTS });
      expect([path, answer.status]).toEqual([path, decision.allowed ? 200 : 403]);
      expect(await observed.chain.requests('vertex-ai')).toHaveLength(decision.allowed ? 1 : 0);
      observed.whenRecorded(answer, {
        outcome: decision.allowed ? 'answered' : 'denied',
        rule: decision.rule,
      });
    }
  }
});

test('every call is on record once', async () => {
  await observed.expectAllOnRecord([PROMPT, ...FLOWER]);
});
