import { loadGovernance } from '../../src/governance/load-governance.ts';
import { type ExampleCall, readOperations } from './described-operations.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer, Outgoing } from './send-bytes.ts';
import { governanceFolder } from '../support/governance-folder.ts';

/** The applications of the examples: each call is allowed for one of them. */
const APPLICATIONS = [
  'assistants-app',
  'scoring-app',
  'eu-analytics-app',
  'sandbox-app',
  'auditor-app',
  'operator-app',
];
/** Texts of the examples, which no telemetry and no error may contain. */
const PROMPTS = ['Why is the sky blue?', 'Ocelots nap at noon.', 'An ocelot naps in the noon sun.'];
/** A resource name or a request id. */
const NAME = /\/|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const { catalog } = loadGovernance(governanceFolder()).documents;
const operations = readOperations();
const served = operations.filter(({ mediaTypes }) => mediaTypes.length > 0);
const notServed = operations.filter(({ mediaTypes }) => mediaTypes.length === 0);
/** Names and ids of the examples → those of what was really made. */
const made = new Map<string, string>();

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

afterAll(() => observed.stop());

function send(call: ExampleCall, difference: object): Promise<Answer> {
  const real = (text: string) =>
    [...made].reduce((all, [example, own]) => all.replaceAll(example, own), text);
  return observed.call({
    method: call.method as NonNullable<Outgoing['method']>,
    path: real(call.path),
    headers: call.headers,
    ...(call.body !== undefined && { body: real(call.body) }),
    ...difference,
  });
}

/** Sends a call as the first application that may make it; returns the last refusal when none may. */
async function sendGranted(call: ExampleCall): Promise<Answer> {
  const [application = '', ...others] = APPLICATIONS;
  let answer = await send(call, { application });
  for (const other of others) if (answer.status === 403) answer = await send(call, { application: other });
  return answer;
}

/** True where the sample catalog has an endpoint for an operation; every publisher's operation has a model there. */
function isOffered({ path }: ExampleCall): boolean {
  const operation = /\/endpoints\/\w+:(\w+)/.exec(path)?.[1];
  return (
    operation === undefined ||
    catalog.entries.some((entry) => 'endpoint' in entry && entry.operations.some((one) => one === operation))
  );
}

/** Remembers the names of created resources: later examples call them by the names in the document. */
function remember(example: unknown, answer: unknown): void {
  for (const key of ['name', 'id', 'requestId']) {
    const [said, own] = [textAt(example, key), textAt(answer, key)];
    if (said === undefined || own === undefined || !NAME.test(said)) continue;
    made.set(said, own);
    made.set(said.split('/').at(-1) ?? said, own.split('/').at(-1) ?? own);
  }
}

/** A member of an object, or of the first element of its list. */
function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Record<string, unknown>)[key];
  if (typeof found === 'string') return found;
  const [list] = Object.values(value).filter(Array.isArray);
  return textAt(list?.[0], key);
}

test.each(served.map((operation) => [operation.operationId, operation] as const))(
  'the examples of %s are answered as described',
  async (id, operation) => {
    // Records arrive in batches some seconds apart.
    if (id === 'audit')
      await observed.chain.auditRecords(({ subscriptionId }) => subscriptionId === 'assistants-app');
    const types = new Set<string>();
    for (const call of operation.calls()) {
      const answer = await sendGranted(call);
      const status = isOffered(call) ? 200 : 403;
      expect([call.path, answer.status, operation.misfits(answer)]).toEqual([call.path, status, []]);
      types.add(String(answer.headers['content-type']).split(';', 1)[0] ?? '');
      if (types.size === 1 && (call.method === 'POST' || id === 'audit') && answer.text.startsWith('{'))
        remember(operation.example, JSON.parse(answer.text));
      observed.whenRecorded(answer, {
        outcome: status === 200 ? 'answered' : 'denied',
        status: String(status),
      });
    }
    expect([...types].toSorted()).toEqual(operation.mediaTypes.toSorted());
  },
);

test.each(notServed.map((operation) => [operation.operationId, operation] as const))(
  'the example of %s, which is not served, gets the 501 that is described',
  async (_, operation) => {
    for (const call of operation.calls()) {
      const answer = await sendGranted(call);
      expect([answer.status, operation.misfits(answer)]).toEqual([501, []]);
      observed.whenRecorded(answer, { outcome: 'denied', status: '501' });
    }
  },
);

test('only live conversations are not served', () => {
  expect(notServed.map(({ operationId }) => operationId)).toEqual(['bidi-generate-content']);
});

test.each(operations.map((operation) => [operation.operationId, operation] as const))(
  'failures of %s are as described',
  async (_, operation) => {
    const [call] = operation.calls();
    if (!call) throw new Error('There is no call.');
    const anonymous = await send(call, {});
    expect([anonymous.status, operation.misfits(anonymous)]).toEqual([401, []]);
    observed.whenRecorded(anonymous, { outcome: 'denied', status: '401' });
    for (const application of ['nobody-app', 'agent-app']) {
      const answer = await send(call, { application });
      expect(operation.misfits(answer)).toEqual([]);
    }
    if (call.body === undefined) return;
    const malformed = await send(call, { application: 'assistants-app', body: '{"contents":' });
    expect(operation.misfits(malformed)).toEqual([]);
    expect(malformed.status).toBeGreaterThanOrEqual(400);
  },
);

test('every one of these calls is on record once, without what was said', async () => {
  await observed.expectAllOnRecord(PROMPTS);
});
