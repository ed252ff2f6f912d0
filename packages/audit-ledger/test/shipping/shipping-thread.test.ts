import { MessageChannel } from 'node:worker_threads';
import { AuditError } from '../../src/audit-error.ts';
import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { LedgerWriter } from '../../src/ledger/ledger-writer.ts';
import { MOST_HELD_BYTES } from '../../src/shipping/committed-blocks.ts';
import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import type { EventSender } from '../../src/shipping/event-sender.ts';
import { LedgerShipping } from '../../src/shipping/ledger-shipping.ts';
import { openShippingThread } from '../../src/shipping/open-shipping-thread.ts';
import { serveShipping } from '../../src/shipping/serve-shipping.ts';
import type { ShippingOptions } from '../../src/shipping/shipping-options.ts';
import { type OpenThread, ShippingThread } from '../../src/shipping/shipping-thread.ts';
import { connectThreads, type ThreadMessage } from '../../src/shipping/thread-calls.ts';
import { openGrowingLog } from '../transparency-log/memory-log.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';
import { closing, createLedgerWorld, GONE_AFTER_IN_MS } from './ledger-world.ts';

const NEVER = new Promise<never>(() => undefined);
const TREE = { size: 3, root: 'a'.repeat(64) };

interface Kill {
  readonly options: ShippingOptions;
  readonly kill: () => void;
}

/** Creates a process whose chain is shipped at the other end of a channel, as on another thread. */
function createThreadedWorld() {
  const { clock, ledger, state, ingestion, pass, startProcess } = createLedgerWorld();
  const ports: { close(): void }[] = [];
  const threads: Kill[] = [];
  const world = { loadSender: (): Promise<EventSender> => Promise.resolve(ingestion), terminated: 0 };
  const sent: ThreadMessage[] = [];
  const now = () => new Date(clock.now());
  const open: OpenThread = (options, onEnd) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    let isAlive = true;
    serveShipping(port2, options, (_, { append, onShipped }) => ({
      shipping: new LedgerShipping({
        ...options,
        append,
        publicKeys: auditPublicKeys,
        heads: openGrowingLog(),
        ledger,
        state,
        delivery: new EventDelivery({
          loadSender: async () => {
            const sender = await world.loadSender();
            return { send: (events) => (isAlive ? sender.send(events) : NEVER), close: () => sender.close() };
          },
          now,
          schedule: clock.schedule,
          random: () => 1,
        }),
        describe: ({ id }) => ({ properties: { id: String(id) }, measurements: {} }),
        ownCursor: { from: options.from, onMoved: (cursor) => isAlive && onShipped(cursor) },
        now,
        schedule: clock.schedule,
      }),
      treeHead: () => TREE,
    }));
    const kill = () => {
      isAlive = false;
      port1.close();
      onEnd();
    };
    threads.push({ options, kill });
    const port = {
      postMessage: (message: ThreadMessage) => {
        sent.push(message);
        port1.postMessage(message);
      },
      on: port1.on.bind(port1),
    };
    return {
      port: port,
      terminate: () => {
        world.terminated += 1;
        kill();
        return Promise.resolve();
      },
    };
  };
  const log: string[] = [];
  const writer = new LedgerWriter({
    loadStore: () => Promise.resolve(ledger.appendStore()),
    policyVersion: 'v1',
    now,
    schedule: clock.schedule,
    onCommitted: (block) => thread.committed(block),
  });
  const thread: ShippingThread = new ShippingThread({
    options: {
      writer: writer.name,
      sealKey: writer.sealKey,
      storageUrl: '',
      keyUrl: '',
      witnessUrl: undefined,
      connectionString: '',
      timeoutInMs: 1000,
      goneAfterInMs: GONE_AFTER_IN_MS,
    },
    open,
    append: (body) => writer.append(body),
    credential: { getToken: () => Promise.resolve(null) },
    schedule: clock.schedule,
    log: (message) => log.push(message),
  });
  const write = async (...bodies: EntryBody[]) => {
    await Promise.all(bodies.map((body) => writer.append(body)));
  };
  const ids = () => ingestion.named('gateway.prediction').map(({ properties }) => properties.id);
  const stop = () => ports.forEach((port) => port.close());
  return {
    world,
    clock,
    ledger,
    ingestion,
    pass,
    startProcess,
    threads,
    sent,
    log,
    writer,
    thread,
    write,
    ids,
    stop,
  };
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function create() {
  const created = createThreadedWorld();
  stops.push(created.stop);
  return created;
}

