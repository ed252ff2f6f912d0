import { createHmac } from 'node:crypto';
import { createDigester } from '../../src/ledger/digests.ts';
import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';

/** Starts a digester. Its audit key wraps a key by leaving it unchanged, after failing `failures` times. */
function start({ failures = 0, answer = Promise.resolve(undefined) } = {}) {
  const clock = createHandDrivenClock();
  const entries: EntryBody[] = [];
  let tries = 0;
  const digester = createDigester({
    key: {
      wrap: (wrapped) => {
        tries += 1;
        return tries <= failures
          ? Promise.reject(new Error('the vault is down'))
          : answer.then(() => ({ keyId: 'audit-key', wrapped }));
      },
    },
    append: (body) => {
      entries.push(body);
      return Promise.resolve(undefined);
    },
    schedule: clock.schedule,
  });
  return { clock, digester, entries, tries: () => tries };
}

/** The digest that a holder of the right to unwrap the key computes. */
function expectedDigest(entry: EntryBody | undefined, content: string): string {
  if (entry?.kind !== 'key') throw new Error('there is no key on the chain');
  const hmac = createHmac('sha256', Buffer.from(entry.wrapped, 'base64url'));
  return `${entry.digestKeyId}:${hmac.update(content).digest('hex')}`;
}

test('a digest is the HMAC-SHA-256 of the content by the key on the chain', async () => {
  const { digester, entries } = start();
  const digest = digester.start();
  digest.update('first, ');
  digest.update(Buffer.from('second'));
  await settled();
  expect(digest.digest()).toBe(expectedDigest(entries[0], 'first, second'));
});

test('a digest can be asked for before the content is complete', async () => {
  const { digester, entries } = start();
  const digest = digester.start();
  digest.update('first');
  const early = digest.digest();
  digest.update(', second');
  await settled();
  expect(early).toBe(expectedDigest(entries[0], 'first'));
  expect(digest.digest()).toBe(expectedDigest(entries[0], 'first, second'));
});

test('a digest of nothing is one as well', async () => {
  const { digester, entries } = start();
  const digest = digester.start().digest();
  await settled();
  expect(digest).toBe(expectedDigest(entries[0], ''));
});

test('a process has one key, which is on its chain once', async () => {
  const { digester, entries } = start();
  const [one, other] = [digester.start(), digester.start()];
  one.update('a');
  other.update('a');
  await settled();
  expect(one.digest()).toBe(other.digest());
  expect(entries).toHaveLength(1);
});

test('two processes digest the same content differently', () => {
  const [one, other] = [start().digester.start(), start().digester.start()];
  expect(one.digest().split(':')[1]).not.toBe(other.digest().split(':')[1]);
});

test('a process that makes no digest asks the key service nothing', async () => {
  const { digester, entries, tries } = start();
  await digester.close(1000);
  expect(tries()).toBe(0);
  expect(entries).toEqual([]);
});

test('the key is put on the chain as soon as the key service answers', async () => {
  const { clock, digester, entries } = start({ failures: 2 });
  const digest = digester.start();
  digest.update('a');
  await settled();
  expect(entries).toEqual([]);
  expect(clock.delays()).toEqual([1000]);
  await clock.advance(1000);
  expect(clock.delays()).toEqual([2000]);
  await clock.advance(2000);
  expect(digest.digest()).toBe(expectedDigest(entries[0], 'a'));
});

test('the key service is asked once a minute when it stays away', async () => {
  const { clock, digester } = start({ failures: Infinity });
  digester.start();
  await clock.advance(300_000);
  expect(Math.max(...clock.delays())).toBeLessThanOrEqual(60_000);
});

test('nothing follows on the chain when it is closed', async () => {
  const { clock, digester, entries, tries } = start({ failures: 1 });
  digester.start();
  await settled();
  await digester.close(1000);
  await clock.advance(300_000);
  expect(tries()).toBe(1);
  expect(entries).toEqual([]);
});

test('what the key service answers while the chain is being closed is put on it', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { digester, entries } = start({ answer: promise });
  digester.start();
  const closed = digester.close(1000);
  resolve(undefined);
  await closed;
  expect(entries).toHaveLength(1);
});

test('what the key service answers too late is not', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { clock, digester, entries } = start({ answer: promise });
  digester.start();
  const closed = digester.close(1000);
  await clock.advance(1000);
  await closed;
  resolve(undefined);
  await settled();
  expect(entries).toEqual([]);
});
