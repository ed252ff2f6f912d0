import { EventDelivery } from '../../src/shipping/event-delivery.ts';
import type { AuditEvent } from '../../src/shipping/event-sender.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { FakeIngestion } from '../fake-ingestion.ts';

const PROBE = 'gateway.audit.probe';

function create(loadSender?: () => Promise<FakeIngestion>) {
  const clock = createHandDrivenClock();
  const ingestion = new FakeIngestion();
  const delivery = new EventDelivery({
    loadSender: loadSender ?? (() => Promise.resolve(ingestion)),
    now: () => new Date(clock.now()),
    schedule: clock.schedule,
    random: () => 1,
  });
  return { clock, ingestion, delivery };
}

function events(count: number): AuditEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    name: 'gateway.prediction',
    time: new Date(0),
    properties: { id: String(index) },
  }));
}

function ids(accepted: readonly AuditEvent[]): (string | undefined)[] {
  return accepted.filter(({ name }) => name !== PROBE).map(({ properties }) => properties.id);
}

test('what is accepted is sent once', async () => {
  const { delivery, ingestion } = create();
  expect(await delivery.deliver(events(3))).toEqual(new Map());
  expect(ingestion.requests).toEqual([3]);
});

test.each([
  ['500', { status: 500 }],
  ['402', { status: 402 }],
  ['403', { status: 403 }],
  ['439', { status: 439 }],
  ['an answer that is none', { status: 200, body: '<html>' }],
  ['silence', 'silence' as const],
])('after %s all is sent again, 1 s to 30 s later', async (_, fault) => {
  const { clock, delivery, ingestion } = create();
  ingestion.faults.push(...Array.from({ length: 7 }, () => fault));
  const delivered = delivery.deliver(events(3));
  await settled();
  const delays: (number | undefined)[] = [];
  for (let pause = 0; pause < 7; pause += 1) {
    delays.push(clock.delays()[0]);
    await clock.advance(clock.delays()[0] ?? 0);
  }
  await delivered;
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(ids(ingestion.accepted)).toEqual(['0', '1', '2']);
});

test('a pause is as long as the service asks, if that is longer', async () => {
  const { clock, delivery, ingestion } = create();
  ingestion.faults.push({ status: 429, retryAfter: '90' });
  const delivered = delivery.deliver(events(2));
  await settled();
  await clock.advance(89_999);
  expect(ingestion.requests).toEqual([2]);
  await clock.advance(1);
  await delivered;
  expect(ingestion.requests).toEqual([2, 2]);
});

test('the clock may jump: pauses are counted, not read from it', async () => {
  const { clock, ingestion } = create();
  let now = clock.now();
  const jumping = new EventDelivery({
    loadSender: () => Promise.resolve(ingestion),
    now: () => new Date(now),
    schedule: clock.schedule,
    random: () => 1,
  });
  ingestion.faults.push({ status: 503 });
  const delivered = jumping.deliver(events(1));
  await settled();
  now -= 86_400_000;
  await clock.advance(1000);
  await delivered;
  expect(ingestion.requests).toEqual([1, 1]);
});

test.each(['half', 'half, and says so with 200'] as const)(
  'of %s only the other half is sent again',
  async (fault) => {
    const { clock, delivery, ingestion } = create();
    ingestion.faults.push(fault);
    const delivered = delivery.deliver(events(5));
    await settled();
    await clock.advance(1000);
    await delivered;
    expect(ingestion.requests).toEqual([5, 2]);
    expect(ids(ingestion.accepted).toSorted()).toEqual(['0', '1', '2', '3', '4']);
  },
);

test('a service that always takes a part is not waited for longer and longer', async () => {
  const { clock, delivery, ingestion } = create();
  ingestion.faults.push('half', 'half', 'half');
  const delivered = delivery.deliver(events(9));
  await settled();
  for (let pause = 0; pause < 3; pause += 1) {
    expect(clock.delays()).toEqual([1000]);
    await clock.advance(1000);
  }
  await delivered;
  expect(ingestion.requests).toEqual([9, 4, 2, 1]);
});

test('one event that is refused is found among 500, and the others are accepted', async () => {
  const { delivery, ingestion } = create();
  const all = events(500);
  // The service refuses the whole request, and names no item.
  ingestion.send = (sent) => {
    ingestion.requests.push(sent.length);
    if (sent.some(({ properties }) => properties.id === '321'))
      return Promise.resolve({ outcomes: sent.map(() => 413) });
    ingestion.accepted.push(...sent);
    return Promise.resolve({ outcomes: sent.map(() => 'accepted') });
  };
  const refusals = await delivery.deliver(all);
  expect([...refusals]).toEqual([[all[321], 413]]);
  expect(new Set(ids(ingestion.accepted)).size).toBe(499);
  expect(ingestion.requests.length).toBeLessThan(25);
});