test('committed blocks are shipped by the other thread, from memory, and it tells how far it is', async () => {
  const { write, pass, ids, ledger, thread, writer, threads } = create();
  await write(closing('one'), closing('two'));
  await write(closing('three'));
  await pass();
  expect(ids()).toEqual(['one', 'two', 'three']);
  expect(ledger.reads).toBe(0);
  expect(thread.shipped()).toEqual({ sequence: writer.head.sequence, refused: 0 });
  expect(threads).toHaveLength(1);
});

test('what Application Insights refuses comes onto the chain of the process', async () => {
  const { write, pass, ledger, thread, writer, ingestion } = create();
  ingestion.refuses = ({ properties }) => (properties.id === 'two' ? 400 : undefined);
  await write(closing('one'), closing('two'));
  await pass(3);
  expect(ledger.entries(writer.name)).toContainEqual(
    expect.objectContaining({ kind: 'refusal', refused: 2, status: 400 }),
  );
  expect(thread.shipped()).toEqual({ sequence: writer.head.sequence, refused: 1 });
});

test('while Application Insights does not answer, entries are committed, and nothing waits for it', async () => {
  const { world, write, pass, ids, ledger, writer, thread } = create();
  const hung = { send: () => NEVER, close: () => Promise.resolve() };
  world.loadSender = () => Promise.resolve(hung);
  for (let index = 0; index < 20; index += 1) await write(closing(String(index)));
  await pass(60);
  expect(ledger.entries(writer.name).filter(({ kind }) => kind === 'closing')).toHaveLength(20);
  expect(writer.pendingBytes).toBe(0);
  expect(ids()).toEqual([]);
  expect(thread.shipped()).toEqual({ sequence: -1, refused: 0 });
});

test('an exporter that cannot be loaded keeps records on the ledger until it can', async () => {
  const { world, write, pass, ids, ingestion, writer } = create();
  world.loadSender = () => Promise.reject(new Error('no such package'));
  await write(closing('one'));
  await pass(30);
  expect(writer.pendingBytes).toBe(0);
  expect(ids()).toEqual([]);
  world.loadSender = () => Promise.resolve(ingestion);
  await write(closing('two'));
  await pass(60);
  expect(ids()).toEqual(['one', 'two']);
});

test('a thread that ends is replaced by one that goes on from what was shipped', async () => {
  const { write, pass, ids, threads, log, thread, writer } = create();
  await write(closing('one'));
  await pass();
  await write(closing('two'));
  threads[0]?.kill();
  await write(closing('three'));
  expect(threads).toHaveLength(1);
  await pass(5);
  expect(threads.map(({ options }) => options.from?.sequence)).toEqual([undefined, 2]);
  expect(ids()).toEqual(['one', 'two', 'three']);
  expect(thread.shipped()).toEqual({ sequence: writer.head.sequence, refused: 0 });
  expect(log).toEqual([
    'The thread that ships the audit trail has ended. Another one goes on from the ledger.',
  ]);
});

test('a thread that ended with nothing left to ship is replaced at the next block', async () => {
  const { write, pass, ids, threads } = create();
  await write(closing('one'));
  await pass();
  threads[0]?.kill();
  await pass(120);
  expect(threads).toHaveLength(1);
  await write(closing('two'));
  await pass(5);
  expect(threads).toHaveLength(2);
  expect(ids()).toEqual(['one', 'two']);
});

test('threads that end again and again are replaced ever more seldom, up to a minute', async () => {
  const { world, write, pass, threads } = create();
  world.loadSender = () => Promise.reject(new Error('away'));
  await write(closing('one'));
  for (let second = 0; second < 300; second += 1) {
    threads.at(-1)?.kill();
    await pass();
  }
  expect(threads.length).toBeGreaterThan(6);
  expect(threads.length).toBeLessThan(14);
});

