import type { ContentKeeper, KeptContent } from '@vertex-ai-gateway/audit-ledger/recording';
import { governanceOf, endpointEntry, type Rules } from '../governance/governance-of.ts';
import { CALLER, type Changes, oneCall, STREAMED, stream, WHOLE } from './one-call.ts';
import type { WholeAnswer } from '../../../src/prediction/answer.ts';
import type { Protection } from '../../../src/prediction/protection.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';

const REFERENCE = { subject: 'subject', blob: 'blob', sha256: 'a'.repeat(64) };
const RULE = { id: 'keep', reason: 'Tests.', parts: ['request' as const, 'response' as const] };

const PROTECTION = {
  rules: [
    {
      id: 'redact',
      reason: 'Tests.',
      direction: 'request' as const,
      kinds: ['email'],
      action: 'restore' as const,
    },
  ],
};
/** Takes the digits out of requests, and gives the answer the word `own`, which is hidden again. */
const REDACTING: Protection = {
  begin: () => ({
    protectRequest: () => Promise.resolve(Buffer.from('[EMAIL_1]')),
    protectAnswer: undefined,
    hideRestored: (part) => Buffer.from(String(part).replaceAll('own', '[EMAIL_1]')),
  }),
};
const OWN: WholeAnswer = { ...WHOLE, body: Buffer.from('{"predictions":["own"]}') };

/** Makes a call whose content is kept; `steps` has the events in their order. */
function start({
  durability = 'standard',
  rules = [RULE],
  kept = {},
  inspected = false,
  ...changes
}: Changes & {
  durability?: 'standard' | 'strict';
  rules?: Rules['contents'];
  kept?: Partial<KeptContent>;
  /** True for a call that a protection rule applies to. */
  inspected?: boolean;
} = {}) {
  const steps: string[] = [];
  const note = (step: string) => {
    steps.push(step);
    return Promise.resolve();
  };
  const keeper: ContentKeeper = {
    start: (recordId, { objectId }, parts) => {
      void note(`start ${recordId} ${objectId} ${parts.join('+')}`);
      return {
        ready: () => note('ready'),
        add: (part, bytes) => void note(`${part} ${Buffer.from(bytes as Uint8Array).toString()}`),
        seal: () => REFERENCE,
        store: () => note('store'),
        ...kept,
      };
    },
  };
  const grant = { id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['iris'], durability };
  const governance = governanceOf({
    entries: [endpointEntry()],
    grants: [grant],
    contents: rules,
    ...(inspected && { protection: PROTECTION }),
  });
  const made = oneCall({
    contents: keeper,
    governance,
    ...changes,
    trail: {
      open: () => note('open'),
      ...(durability === 'strict' && { commit: () => note('commit') }),
    },
  });
  return { ...made, steps };
}

test('nothing is kept of a call that no rule asks for', async () => {
  const { run, records, steps } = start({ rules: [] });
  await run();
  expect(steps).toEqual([]);
  expect(records).toMatchObject([{ outcome: 'answered' }]);
  expect(records[0]).not.toHaveProperty('content');
});

test('the request and what was sent are kept, and the record says where', async () => {
  const { run, records, steps } = start();
  await run();
  expect(steps).toEqual([
    `start ${records[0]?.id ?? ''} ${CALLER.objectId} request+response`,
    'request 0123456789',
    'ready',
    'response {"predictions":[1]}',
  ]);
  expect(records).toMatchObject([{ outcome: 'answered', content: REFERENCE }]);
});

test('each part of a stream is kept', async () => {
  const { run, records, steps } = start({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['one', 'two'])) },
  });
  await run();
  expect(steps.slice(-2)).toEqual(['response one', 'response two']);
  expect(records).toMatchObject([{ content: REFERENCE }]);
});

test('content of a strict call is stored before its closing is committed', async () => {
  const { run, steps } = start({ durability: 'strict' });
  await run();
  expect(steps.filter((step) => ['open', 'ready', 'store', 'commit'].includes(step))).toEqual([
    'open',
    'ready',
    'store',
    'commit',
  ]);
});

test('content that could not be kept leaves the record and the answer as they are', async () => {
  const { run, records, reply } = start({ kept: { seal: () => undefined } });
  await run();
  expect(reply.status).toBe(200);
  expect(records).toMatchObject([{ outcome: 'answered' }]);
  expect(records[0]).not.toHaveProperty('content');
});

test('nothing is kept of a call that is denied', async () => {
  const { run, records, steps } = start({
    callers: { identify: () => Promise.resolve({ ...CALLER, roles: [] }) },
  });
  await run();
  expect(steps).toEqual([]);
  expect(records).toMatchObject([{ decision: 'deny' }]);
});

/** Makes an inspected call whose answer has a value of the caller's again. */
function startInspected(changes: Parameters<typeof start>[0] = {}) {
  return start({
    inspected: true,
    protection: REDACTING,
    vertex: { predict: () => Promise.resolve(OWN) },
    ...changes,
  });
}

test('of an inspected call what leaves is kept, and an answer without the values that were put back', async () => {
  const { run, steps, reply } = startInspected();
  await run();
  expect(steps.slice(1)).toEqual(['request [EMAIL_1]', 'ready', 'response {"predictions":["[EMAIL_1]"]}']);
  expect(reply.body).toBe('{"predictions":["own"]}');
});

test.each([
  [['request' as const], ['request 0123456789', 'ready', 'response {"predictions":["[EMAIL_1]"]}']],
  [['response' as const], ['request [EMAIL_1]', 'ready', 'response {"predictions":["own"]}']],
])('a rule that asks for the original of %j keeps that', async (parts, expected) => {
  const { run, steps } = startInspected({
    rules: [RULE, { ...RULE, id: 'original', parts, original: true }],
  });
  await run();
  expect(steps.slice(1)).toEqual(expected);
});

test('an inspected body from which nothing is taken is kept once, as it came', async () => {
  const unchanged: Protection = {
    begin: () => ({
      protectRequest: () => Promise.resolve(undefined),
      protectAnswer: undefined,
      hideRestored: (part) => part,
    }),
  };
  const { run, steps } = startInspected({ protection: unchanged });
  await run();
  expect(steps.filter((step) => step.startsWith('request '))).toEqual(['request 0123456789']);
});

test('nothing is kept of a body that is blocked', async () => {
  const blocking: Protection = {
    begin: () => ({
      protectRequest: () => Promise.reject(new GatewayError('INVALID_REQUEST', 'Tests.')),
      protectAnswer: undefined,
      hideRestored: (part) => part,
    }),
  };
  const { run, steps, records } = startInspected({ protection: blocking });
  await run();
  expect(steps.some((step) => step.startsWith('request '))).toBe(false);
  expect(records).toMatchObject([{ outcome: 'denied' }]);
});
