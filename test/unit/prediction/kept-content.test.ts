import type { ContentKeeper, KeptContent } from '@vertex-ai-gateway/audit-ledger/recording';
import { governanceOf, endpointEntry, type Rules } from '../governance/governance-of.ts';
import { CALLER, type Changes, oneCall, STREAMED, stream } from './one-call.ts';

const REFERENCE = { subject: 'subject', blob: 'blob', sha256: 'a'.repeat(64) };
const RULE = { id: 'keep', reason: 'Tests.', parts: ['request' as const, 'response' as const] };

/** Makes a call whose content is kept; `steps` has the events in their order. */
function start({
  durability = 'standard',
  rules = [RULE],
  kept = {},
  ...changes
}: Changes & {
  durability?: 'standard' | 'strict';
  rules?: Rules['contents'];
  kept?: Partial<KeptContent>;
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
  const governance = governanceOf({ entries: [endpointEntry()], grants: [grant], contents: rules });
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
