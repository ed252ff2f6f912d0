import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { WholeAnswer } from '../../../src/prediction/answer.ts';
import type { PartialRequest } from '../../../src/prediction/prediction.ts';
import type { AnswerLimits } from '../../../src/vertex/answer-limits.ts';
import type { Send } from '../../../src/vertex/pass-on.ts';
import { sendTogether } from '../../../src/vertex/send-together.ts';
import { rejectedBy } from '../thrown-by.ts';
import { authorizedCall } from '../dialects/authorized-call.ts';

const LIMITS: AnswerLimits = { maximumBytes: 1_000, held: { resize: () => undefined } };

function partOf(index: number): PartialRequest {
  return {
    subject: `the text ${index + 1}`,
    write: () => ({ method: 'POST', path: `/${index}` }),
    read: (body) => Promise.resolve(body),
  };
}

function answerOf(body: string, tokens: number): WholeAnswer {
  return {
    kind: 'whole',
    contentType: 'application/json',
    body: Buffer.from(body),
    facts: { usage: { inputTokens: tokens, totalTokens: tokens }, modelVersion: 'm' },
  };
}

function together(count: number, send: Send, limits = LIMITS): Promise<WholeAnswer> {
  const split = {
    requests: () => Array.from({ length: count }, (_, index) => partOf(index)),
    join: (parts: readonly Uint8Array[]) =>
      Buffer.from(parts.map((part) => Buffer.from(part).toString()).join()),
  };
  return sendTogether(send, { format: 'predictions', split }, authorizedCall({}), limits);
}

test('answers are joined in the order of their requests, and their usage is summed', async () => {
  const answers = Array.from({ length: 20 }, () => Promise.withResolvers<WholeAnswer>());
  const asked: number[] = [];
  const coming = together(20, ({ path }) => {
    const index = Number(path.slice(1));
    asked.push(index);
    return answers[index]?.promise ?? Promise.reject(new Error('unknown'));
  });
  await Promise.resolve();
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [index, { resolve }] of [...answers.entries()].reverse()) resolve(answerOf(`${index}`, index));
  const { body, facts } = await coming;
  expect(Buffer.from(body).toString()).toBe(Array.from({ length: 20 }, (_, index) => index).join());
  expect(facts).toEqual({ usage: { inputTokens: 190, totalTokens: 190 }, modelVersion: 'm', requests: 20 });
});

test('one request has no number of requests', async () => {
  const { facts } = await together(1, () => Promise.resolve(answerOf('a', 1)));
  expect(facts).not.toHaveProperty('requests');
});

test('after a failure no request is sent, and the error says what it is about', async () => {
  let asked = 0;
  const error = await rejectedBy(
    together(100, ({ path }) => {
      asked += 1;
      if (path !== '/3') return Promise.resolve(answerOf('a', 1));
      return Promise.reject(new GatewayError('VERTEX_INVALID_ARGUMENT', 'The text is too long.'));
    }),
  );
  expect([error.code, error.message]).toEqual([
    'VERTEX_INVALID_ARGUMENT',
    'The text is too long. This is about the text 4, and no other was answered.',
  ]);
  expect(asked).toBeLessThan(20);
});

test('a failure of the service is told as it is', async () => {
  const failure = new GatewayError('VERTEX_RATE_LIMITED', 'Wait.', { retryAfterInMs: 5_000 });
  expect(await rejectedBy(together(3, () => Promise.reject(failure)))).toBe(failure);
});

test('answers that are too long together are refused, and all their bytes are counted', async () => {
  const sizes: number[] = [];
  const limits = { maximumBytes: 100, held: { resize: (bytes: number) => void sizes.push(bytes) } };
  const error = await rejectedBy(
    together(
      5,
      (_request, _answer, held) => {
        held?.resize(30);
        return Promise.resolve(answerOf('x'.repeat(30), 1));
      },
      limits,
    ),
  );
  expect([error.code, error.message]).toEqual([
    'VERTEX_FAILED',
    expect.stringContaining('longer than 100 bytes'),
  ]);
  expect(Math.max(...sizes)).toBe(90);
});