test('an item that the answer names is refused when it is refused again, alone', async () => {
  const { delivery, ingestion } = create();
  const all = events(4);
  ingestion.refuses = ({ properties }) => (properties.id === '2' ? 400 : undefined);
  expect([...(await delivery.deliver(all))]).toEqual([[all[2], 400]]);
  expect(ids(ingestion.accepted)).toEqual(['0', '1', '3']);
  expect(ingestion.requests).toEqual([4, 1, 1]);
});

test('several that are refused are all found', async () => {
  const { delivery, ingestion } = create();
  ingestion.refuses = ({ properties }) => (Number(properties.id) % 7 === 3 ? 400 : undefined);
  const refusals = await delivery.deliver(events(50));
  expect([...refusals.keys()].map(({ properties }) => properties.id)).toEqual([
    '3',
    '10',
    '17',
    '24',
    '31',
    '38',
    '45',
  ]);
  expect(ids(ingestion.accepted)).toHaveLength(43);
});

test.each([400, 413])(
  'a service that answers %i to everything is out of order: nothing is given up',
  async (status) => {
    const { clock, delivery, ingestion } = create();
    ingestion.faults.push(...Array.from({ length: 40 }, () => ({ status })));
    let refusals: unknown;
    void delivery.deliver(events(100)).then((all) => (refusals = all));
    await clock.advance(60_000);
    expect(refusals).toBeUndefined();
    await clock.advance(1_800_000);
    expect(refusals).toEqual(new Map());
    expect(ids(ingestion.accepted).toSorted((one, other) => Number(one) - Number(other))).toEqual(
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
  },
);

test('one refusal in passing, of an event alone, is no refusal', async () => {
  const { delivery, ingestion } = create();
  ingestion.faults.push({ status: 400 });
  expect(await delivery.deliver(events(1))).toEqual(new Map());
  expect(ids(ingestion.accepted)).toEqual(['0']);
});

test('one request is on its way at a time, whoever asks', async () => {
  const { clock, delivery, ingestion } = create();
  ingestion.faults.push({ status: 500 });
  const delivered = Promise.all([
    delivery.deliver(events(2)),
    delivery.deliver(events(3)),
    delivery.deliver(events(4)),
  ]);
  await settled();
  await clock.advance(1000);
  await delivered;
  expect(ingestion.requests.toSorted()).toEqual([2, 2, 3, 4]);
});

test('who gives up while the service is away is let go, and the others go on', async () => {
  const { clock, delivery, ingestion } = create();
  ingestion.faults.push({ status: 500 }, { status: 500 });
  const giveUp = new AbortController();
  const first = delivery.deliver(events(1));
  const second = delivery.deliver(events(2), giveUp.signal);
  await settled();
  giveUp.abort(new Error('time is up'));
  await expect(second).rejects.toThrow('time is up');
  await clock.advance(3000);
  await first;
  expect(ids(ingestion.accepted)).toEqual(['0']);
});

test('what waits is tried at once when it must hurry', async () => {
  const { delivery, ingestion } = create();
  ingestion.faults.push({ status: 429, retryAfter: '3600' });
  const delivered = delivery.deliver(events(1));
  await settled();
  delivery.hurry();
  await delivered;
  expect(ingestion.requests).toEqual([1, 1]);
});

test('a sender that cannot be loaded is loaded again', async () => {
  let loads = 0;
  const ingestion = new FakeIngestion();
  const { clock, delivery } = create(() => {
    loads += 1;
    return loads < 3 ? Promise.reject(new Error('not there')) : Promise.resolve(ingestion);
  });
  const delivered = delivery.deliver(events(1));
  await settled();
  await clock.advance(3000);
  await delivered;
  expect(loads).toBe(3);
  await delivery.close();
  expect(ingestion.closed).toBe(1);
});

test('closing before any event loads nothing', async () => {
  let loads = 0;
  const { delivery } = create(() => {
    loads += 1;
    return Promise.resolve(new FakeIngestion());
  });
  await delivery.close();
  expect(loads).toBe(0);
});

test('a sender that fails when it is closed keeps nothing from ending', async () => {
  const ingestion = new FakeIngestion();
  ingestion.close = () => Promise.reject(new Error('secret'));
  const { delivery } = create(() => Promise.resolve(ingestion));
  await delivery.deliver(events(1));
  await expect(delivery.close()).resolves.toBeUndefined();
});

test('why events wait is known until one is accepted', async () => {
  const { clock, delivery, ingestion } = create();
  expect(delivery.problem).toBeUndefined();
  ingestion.faults.push('silence');
  const delivered = delivery.deliver(events(1));
  await settled();
  expect(delivery.problem).toBe('Nobody answers.');
  await clock.advance(1000);
  await delivered;
  expect(delivery.problem).toBeUndefined();
});
