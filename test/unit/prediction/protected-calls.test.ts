import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Governance } from '../../../src/governance/governance.ts';
import type { ProtectionPlan } from '../../../src/governance/protection-plan.ts';
import type { Finding } from '../../../src/prediction/finding.ts';
import type { Prediction } from '../../../src/prediction/prediction.ts';
import type { CallProtection, ProtectAnswer, Protection } from '../../../src/prediction/protection.ts';
import { endpointEntry, governanceOf } from '../governance/governance-of.ts';
import { jsonOf } from '../json-of.ts';
import { type Changes, FACTS, oneCall, PREDICTION, stream, STREAMED, WHOLE } from './one-call.ts';

const PLAN: ProtectionPlan = { request: undefined, response: undefined };
const FINDING: Finding = {
  kind: 'email',
  direction: 'request',
  action: 'redact',
  detector: 'email',
  count: 1,
};

const iris = endpointEntry({
  name: 'iris',
  operations: ['predict'],
  instances: { type: 'string', maxLength: 15 },
});
const granted = governanceOf({
  entries: [iris],
  grants: [{ id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'] }],
});
/** Governance that plans the protection of every call. */
const governance: Governance = {
  ...granted,
  decide: (...asked) => {
    const decision = granted.decide(...asked);
    if (!decision.allowed) return decision;
    const call = Object.create(decision.call, { protection: { value: PLAN } }) as typeof decision.call;
    return { ...decision, call };
  },
};

function read(instances: unknown): Prediction {
  return { ...PREDICTION, payload: { kind: 'instances', instances: jsonOf(instances) } };
}

function protecting(
  protectRequest: CallProtection['protectRequest'],
  protectAnswer?: ProtectAnswer,
): {
  protection: Protection;
  plans: ProtectionPlan[];
} {
  const plans: ProtectionPlan[] = [];
  return {
    plans,
    protection: {
      begin: (plan, note) => {
        plans.push(plan);
        note(FINDING);
        return { protectRequest, protectAnswer, hideRestored: (part) => part };
      },
    },
  };
}

/** Runs a call whose body is read twice: as it came, and as it is after it was changed. */
async function run(changes: Changes) {
  const sent: unknown[] = [];
  const call = oneCall({
    governance,
    readPrediction: ({ body }) => read([Buffer.from(body).toString()]),
    vertex: {
      predict: ({ target: { payload } }) => {
        sent.push(payload.kind === 'instances' ? payload.instances.toJson() : undefined);
        return Promise.resolve(WHOLE);
      },
    },
    ...changes,
  });
  await call.run();
  return { ...call, sent, record: call.records[0] };
}

test('a call with a plan sends the changed body, which was read and decided again', async () => {
  const { protection, plans } = protecting(({ body, contentType }) => {
    expect([Buffer.from(body).toString(), contentType]).toEqual(['0123456789', null]);
    return Promise.resolve(Buffer.from('[EMAIL_1]'));
  });
  const { sent, record, reply } = await run({ protection });
  expect(sent).toEqual([['[EMAIL_1]']]);
  expect(plans).toEqual([PLAN]);
  expect(reply.status).toBe(200);
  expect(record).toMatchObject({ outcome: 'answered', requestBytes: 10, findings: [FINDING] });
});

test('a call with a plan whose body does not change is read once', async () => {
  let reads = 0;
  const { protection } = protecting(() => Promise.resolve(undefined));
  const { sent } = await run({
    protection,
    readPrediction: () => {
      reads += 1;
      return read(['same']);
    },
  });
  expect([reads, sent]).toEqual([1, [['same']]]);
});

test('a changed body that does not meet the endpoint’s schema is refused', async () => {
  const { protection } = protecting(() => Promise.resolve(Buffer.from('[PAYMENT_CARD_1]')));
  const { sent, record } = await run({ protection });
  expect(sent).toEqual([]);
  expect(record).toMatchObject({ outcome: 'denied', code: 'INVALID_REQUEST', findings: [FINDING] });
});

test('a blocked call is denied with its findings on record, before tokens and Vertex AI are asked', async () => {
  const { protection } = protecting(() => Promise.reject(new GatewayError('CONTENT_BLOCKED', 'It stays.')));
  const { sent, record, reply } = await run({
    protection,
    accessTokens: { accessToken: () => Promise.reject(new Error('no token is needed')) },
  });
  expect(sent).toEqual([]);
  expect(reply.status).toBe(403);
  expect(record).toMatchObject({
    outcome: 'denied',
    status: 403,
    code: 'CONTENT_BLOCKED',
    findings: [FINDING],
  });
});

test('a call without a plan never reaches the protection', async () => {
  const { sent, record } = await run({ governance: granted });
  expect(sent).toEqual([['0123456789']]);
  expect(record).not.toHaveProperty('findings');
});

const BLOCKED = new GatewayError('CONTENT_BLOCKED', 'It stays.');
const unchanged = () => Promise.resolve(undefined);

test('Vertex AI’s answer goes out as it is protected', async () => {
  const { protection } = protecting(unchanged, (answer) =>
    Promise.resolve(answer.kind === 'whole' ? { ...answer, body: Buffer.from('[EMAIL_1]') } : answer),
  );
  const { reply, record } = await run({
    protection,
    vertex: { predict: (...[, , , , protect]) => protect?.(WHOLE) ?? Promise.reject(BLOCKED) },
  });
  expect(reply.body).toBe('[EMAIL_1]');
  expect(record).toMatchObject({ outcome: 'answered', responseBytes: 9 });
});

test('a whole answer that is held back is denied, and what the model has used is on record', async () => {
  const { protection } = protecting(unchanged, () => Promise.reject(BLOCKED));
  const { reply, record } = await run({
    protection,
    vertex: { predict: (...[, , , , protect]) => protect?.(WHOLE) ?? Promise.reject(BLOCKED) },
  });
  expect(reply.status).toBe(403);
  expect(record).toMatchObject({ outcome: 'denied', code: 'CONTENT_BLOCKED', facts: FACTS });
});

test.each([
  [
    'before anything is sent',
    [BLOCKED],
    { outcome: 'denied', status: 403, code: 'CONTENT_BLOCKED', facts: FACTS },
  ],
  [
    'once it has begun',
    ['data: 1\n\n', BLOCKED],
    { outcome: 'interrupted', status: 200, code: 'CONTENT_BLOCKED', facts: FACTS },
  ],
])('a stream that is held back %s is on record with what it has used', async (_, parts, expected) => {
  const { reply, record } = await run({
    protection: protecting(unchanged, () => Promise.resolve(stream(parts))).protection,
    readPrediction: () => STREAMED,
    vertex: { predict: (...[, , , , protect]) => protect?.(stream([])) ?? Promise.reject(BLOCKED) },
  });
  expect(record).toMatchObject(expected);
  if (parts.length > 1) expect(reply.body).toBe('data: 1\n\n<CONTENT_BLOCKED gemini sse>');
});

test('Vertex AI is told of no protection for a call without a plan', async () => {
  const given: unknown[] = [];
  await run({
    governance: granted,
    vertex: {
      predict: (...[, , , , protect]) => {
        given.push(protect);
        return Promise.resolve(WHOLE);
      },
    },
  });
  expect(given).toEqual([undefined]);
});
