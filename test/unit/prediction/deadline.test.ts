import { type Deadline, startDeadline } from '../../../src/prediction/deadline.ts';
import { rejectedBy } from '../thrown-by.ts';

const CALL_IN_MS = 1000;
const STREAM_IN_MS = 5000;

let deadline: Deadline;
let leave: () => void;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  deadline = startDeadline(
    { callTimeoutInMs: CALL_IN_MS, streamTimeoutInMs: STREAM_IN_MS, monotonicNow: Date.now },
    { onGone: (callback) => (leave = callback) },
  );
});
afterEach(() => {
  deadline.clear();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

function pass(inMs: number): void {
  jest.advanceTimersByTime(inMs);
}

/** Expects the deadline to end in exactly this time from now; resolves with its failure. */
function expectEndAfter(inMs: number): Promise<string> {
  pass(inMs - 1);
  expect(deadline.abortSignal.aborted).toBe(false);
  pass(1);
  expect(deadline.abortSignal.aborted).toBe(true);
  return rejectedBy(deadline.bound(new Promise(() => undefined))).then(
    ({ code, message }) => `${code}: ${message}`,
  );
}

test('a call ends at its limit', async () => {
  expect(await expectEndAfter(CALL_IN_MS)).toMatch(
    /^CALL_TIMEOUT: .*within 1 s, the maximum duration of a call/,
  );
});

test('a call that has reached Vertex AI ends with what that is to blame for', async () => {
  pass(400);
  deadline.reachVertex();
  expect(await expectEndAfter(600)).toMatch(/^VERTEX_TIMEOUT: .*within 1 s, the maximum duration of a call/);
});

test('a stream that has begun may last longer than a call, from the call’s start', async () => {
  deadline.reachVertex();
  pass(900);
  deadline.beginStream();
  expect(await expectEndAfter(STREAM_IN_MS - 900)).toMatch(
    /^VERTEX_TIMEOUT: .*within 5 s, the maximum duration of a stream/,
  );
});

test('a limit that a call carries ends it sooner, counted from its start', async () => {
  pass(100);
  deadline.shorten(250);
  expect(deadline.timeoutInMs).toBe(250);
  expect(await expectEndAfter(150)).toMatch(
    /^CALLER_TIMEOUT: .*within 0.25 s, the time limit that the call carries/,
  );
});

test.each(['shorten', 'shortenStart'] as const)(
  'of two limits that are the same the gateway’s own is told: %s',
  async (shorten) => {
    deadline[shorten](CALL_IN_MS);
    expect(await expectEndAfter(CALL_IN_MS)).toMatch(/^CALL_TIMEOUT: /);
  },
);

test('of two limits of a stream that are the same the gateway’s own is told', async () => {
  deadline.shorten(STREAM_IN_MS);
  deadline.reachVertex();
  deadline.beginStream();
  expect(await expectEndAfter(STREAM_IN_MS)).toMatch(/^VERTEX_TIMEOUT: /);
});

test('a limit that a call carries is the caller’s own at Vertex AI, too', async () => {
  deadline.shorten(250);
  deadline.reachVertex();
  expect(await expectEndAfter(250)).toMatch(/^CALLER_TIMEOUT: /);
});

test('a limit that a call carries is the caller’s no longer when its answer is there', async () => {
  deadline.shorten(250);
  deadline.reachVertex();
  deadline.beginDelivery();
  expect(await expectEndAfter(STREAM_IN_MS)).toMatch(/^VERTEX_TIMEOUT: /);
});

test('a limit that a call carries holds for its stream, too', async () => {
  deadline.shorten(3000);
  expect(deadline.timeoutInMs).toBe(CALL_IN_MS);
  pass(500);
  deadline.beginStream();
  expect(await expectEndAfter(2500)).toMatch(
    /^CALLER_TIMEOUT: .*within 3 s, the time limit that the call carries/,
  );
});

test('a limit for the start ends a call sooner', async () => {
  deadline.shortenStart(250);
  expect(await expectEndAfter(250)).toMatch(
    /^CALLER_TIMEOUT: .*within 0.25 s, the time limit that the call carries/,
  );
});

test('a limit for the start no longer holds for a stream that has begun', async () => {
  deadline.shortenStart(250);
  pass(200);
  deadline.beginStream();
  expect(await expectEndAfter(STREAM_IN_MS - 200)).toMatch(/the maximum duration of a stream/);
});

test.each(['shorten', 'shortenStart'] as const)(
  'a call can %s its limit, but not lengthen it',
  async (how) => {
    deadline[how](999_999_999_000);
    expect(await expectEndAfter(CALL_IN_MS)).toMatch(/the maximum duration of a call/);
  },
);

test('a limit that has passed already ends the call at once', () => {
  pass(500);
  deadline.shorten(100);
  pass(0);
  expect(deadline.abortSignal.reason).toMatchObject({ code: 'CALLER_TIMEOUT' });
});

test('a caller that goes away ends the call', async () => {
  leave();
  expect((await rejectedBy(deadline.bound(new Promise(() => undefined)))).code).toBe('CALLER_GONE');
});

test('work that is done in time gives its result or its own failure', async () => {
  expect(await deadline.bound(Promise.resolve(7))).toBe(7);
  await expect(deadline.bound(Promise.reject(new RangeError('own')))).rejects.toThrow('own');
});
