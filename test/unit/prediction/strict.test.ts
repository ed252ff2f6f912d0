import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { AuditRecord, OpeningRecord } from '../../../src/prediction/audit-record.ts';
import { RunningCalls } from '../../../src/prediction/served-call.ts';
import { endpointEntry, governanceOf } from '../governance/governance-of.ts';
import { type Changes, oneCall, stream, STREAMED } from './one-call.ts';

const governance = governanceOf({
  entries: [endpointEntry({ name: 'iris', operations: ['predict'] })],
  grants: [
    { id: 'team-iris', reason: 'Tests.', roles: ['Team'], entries: ['iris'], durability: 'strict' as const },
  ],
});
const DOWN = new GatewayError('AUDIT_LEDGER_UNAVAILABLE', 'The ledger is down.');

/** Runs a call under a strict rule; `steps` has the events in their order. */
async function run(changes: Changes = {}) {
  const steps: string[] = [];
  const { trail = {}, ...dependencies } = changes;
  const call = oneCall({
    governance,
    ...dependencies,
    trail: {
      open: () => {
        steps.push('opening');
        return Promise.resolve();
      },
      commit: () => {
        steps.push('closing');
        return Promise.resolve();
      },
      ...trail,
    },
  });
  const send = call.reply.send.bind(call.reply);
  const write = call.reply.write.bind(call.reply);
  call.reply.send = (...answer) => {
    steps.push('answer');
    send(...answer);
  };
  call.reply.write = (part) => {
    steps.push(String(part).trim());
    return write(part);
  };
  await call.run();
  return { ...call, steps };
}

test('a strict call waits for its opening before Vertex AI is called', async () => {
  let isOpen = false;
  let wasOpen: boolean | undefined;
  await run({
    trail: {
      open: async () => {
        await Promise.resolve();
        isOpen = true;
      },
    },
    vertex: {
      predict: () => {
        wasOpen = isOpen;
        return Promise.reject(new GatewayError('VERTEX_FAILED', 'It failed.'));
      },
    },
  });
  expect(wasOpen).toBe(true);
});

test('an opening tells who calls what, and a closing goes before the answer', async () => {
  const openings: OpeningRecord[] = [];
  const closings: AuditRecord[] = [];
  const call = oneCall({
    governance,
    trail: {
      open: (record) => {
        openings.push(record);
        return Promise.resolve();
      },
      commit: (record) => {
        expect(call.reply.answers).toBe(0);
        closings.push(record);
        return Promise.resolve();
      },
    },
  });
  await call.run();
  expect(openings).toMatchObject([{ decision: 'allow', rule: 'team-iris', requestBytes: 10 }]);
  expect(closings).toMatchObject([{ outcome: 'answered', revision: 0, responseBytes: 19 }]);
  expect(call.reply.status).toBe(200);
  expect(call.records).toEqual([]);
});

test('without its opening a strict call never reaches Vertex AI', async () => {
  let isVertexCalled = false;
  const { reply, records } = await run({
    trail: { open: () => Promise.reject(DOWN) },
    vertex: {
      predict: () => {
        isVertexCalled = true;
        return Promise.reject(DOWN);
      },
    },
  });
  expect(isVertexCalled).toBe(false);
  expect(reply).toMatchObject({ status: 503, answers: 1 });
  expect(records).toMatchObject([{ outcome: 'failed', code: 'AUDIT_LEDGER_UNAVAILABLE', revision: 0 }]);
});

test('an answer whose closing is not committed is withheld, and the record corrected', async () => {
  const { reply, records } = await run({ trail: { commit: () => Promise.reject(DOWN) } });
  expect(reply).toMatchObject({ status: 503, answers: 1 });
  expect(reply.body).not.toContain('predictions');
  expect(records).toMatchObject([{ outcome: 'failed', code: 'AUDIT_LEDGER_UNAVAILABLE', revision: 1 }]);
  expect(records[0]?.responseBytes).toBe(Buffer.byteLength(reply.body));
});

test('every record of a call is handed the same last closing, and that of no other call', async () => {
  const lasts: unknown[] = [];
  const trail: Changes['trail'] = {
    commit: (_, last) => {
      lasts.push(last);
      return Promise.reject(DOWN);
    },
    record: (_, last) => void lasts.push(last),
  };
  await run({ trail });
  await run({ trail });
  expect(lasts).toHaveLength(4);
  expect(lasts[1]).toBe(lasts[0]);
  expect(lasts[2]).not.toBe(lasts[0]);
  expect(lasts[3]).toBe(lasts[2]);
});

test('a record whose answer was withheld has no digest of it', async () => {
  const digester = { start: () => ({ update: () => undefined, digest: () => 'digest' }) };
  const { records } = await run({ digester, trail: { commit: () => Promise.reject(DOWN) } });
  expect(records).toMatchObject([{ requestDigest: 'digest', revision: 1 }]);
  expect(records[0]).not.toHaveProperty('responseDigest');
});

test('the last part of a strict stream waits for the closing', async () => {
  const { steps } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'])) },
  });
  expect(steps).toEqual(['opening', 'data: 1', 'data: 2', 'closing', 'data: 3']);
});

