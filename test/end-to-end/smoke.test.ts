import { describeOutcomes, type SmokeTarget, trySurfaces } from '../../scripts/smoke/try-surfaces.ts';
import { ObservedChain } from './observed-chain.ts';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.start();
});

afterAll(() => observed.stop());

async function target(application: string, changes: Partial<SmokeTarget> = {}): Promise<SmokeTarget> {
  return {
    url: observed.chain.environment.gatewayUrl,
    headers: {
      authorization: `Bearer ${await observed.chain.token(application)}`,
      'ocp-apim-subscription-key': observed.keyOf(application),
    },
    model: undefined,
    recordsTimeoutInMs: 30_000,
    ...changes,
  };
}

test('every surface answers the sandbox, a model that nobody has is refused, and all is on record', async () => {
  const outcomes = await trySurfaces(await target('sandbox-app'));
  expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(outcomes.map(({ name }) => name)).toEqual([
    'identity of the caller',
    'Vertex AI',
    'stream of Vertex AI',
    'chat completions',
    'responses',
    'messages of Claude',
    'refusal of a model that nobody has',
  ]);
  expect(describeOutcomes(outcomes).split('\n')[1]).toMatch(/^passed {2}Vertex AI \([0-9a-f-]{36}\)$/);
});

test('a failure of Vertex AI is told with its surface, and the others are tried all the same', async () => {
  await observed.chain.control('vertex-ai', 'POST', 'faults', {
    path: ':streamGenerateContent',
    status: 503,
    times: 9,
  });
  const outcomes = await trySurfaces(await target('sandbox-app'));
  await observed.chain.control('vertex-ai', 'DELETE', 'faults');
  const failed = outcomes.filter(({ problem }) => problem !== undefined);
  expect(failed.map(({ name }) => name)).toEqual(['stream of Vertex AI']);
  expect(failed[0]?.problem).toMatch(/^It answers 503, not 200: /);
});

test('a caller whom the gateway does not know is told what it answers', async () => {
  const outcomes = await trySurfaces(await target('sandbox-app', { headers: {} }));
  expect(outcomes).toEqual([
    {
      name: 'list of models',
      requestId: undefined,
      problem: expect.stringMatching(/^It answers 401: /) as string,
    },
  ]);
});

test('a record that has not arrived in time is a failure', async () => {
  await observed.chain.control('application-insights', 'POST', 'faults', {
    path: '/query',
    status: 503,
    times: 99,
  });
  const outcomes = await trySurfaces(await target('sandbox-app', { recordsTimeoutInMs: 0 }));
  await observed.chain.control('application-insights', 'DELETE', 'faults');
  expect(outcomes.map(({ problem }) => problem)).toEqual(outcomes.map(() => 'Its record has not arrived.'));
});

test('a gateway that is not there does not answer', async () => {
  const outcomes = await trySurfaces(await target('sandbox-app', { url: 'http://127.0.0.1:9' }));
  expect(outcomes[0]?.problem).toMatch(/^It does not answer: /);
});
