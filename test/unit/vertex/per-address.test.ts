import { perAddress, type VertexAddress } from '../../../src/vertex/vertex.ts';

const ADDRESS: VertexAddress = {
  name: 'us-central1-aiplatform.googleapis.com',
  host: '127.0.0.1',
  port: 443,
  isShared: true,
};

test('all calls of an address have one client, and another address has another', async () => {
  let made = 0;
  const clientOf = perAddress(() => Promise.resolve((made += 1)));
  expect(await Promise.all([clientOf(ADDRESS), clientOf({ ...ADDRESS }), clientOf(ADDRESS)])).toEqual([
    1, 1, 1,
  ]);
  expect(await clientOf({ ...ADDRESS, port: 8443 })).toBe(2);
  expect(await clientOf({ ...ADDRESS, name: 'aiplatform.googleapis.com' })).toBe(3);
});

test('a client that cannot be made fails the calls that wait for it, and is made again for the next', async () => {
  const outcomes = [() => Promise.reject(new Error('no protos')), () => Promise.resolve('client')];
  const clientOf = perAddress(() => (outcomes.shift() ?? (() => Promise.resolve('one more')))());
  const waiting = [clientOf(ADDRESS), clientOf(ADDRESS)];
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await clientOf(ADDRESS)).toBe('client');
  expect(await clientOf(ADDRESS)).toBe('client');
});
