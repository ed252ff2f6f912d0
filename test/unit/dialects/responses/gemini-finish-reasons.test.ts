import { FinishReason } from '@google/genai';
import { endingOf } from '../../../../src/dialects/responses/gemini-finish-reasons.ts';

/** Reasons that the client of Google does not have yet. */
const OTHERS = ['MODEL_ARMOR', 'MISSING_THOUGHT_SIGNATURE'];
const UNKNOWN = 'The model stopped for ';

test.each([...Object.values(FinishReason), ...OTHERS])('%s has an ending of its own', (reason) => {
  const ending = endingOf(reason);
  const isNamed =
    ending.status !== 'failed' || reason === 'OTHER' || !ending.error.message.startsWith(UNKNOWN);
  expect(isNamed).toBe(true);
});

test.each([
  ['STOP', { status: 'completed' }],
  ['', { status: 'completed' }],
  ['FINISH_REASON_UNSPECIFIED', { status: 'completed' }],
  ['MAX_TOKENS', { status: 'incomplete', reason: 'max_output_tokens' }],
  ['IMAGE_RECITATION', { status: 'incomplete', reason: 'content_filter' }],
  ['NO_IMAGE', { status: 'failed', error: { code: 'server_error', message: /^The model made no image\./ } }],
])('an answer with the reason %j is %j', (reason, expected) => {
  const ending = endingOf(reason);
  expect(ending.status).toBe(expected.status);
  if (ending.status === 'failed') expect(ending.error.message).toMatch(/^The model made no image\./);
  else expect(ending).toEqual(expected);
});

test('a reason that is not known is a failure that names it', () => {
  expect(endingOf('TIRED')).toMatchObject({
    status: 'failed',
    error: { message: 'The model stopped for the reason TIRED. Try again.' },
  });
});

test.each(['tired', 'A'.repeat(65), 'A <b>', 'A\nB'])(
  '%j has not the form of a reason and is not repeated',
  (reason) => {
    expect(endingOf(reason)).toMatchObject({
      status: 'failed',
      error: { message: 'The model stopped for an unknown reason. Try again.' },
    });
  },
);
