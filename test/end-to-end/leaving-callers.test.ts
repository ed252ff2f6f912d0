import { once } from 'node:events';
import { connect } from 'node:net';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { VerificationReport } from '@vertex-ai-gateway/audit-ledger/verification/report';
import { AuditedChain, CALLS } from './audited-chain.ts';

const CALLERS = 300;
/** From before anything is read to well after an answer has begun. */
const LATEST_LEAVE_IN_MS = 120;
const MOST_LOOKS = 12;
const HELD_UP_IN_MS = 200_000;

let audited: AuditedChain;
beforeAll(async () => {
  audited = await AuditedChain.start();
});
afterAll(() => audited.stop());

/** A request as it goes over the connection. */
async function requestOf(
  kind: keyof typeof CALLS,
  isChunked: boolean,
): Promise<{ head: string; body: string }> {
  const { application, path, body } = CALLS[kind];
  const { environment } = audited.observed.chain;
  const key = environment.applications[application]?.subscriptionKey ?? '';
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(environment.gatewayUrl).host}`,
    `Authorization: Bearer ${await audited.observed.chain.token(application)}`,
    `Ocp-Apim-Subscription-Key: ${key}`,
    'Content-Type: application/json',
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  ];
  return {
    head: `${lines.join('\r\n')}\r\n\r\n`,
    body: isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body,
  };
}

/** Sends as much as it is to, and leaves some time later, with a reset or without. */
async function leave(bytes: string, afterInMs: number, withReset: boolean): Promise<void> {
  const { port, hostname } = new URL(audited.observed.chain.environment.gatewayUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  await new Promise((written) => socket.write(bytes, written));
  await new Promise((resume) => setTimeout(resume, afterInMs));
  if (withReset) socket.resetAndDestroy();
  else socket.destroy();
}

/** The report when nothing is on its way any more, or after some looks as it is then. */
async function whenSettled(): Promise<VerificationReport> {
  for (let look = 1; ; look += 1) {
    await audited.observed.chain.runTimer('audit-sweep');
    const report = await audited.verify();
    const { isIntact, open, unshipped, requests, recordedRequests } = report;
    if ((isIntact && open + unshipped === 0 && requests === recordedRequests) || look === MOST_LOOKS)
      return report;
  }
}

/** All at about the same time, each in another moment of its call. */
async function callAndLeave(): Promise<void> {
  const kinds = Object.keys(CALLS) as (keyof typeof CALLS)[];
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, index) => {
      const { head, body } = await requestOf(kinds[index % kinds.length] ?? 'strict', index % 5 === 0);
      // Every seventh leaves in the midst of its body.
      const sent = head + (index % 7 === 0 ? body.slice(0, 20) : body);
      await leave(sent, (index * LATEST_LEAVE_IN_MS) / CALLERS, index % 2 === 0);
    }),
  );
}

test('each request that the edge counts is on record once, whenever its caller leaves', async () => {
  await callAndLeave();
  const report = await whenSettled();
  expect(report).toMatchObject({ findings: [], isIntact: true, open: 0, unshipped: 0 });
  expect(report.requests).toBe(report.recordedRequests);
  expect(report.requests).toBeGreaterThan(CALLERS / 2);
  const records = await audited.observed.chain.auditRecords();
  const failed = records.filter(({ outcome }) => outcome === 'failed' || outcome === 'denied');
  expect(failed).toEqual([]);
  expectOneOfEach(records);
});

test('whoever comes after them is served', async () => {
  const [answer] = await audited.call('standard');
  expect(answer?.status).toBe(200);
  expect(await whenSettled()).toMatchObject({ findings: [] });
});

test('callers who leave while the worker starts hold nobody up, and are on record once', async () => {
  const [instance] = (await audited.observed.chain.control('functions-host', 'GET', 'instances')) as {
    processId: number;
  }[];
  process.kill(instance?.processId ?? 0, 'SIGKILL');
  const startedAt = performance.now();
  await callAndLeave();
  const [answer] = await audited.call('standard');
  expect(answer?.status).toBe(200);
  const report = await whenSettled();
  expect(report).toMatchObject({ findings: [], isIntact: true, open: 0 });
  expect(report.requests).toBe(report.recordedRequests);
  // A call that waited for one who is gone would last until nothing had happened for four minutes.
  expect(performance.now() - startedAt).toBeLessThan(HELD_UP_IN_MS);
});

/** At most one of either recorder, but for the corrections of the function app. */
function expectOneOfEach(records: readonly AuditRecord[]): void {
  const names = records.map(
    ({ requestId, recordedBy = 'app', revision = 0 }) =>
      `${String(requestId)} ${String(recordedBy)} ${String(revision)}`,
  );
  expect(new Set(names).size).toBe(names.length);
}