test('parts of a strict stream that more must follow go out as they come', async () => {
  const passed: string[] = [];
  const answer = stream(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']);
  async function* noted(): AsyncGenerator<Uint8Array> {
    for await (const part of answer.parts) {
      passed.push(Buffer.from(part).toString().trim());
      yield part;
    }
  }
  const call = oneCall({
    governance,
    readPrediction: () => STREAMED,
    vertex: {
      predict: () => Promise.resolve({ ...answer, parts: noted(), mayEnd: () => passed.length > 1 }),
    },
    trail: { open: () => Promise.resolve(), commit: () => Promise.resolve(void passed.push('closing')) },
  });
  call.reply.take = (part) => {
    passed.push(`sent ${part.trim()}`);
    return Promise.resolve(true);
  };
  await call.run();
  expect(passed).toEqual([
    'data: 1',
    'sent data: 1',
    'data: 2',
    'data: 3',
    'sent data: 2',
    'closing',
    'sent data: 3',
  ]);
});

test('a strict stream whose closing is not committed ends with an error in place of its last part', async () => {
  const { reply, records } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n'])) },
    trail: { commit: () => Promise.reject(DOWN) },
  });
  expect(reply.body).toBe('data: 1\n\n<AUDIT_LEDGER_UNAVAILABLE gemini sse>');
  expect(records).toMatchObject([
    { outcome: 'interrupted', revision: 1, responseBytes: Buffer.byteLength(reply.body) },
  ]);
});

test('what had come of a strict stream before it broke is sent, and then the error', async () => {
  const broken = new GatewayError('VERTEX_STREAM_BROKEN', 'Vertex AI broke off the stream.');
  const { steps } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n', broken])) },
  });
  expect(steps).toEqual(['opening', 'data: 1', 'closing', 'data: 2', '<VERTEX_STREAM_BROKEN gemini sse>']);
});

test('a strict JSON array that breaks behind its first part ends in its own framing', async () => {
  const broken = new GatewayError('VERTEX_STREAM_BROKEN', 'Vertex AI broke off the stream.');
  const { reply } = await run({
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['[1', broken], 'json-array')) },
  });
  expect(reply.body).toBe('[1<VERTEX_STREAM_BROKEN gemini json-array>');
});

test('a failure is told although its closing is not committed, and is on record once', async () => {
  const commits: AuditRecord[] = [];
  const { reply, records } = await run({
    vertex: { predict: () => Promise.reject(new GatewayError('VERTEX_FAILED', 'It failed.')) },
    trail: {
      commit: (record) => {
        commits.push(record);
        return Promise.reject(DOWN);
      },
    },
  });
  expect(reply.status).toBe(502);
  expect(commits).toMatchObject([{ outcome: 'failed', code: 'VERTEX_FAILED', revision: 0 }]);
  expect(records).toEqual([]);
});

test('a caller that goes away before the last part corrects the record', async () => {
  const commits: AuditRecord[] = [];
  const call = oneCall({
    governance,
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n'])) },
    trail: {
      commit: (record) => {
        commits.push(record);
        return Promise.resolve();
      },
    },
  });
  call.reply.take = (part) => Promise.resolve(part !== 'data: 2\n\n');
  await call.run();
  expect(commits).toMatchObject([
    { outcome: 'answered', revision: 0 },
    { outcome: 'aborted', revision: 1 },
  ]);
});

test('a call that is not let in reaches nobody, and tells the edge to put it on record', async () => {
  const { reply, records, steps } = await run({
    trail: {
      admit: () => {
        throw DOWN;
      },
    },
    callers: { identify: () => Promise.reject(new Error('never asked')) },
  });
  expect(reply).toMatchObject({ status: 503, answers: 1 });
  expect(reply.headers).toEqual({
    'content-type': 'application/json',
    'x-gateway-unrecorded': 'AUDIT_LEDGER_UNAVAILABLE',
  });
  expect(records).toEqual([]);
  expect(steps).toEqual(['answer']);
});

test('a strict call that ends because its instance stops is told before the ledger has it', async () => {
  const running = new RunningCalls();
  const steps: string[] = [];
  const call = oneCall({
    governance,
    running,
    vertex: {
      predict: () => {
        void running.stop(1000);
        return new Promise(() => undefined);
      },
    },
    trail: {
      open: () => Promise.resolve(),
      commit: () => new Promise(() => steps.push('waits for the ledger')),
    },
  });
  await call.run();
  expect([call.reply.status, steps]).toEqual([503, []]);
  expect(call.records).toMatchObject([{ outcome: 'failed', code: 'INSTANCE_STOPPING', revision: 0 }]);
});

test('a strict stream that ends while its caller is slow repeats no part and leaves none out', async () => {
  const running = new RunningCalls();
  const call = oneCall({
    governance,
    running,
    readPrediction: () => STREAMED,
    vertex: { predict: () => Promise.resolve(stream(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'])) },
    trail: { open: () => Promise.resolve() },
  });
  call.reply.take = (part) => {
    if (part !== 'data: 1\n\n') return Promise.resolve(true);
    void running.stop(1000);
    return new Promise(() => undefined);
  };
  await call.run();
  expect(call.reply.body).toBe('data: 1\n\ndata: 2\n\n<INSTANCE_STOPPING gemini sse>');
  expect(call.records).toMatchObject([
    { outcome: 'interrupted', responseBytes: Buffer.byteLength(call.reply.body) },
  ]);
});

test('a strict answer that is not out when the instance stops corrects the record without asking the ledger', async () => {
  const running = new RunningCalls();
  const commits: AuditRecord[] = [];
  const call = oneCall({
    governance,
    running,
    trail: {
      open: () => Promise.resolve(),
      commit: (record) => {
        commits.push(record);
        return Promise.resolve();
      },
    },
  });
  call.reply.send = () => {
    void running.stop(1000);
    setImmediate(() => call.reply.leave());
  };
  await call.run();
  expect(commits).toMatchObject([{ outcome: 'answered', revision: 0 }]);
  expect(call.records).toMatchObject([{ outcome: 'interrupted', code: 'INSTANCE_STOPPING', revision: 1 }]);
});
