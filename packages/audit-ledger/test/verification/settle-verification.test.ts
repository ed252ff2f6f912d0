import type { FindingKind } from '../../src/verification/finding.ts';
import type { VerificationReport } from '../../src/verification/report.ts';
import { settleVerification } from '../../src/verification/settle-verification.ts';

const DUE_AT = Date.UTC(2026, 2, 1, 12);
const { signal } = new AbortController();

/** A clock that only pauses move. */
function createClock() {
  let time = DUE_AT;
  return {
    now: () => new Date(time),
    pause: (delayInMs: number) => {
      time += delayInMs;
      return Promise.resolve();
    },
  };
}

/** Verifies with the findings that `find` gives for the time since the calls were due. */
async function settle(find: (sinceDueInMs: number) => readonly FindingKind[], graceInMs = 0) {
  const clock = createClock();
  const looks: number[] = [];
  const verify = () => {
    const sinceDueInMs = clock.now().getTime() - DUE_AT;
    looks.push(sinceDueInMs);
    const findings = find(sinceDueInMs + graceInMs).map((kind) => ({ kind, message: '' }));
    return Promise.resolve({ findings } as unknown as VerificationReport);
  };
  const dueAt = new Date(DUE_AT - graceInMs);
  const report = await settleVerification(verify, dueAt, clock, signal);
  return { kinds: report.findings.map(({ kind }) => kind), looks: looks.length, lastLook: looks.at(-1) };
}

test('a healthy ledger is verified once', async () => {
  expect(await settle(() => [])).toEqual({ kinds: [], looks: 1, lastLook: 0 });
});

test('a record that is shipped while the ledger is read is not missed', async () => {
  const shipped = await settle((sinceDueInMs) => (sinceDueInMs < 1_200 ? ['never-shipped'] : []));
  expect(shipped).toEqual({ kinds: [], looks: 4, lastLook: 1_500 });
});

test('a record that is never shipped is missed with evidence that was read ten seconds after it was due', async () => {
  expect(await settle(() => ['never-shipped'])).toMatchObject({ kinds: ['never-shipped'], lastLook: 10_000 });
});

test('a grace that is longer than that needs no second look', async () => {
  expect(await settle(() => ['never-shipped'], 600_000)).toMatchObject({
    kinds: ['never-shipped'],
    looks: 1,
  });
});

test('no time explains a chain that was changed', async () => {
  expect(await settle(() => ['chain-changed'])).toMatchObject({ kinds: ['chain-changed'], looks: 1 });
});

test('who gives up is not kept waiting', async () => {
  const gone = new AbortController();
  const verify = () => {
    gone.abort(new Error('gone'));
    return Promise.resolve({ findings: [{ kind: 'never-shipped' }] } as unknown as VerificationReport);
  };
  const clock = {
    now: () => new Date(DUE_AT),
    pause: (_: number, abortSignal: AbortSignal) => Promise.reject(abortSignal.reason as Error),
  };
  await expect(settleVerification(verify, new Date(DUE_AT), clock, gone.signal)).rejects.toThrow('gone');
});