test('the thread holds 8 MiB of blocks at most; the others are read from the ledger in their order', async () => {
  const { world, write, pass, ids, sent, ingestion, ledger } = create();
  world.loadSender = () => Promise.reject(new Error('away'));
  const long = 'x'.repeat(100_000);
  for (let index = 0; index < 120; index += 1) await write(closing(`${100 + index}-${long}`));
  const handedOver = sent.map((message) =>
    'given' in message ? ((message.given[0] as { bytes: Uint8Array } | undefined)?.bytes.byteLength ?? 0) : 0,
  );
  const bytes = handedOver.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeLessThanOrEqual(MOST_HELD_BYTES);
  expect(bytes).toBeGreaterThan(MOST_HELD_BYTES / 2);
  expect(handedOver.filter((size) => size === 0).length).toBeGreaterThan(30);
  world.loadSender = () => Promise.resolve(ingestion);
  await pass(120);
  expect(ids().map((id) => Number(id?.slice(0, 3)))).toEqual(
    Array.from({ length: 120 }, (_, index) => 100 + index),
  );
  // Shipped blocks make room for others.
  const { reads } = ledger;
  await write(closing('last'));
  await pass(3);
  expect(ids().at(-1)).toBe('last');
  expect(ledger.reads).toBe(reads);
});

test('closing ships what is left, ends the thread, and starts none where nothing was written', async () => {
  const { write, ids, thread, clock, world, threads, ingestion } = create();
  await write(closing('one'), { kind: 'end', opened: 0, closed: 1 });
  await thread.close(5000, clock.schedule);
  expect(ids()).toEqual(['one']);
  expect(ingestion.closed).toBe(1);
  expect(world.terminated).toBe(1);
  await write(closing('late'));
  expect(threads).toHaveLength(1);
  const idle = create();
  await idle.thread.close(5000, idle.clock.schedule);
  expect(idle.threads).toEqual([]);
});

test('closing gives up in time, also where the thread has ended', async () => {
  const { world, write, pass, thread, clock, threads } = create();
  world.loadSender = () => new Promise(() => undefined);
  await write(closing('one'));
  threads[0]?.kill();
  const closed = thread.close(2000, clock.schedule);
  await pass(3);
  await closed;
  expect(world.terminated).toBe(1);
});

test('a sweep runs on the thread, and its tree head comes back', async () => {
  const { thread, pass, write } = create();
  await write(closing('one'));
  await pass();
  const sweeping = thread.sweep();
  await pass();
  expect(await sweeping).toMatchObject({ failedChains: 0 });
  expect(thread.treeHead()).toEqual(TREE);
});

test('a sweep whose thread ends fails, and the next one starts another', async () => {
  const { thread, threads, pass } = create();
  const sweeping = thread.sweep();
  sweeping.catch(() => undefined);
  threads[0]?.kill();
  await expect(sweeping).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  const next = thread.sweep();
  await pass();
  expect(await next).toMatchObject({ failedChains: 0 });
});

test('errors keep their code between threads, and those of others lose their text', async () => {
  const { port1, port2 } = new MessageChannel();
  stops.push(() => port1.close());
  const failures = {
    known: () => {
      throw new AuditError('AUDIT_LEDGER_UNAVAILABLE', 'It cannot be written.');
    },
    unknown: () => Promise.reject(new Error('SDK error with a secret')),
  };
  connectThreads(port2, failures);
  const other = connectThreads<typeof failures, object>(port1, {});
  await expect(other.call('known')).rejects.toMatchObject({
    code: 'AUDIT_LEDGER_UNAVAILABLE',
    message: 'It cannot be written.',
  });
  await expect(other.call('unknown')).rejects.toMatchObject({
    code: 'AUDIT_UNAVAILABLE',
    message: expect.not.stringContaining('secret') as string,
  });
});

test('a real thread asks this one for tokens and tells when it has ended', async () => {
  const ended = Promise.withResolvers<undefined>();
  const { port, terminate } = openShippingThread(
    {
      writer: '20260101T000000000Z-00000001',
      sealKey: { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) },
      storageUrl: 'https://127.0.0.1:1',
      keyUrl: 'https://127.0.0.1:1/keys/audit',
      witnessUrl: undefined,
      connectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000',
      timeoutInMs: 100,
      goneAfterInMs: GONE_AFTER_IN_MS,
      from: undefined,
    },
    () => ended.resolve(undefined),
  );
  const scopes: unknown[] = [];
  const other = connectThreads<{ sweep: () => Promise<unknown> }, object>(port, {
    getToken: (scope: unknown) => {
      scopes.push(scope);
      return Promise.reject(new Error('no identity'));
    },
    treeHead: () => undefined,
  });
  await expect(other.call('sweep')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(new Set(scopes.flat())).toEqual(new Set(['https://storage.azure.com/.default']));
  await terminate();
  await ended.promise;
});
