import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import { Limits } from '../../../src/governance/documents.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../../../src/governance/governance.ts';
import type { Caller } from '../../../src/prediction/caller.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import type { StreamedAnswer } from '../../../src/prediction/answer.ts';
import { createStreamSlots } from '../../../src/prediction/caller-limits.ts';
import { governanceOf, modelEntry } from '../governance/governance-of.ts';
import { thrownBy } from '../thrown-by.ts';
import { CALLER, oneCall, stream } from './one-call.ts';

const PRODUCT = { displayName: 'Production', description: 'Tests.', environment: 'production' } as const;

function governanceWith(limits: Partial<Limits>): Governance {
  const { documents, policyVersion } = governanceOf({
    entries: [modelEntry(), modelEntry({ name: 'pro', model: 'gemini-3.1-pro-preview' })],
    grants: [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['flash', 'pro'] }],
  });
  return createGovernance(
    { ...documents, limits: Limits.parse({ products: [], ...limits }) },
    policyVersion,
    createSchemaCompiler(),
  );
}

function callOf(
  governance: Governance,
  model = 'gemini-3.5-flash',
  operation: Prediction['operation'] = 'streamGenerateContent',
): AuthorizedCall<Prediction> {
  const decision = governance.decide(CALLER, {
    project: 'sample-project',
    location: 'us-central1',
    operation,
    resource: { kind: 'model', publisher: 'google', model },
    payload: {
      kind: 'bytes',
      format: 'gemini',
      ...(operation === 'streamGenerateContent' && { framing: 'sse' }),
      request: () => ({ method: 'POST', path: '/' }),
    },
  } satisfies Prediction);
  if (!decision.allowed) throw new Error(decision.reason);
  return decision.call;
}

/** Takes the slot of a stream; returns a function that frees it. */
type Take = (model?: string, caller?: Partial<Caller>) => () => void;

function takingUnder(limits: Partial<Limits>): Take {
  const governance = governanceWith(limits);
  const slots = createStreamSlots(governance);
  return (model, caller) => slots.take({ ...CALLER, ...caller }, callOf(governance, model));
}

test('a stream more than the product allows is refused until one has ended', () => {
  const take = takingUnder({ products: [{ ...PRODUCT, id: 'production', concurrentStreams: 2 }] });
  const free = take();
  take();
  expect(thrownBy(take)).toMatchObject({
    code: 'STREAMS_EXHAUSTED',
    message:
      'Your APIM subscription may have 2 streams open at once on the product production. Try again when one of them has ended.',
    facts: { status: 429, canonical: 'RESOURCE_EXHAUSTED', retryable: true },
  });
  free();
  take();
  expect(thrownBy(take)).toMatchObject({ code: 'STREAMS_EXHAUSTED' });
});

test('each APIM subscription has streams of its own', () => {
  const take = takingUnder({ products: [{ ...PRODUCT, id: 'production', concurrentStreams: 1 }] });
  take();
  take(undefined, { subscriptionId: 'other-team' });
  expect(thrownBy(take)).toMatchObject({ code: 'STREAMS_EXHAUSTED' });
});

test.each([
  ['entry', { entries: [{ entry: 'flash', concurrentStreams: 1 }] }, 'of flash'],
  ['role', { roles: [{ role: 'Team', concurrentStreams: 1 }] }, 'with the role Team'],
])('the limit of a role or an entry holds too, and a refusal takes nothing: %s', (_, limits, whose) => {
  const take = takingUnder({
    ...limits,
    products: [{ ...PRODUCT, id: 'production', concurrentStreams: 2 }],
  });
  const free = take();
  expect(thrownBy(take)).toMatchObject({
    message: expect.stringContaining(`1 stream open at once ${whose}.`) as string,
  });
  free();
  const freeAgain = take();
  freeAgain();
});

test('the limit of an entry leaves other entries alone', () => {
  const take = takingUnder({ entries: [{ entry: 'flash', concurrentStreams: 1 }] });
  take();
  for (let count = 0; count < 5; count += 1) take('gemini-3.1-pro-preview');
});

test('whole answers take no slot, and without a limit there is none', () => {
  const governance = governanceWith({
    products: [{ ...PRODUCT, id: 'production', concurrentStreams: 1 }],
  });
  const slots = createStreamSlots(governance);
  for (let count = 0; count < 5; count += 1)
    slots.take(CALLER, callOf(governance, 'gemini-3.5-flash', 'generateContent'));
  const take = takingUnder({});
  for (let count = 0; count < 5; count += 1) take();
});

test('a refused stream is on record and does not reach Vertex AI; one that ended makes room', async () => {
  const governance = governanceWith({
    products: [{ ...PRODUCT, id: 'production', concurrentStreams: 1 }],
  });
  const began = Promise.withResolvers<undefined>();
  const ending = Promise.withResolvers<undefined>();
  let reached = 0;
  async function* hold(): AsyncGenerator<Uint8Array> {
    began.resolve(undefined);
    await ending.promise;
    yield Buffer.from('data: 1\n\n');
  }
  const answers: StreamedAnswer[] = [{ ...stream([]), parts: hold() }, stream(['data: 2\n\n'])];
  const { records, reply, run } = oneCall({
    governance,
    readPrediction: () => callOf(governance).target,
    vertex: { predict: () => Promise.resolve(answers[reached++] ?? stream([])) },
  });
  const first = run();
  await began.promise;
  await run();
  expect(reply.status).toBe(429);
  expect(records).toMatchObject([
    { outcome: 'denied', decision: 'allow', status: 429, code: 'STREAMS_EXHAUSTED' },
  ]);
  expect(reached).toBe(1);
  ending.resolve(undefined);
  await first;
  await run();
  expect(records.map(({ outcome }) => outcome)).toEqual(['denied', 'answered', 'answered']);
});

test('a stream that fails makes room', async () => {
  const governance = governanceWith({
    products: [{ ...PRODUCT, id: 'production', concurrentStreams: 1 }],
  });
  const { records, run } = oneCall({
    governance,
    readPrediction: () => callOf(governance).target,
    vertex: { predict: () => Promise.reject(new GatewayError('VERTEX_UNAVAILABLE', 'Not there.')) },
  });
  await run();
  await run();
  expect(records.map(({ code }) => code)).toEqual(['VERTEX_UNAVAILABLE', 'VERTEX_UNAVAILABLE']);
});
