import fc from 'fast-check';
import { AcknowledgedEvents, type EventSender, type Settle } from '../../../src/audit/acknowledged-events.ts';
import { createHandDrivenClock, settled } from '../hand-driven-clock.ts';

const STARTED_AT = new Date(Date.UTC(2026, 0, 1));
const BOUND = 1024;

/** Events with a sender that only notes what it is given. */
function create(loadSender?: (settle: Settle) => Promise<EventSender>) {
  const clock = createHandDrivenClock();
  const sent: string[] = [];
  const loads: Settle[] = [];
  let closed = 0;
  let flushed = 0;
  const sender: EventSender = {
    send: (id) => void sent.push(id),
    flush: () => void (flushed += 1),
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const events = new AcknowledgedEvents({
    loadSender: (settle) => {
      loads.push(settle);
      return loadSender?.(settle) ?? Promise.resolve(sender);
    },
    schedule: (task, delayInMs) => void clock.schedule(task, delayInMs),
  });
  const add = (...ids: string[]) => ids.forEach((id) => events.add(id, STARTED_AT, { id }));
  return {
    events,
    sender,
    clock,
    sent,
    loads,
    add,
    settle: (ids: readonly string[], accepted: boolean) => loads.at(-1)?.(ids, accepted),
    closed: () => closed,
    flushed: () => flushed,
  };
}

function ids(count: number, prefix = 'event'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

test('the sender is loaded by the first event, once, and not while that event is added', async () => {
  const { add, loads, sent } = create();
  expect(loads).toHaveLength(0);
  add('one', 'two');
  expect(loads).toHaveLength(0);
  await settled();
  add('three');
  await settled();
  expect(loads).toHaveLength(1);
  expect(sent).toEqual(['one', 'two', 'three']);
});

test('an event goes out with its time and attributes', async () => {
  const calls: unknown[] = [];
  const { add } = create(() =>
    Promise.resolve({
      send: (...all) => void calls.push(all),
      flush: () => undefined,
      close: () => Promise.resolve(),
    }),
  );
  add('one');
  await settled();
  expect(calls).toEqual([['one', STARTED_AT, { id: 'one' }]]);
});

test('an event is kept until it is accepted', async () => {
  const { add, events, settle } = create();
  add('one', 'two');
  await settled();
  expect(events.pending).toBe(2);
  settle(['one'], true);
  expect(events.pending).toBe(1);
  settle(['two'], true);
  expect(events.pending).toBe(0);
});

test('no more than 1,024 events are with the sender at once', async () => {
  const { add, events, sent, settle } = create();
  add(...ids(3000));
  await settled();
  expect(sent).toHaveLength(BOUND);
  settle(sent.slice(0, 100), true);
  expect(sent).toHaveLength(BOUND + 100);
  settle(sent.slice(100, BOUND), true);
  settle(sent.slice(BOUND, 2 * BOUND), true);
  expect(sent).toHaveLength(3000);
  settle(sent.slice(2 * BOUND), true);
  expect(events.pending).toBe(0);
  expect(new Set(sent).size).toBe(3000);
});

test('a sender that hangs gets no more than the bound, and nothing is lost', async () => {
  const { add, clock, events, sent } = create();
  add(...ids(2000));
  await clock.advance(86_400_000);
  add(...ids(2000, 'later'));
  expect(sent).toHaveLength(BOUND);
  expect(events.pending).toBe(4000);
});

test('refused events are sent again after a second', async () => {
  const { add, clock, events, sent, settle } = create();
  add('one', 'two');
  await settled();
  settle(['one', 'two'], false);
  await clock.advance(999);
  expect(sent).toEqual(['one', 'two']);
  await clock.advance(1);
  expect(sent).toEqual(['one', 'two', 'one', 'two']);
  settle(['one', 'two'], true);
  expect(events.pending).toBe(0);
});

test('while sending pauses, new events wait', async () => {
  const { add, clock, sent, settle } = create();
  add('one');
  await settled();
  settle(['one'], false);
  add('two');
  expect(sent).toEqual(['one']);
  await clock.advance(1000);
  expect(sent.toSorted()).toEqual(['one', 'one', 'two']);
});

test('refusals back off from 1 s to 30 s, and a success starts anew', async () => {
  const { add, clock, settle } = create();
  add('one');
  await settled();
  const delays: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    settle(['one'], false);
    delays.push(clock.delays()[0]);
    await clock.advance(clock.delays()[0] ?? 0);
  }
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  settle(['one'], true);
  add('two');
  settle(['two'], false);
  expect(clock.delays()).toEqual([1000]);
});

test('several refusals at once make one pause', async () => {
  const { add, clock, sent, settle } = create();
  add('one', 'two', 'three');
  await settled();
  for (const id of ['one', 'two', 'three']) settle([id], false);
  expect(clock.delays()).toEqual([1000]);
  await clock.advance(1000);
  expect(sent).toHaveLength(6);
});

test('an event that is refused and then accepted, as after a redirect, is settled and counted once', async () => {
  const { add, clock, events, sent, settle } = create();
  add(...ids(BOUND));
  await settled();
  settle(ids(BOUND), false);
  settle(ids(BOUND), true);
  expect(events.pending).toBe(0);
  await clock.advance(1000);
  add(...ids(2 * BOUND, 'later'));
  expect(sent).toHaveLength(2 * BOUND);
});

test('ids that were never sent are ignored', async () => {
  const { add, events, sent, settle } = create();
  add('one');
  await settled();
  settle(['stranger'], false);
  settle(['stranger'], true);
  expect(events.pending).toBe(1);
  expect(sent).toEqual(['one']);
});

test('a sender that cannot be loaded is loaded again, and nothing is lost', async () => {
  let fails = true;
  const good = create();
  const { add, clock, events, loads } = create(() =>
    fails ? Promise.reject(new Error('not there')) : Promise.resolve(good.sender),
  );
  add('one');
  await settled();
  await settled();
  add('two');
  await settled();
  expect(loads).toHaveLength(1);
  expect(events.pending).toBe(2);
  fails = false;
  await clock.advance(1000);
  await settled();
  expect(good.sent).toEqual(['one', 'two']);
});

test('closing before any event does nothing', async () => {
  const { events, closed } = create();
  await events.close();
  expect(closed()).toBe(0);
});

test('closing sends what waits for the sender to load', async () => {
  const { add, events, sent, settle, closed } = create();
  add('one');
  const closing = events.close();
  await settled();
  expect(sent).toEqual(['one']);
  settle(['one'], true);
  await closing;
  expect(closed()).toBe(1);
});

test('closing waits for events that are on their way, and has them sent at once', async () => {
  const { add, events, settle, closed, flushed } = create();
  add('one', 'two');
  await settled();
  expect(flushed()).toBe(0);
  const closing = events.close();
  expect(flushed()).toBe(1);
  settle(['one'], true);
  await settled();
  expect(closed()).toBe(0);
  settle(['two'], true);
  await closing;
  expect(closed()).toBe(1);
});

test('closing tries at once what waits for its next try, and again what is refused meanwhile', async () => {
  const { add, clock, events, settle, sent, closed } = create();
  add('one');
  await settled();
  settle(['one'], false);
  expect(sent).toEqual(['one']);
  const closing = events.close();
  expect(sent).toEqual(['one', 'one']);
  settle(['one'], false);
  await clock.advance(1000);
  expect(sent).toEqual(['one', 'one', 'one']);
  settle(['one'], true);
  await closing;
  expect(closed()).toBe(1);
});

test('whatever is refused, every event is accepted in the end and the bound always holds', async () => {
  const step = fc.record({
    added: fc.integer({ min: 0, max: 1500 }),
    answered: fc.integer({ min: 0, max: 2000 }),
    accepted: fc.boolean(),
    twice: fc.boolean(),
    byInMs: fc.constantFrom(0, 500, 1000, 30_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const inFlight = new Set<string>();
      const accepted = new Set<string>();
      const violations: string[] = [];
      let total = 0;
      const { add, clock, events, settle } = create(() =>
        Promise.resolve({
          send: (id) => {
            if (inFlight.has(id)) violations.push(`${id} is sent while it is sent`);
            inFlight.add(id);
            if (inFlight.size > BOUND) violations.push(`${inFlight.size} are sent at once`);
          },
          flush: () => undefined,
          close: () => Promise.resolve(),
        }),
      );
      const answer = (count: number, isAccepted: boolean) => {
        const some = [...inFlight].slice(0, count);
        for (const id of some) {
          inFlight.delete(id);
          if (isAccepted) accepted.add(id);
        }
        settle(some, isAccepted);
      };
      for (const next of steps) {
        add(...ids(next.added, `batch-${total}`));
        total += next.added;
        await clock.advance(next.byInMs);
        answer(next.answered, next.accepted);
        if (next.twice) settle([], next.accepted);
      }
      for (let round = 0; accepted.size < total && round < 100; round += 1) {
        await clock.advance(30_000);
        answer(BOUND, true);
      }
      expect(violations).toEqual([]);
      expect(accepted.size).toBe(total);
      expect(events.pending).toBe(0);
    }),
    { numRuns: 50 },
  );
});
