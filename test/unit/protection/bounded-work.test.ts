import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { editRanges, writeText } from '../../../src/json/edit-json.ts';
import { readJson } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { KindWords } from '../../../src/protection/kind-words.ts';
import { Placeholders } from '../../../src/protection/placeholders.ts';
import { replaceIn } from '../../../src/protection/replace-in.ts';
import { countTurns } from '../counted-turns.ts';
import { thrownBy } from '../thrown-by.ts';
import { fakeDetectors } from './fake-detectors.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

async function protect(content: string, action: ProtectionAction = 'redact'): Promise<string | undefined> {
  const body = Buffer.from(JSON.stringify({ messages: [{ role: 'user', content }] }));
  const rule = { id: 'customers', reason: 'Customers’ data stays.' };
  const plan = { kinds: new Map([['email', { action, rule }]]), refusedMedia: new Map(), services: [] };
  const protection = createProtection(fakeDetectors().create, NO_SERVICES).begin(
    { request: plan, response: undefined },
    () => undefined,
    CIRCUMSTANCES,
  );
  const sent = { body, json: await readJson(body), contentType: null, query: new URLSearchParams() };
  const changed = await protection.protectRequest(sent);
  return changed && Buffer.from(changed).toString();
}

function refused(content: string): Promise<GatewayError> {
  return protect(content).then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as GatewayError,
  );
}

function list(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ');
}

test('200,000 values are taken out of a request, and no more', async () => {
  const { messages } = JSON.parse((await protect('a@b.co '.repeat(200_000))) ?? '') as {
    messages: [{ content: string }];
  };
  expect(messages[0].content).toBe('[EMAIL_1] '.repeat(200_000));
  expect(await refused('a@b.co '.repeat(200_001))).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The body has more than 200000 values that must be taken out of it. Send less in one call.',
  });
});

test('100,000 different values are taken out of a call, and no more', () => {
  const placeholders = new Placeholders(new KindWords());
  const assign = (index: number) => placeholders.assign('email', `a${String(index)}@b.co`, true);
  for (let index = 1; index < 100_000; index += 1) assign(index);
  expect(assign(100_000)).toBe('[EMAIL_100000]');
  expect(assign(1)).toBe('[EMAIL_1]');
  expect(thrownBy(() => assign(100_001))).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
    message:
      'The body has more than 100000 different values that must be taken out of it. Send less in one call.',
  });
});

test('a request has 100,000 different placeholders of its own, and no more', async () => {
  const placeholders = new Placeholders(new KindWords());
  const own = list(100_000, (index) => `[EMAIL_${String(index + 1)}]`);
  await placeholders.leaveOut(own, () => undefined);
  await placeholders.leaveOut(own, () => undefined);
  expect(placeholders.assign('email', 'a@b.co', false)).toBe('[EMAIL_100001]');
  expect(thrownBy(() => placeholders.leaveOut('[EMAIL_0]', () => undefined))).toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  });
});

test('placeholders of the caller’s own have no bound where nothing is taken out', async () => {
  const content = list(100_001, (index) => `[EMAIL_${String(index)}]`);
  expect(await protect(content, 'block')).toBeUndefined();
});

test('a placeholder of the caller’s own is left out wherever it stands in a long text', async () => {
  for (let at = 16_384 - 10; at <= 16_384; at += 1) {
    const { messages } = JSON.parse(
      (await protect(`${' '.repeat(at)}[EMAIL_1] a@b.co ${' '.repeat(20_000)}`)) ?? '',
    ) as { messages: [{ content: string }] };
    expect(messages[0].content.trim()).toBe('[EMAIL_1] [EMAIL_2]');
  }
});

test('many values are replaced in turns of 1,000', async () => {
  const text = 'ab'.repeat(10_500);
  const replaced = Array.from({ length: 10_500 }, (_, index) => ({
    start: 2 * index,
    end: 2 * index + 1,
    kind: 'email',
    isRestored: false,
  }));
  const turns = countTurns();
  const placeholders = new Placeholders(new KindWords());
  expect(await replaceIn(text, replaced, placeholders, undefined, turns)).toBe('[EMAIL_1]b'.repeat(10_500));
  expect(turns.taken).toBe(10);
});

test('many edits are written in turns of 64 KB', async () => {
  const body = Buffer.from('a,'.repeat(10_000));
  const edits = Array.from({ length: 10_000 }, (_, index) => ({
    start: 2 * index,
    end: 2 * index + 1,
    write: () => '"b"',
  }));
  const turns = countTurns();
  expect(Buffer.from(await editRanges(body, edits, turns)).toString()).toBe('"b",'.repeat(10_000));
  expect(turns.taken).toBe(10);
});

test('a long text becomes JSON in turns of 64 KB, and no character is cut', async () => {
  for (const text of [
    '😀"'.repeat(100_000),
    `a${'😀'.repeat(100_000)}`,
    '\n\ud83d'.repeat(70_000),
    'short',
  ]) {
    const turns = countTurns();
    const written = await writeText(text, turns);
    expect(JSON.parse(written)).toBe(text);
    expect(written).toBe(JSON.stringify(text));
    expect(turns.taken).toBe(text.length > 65_536 ? Math.ceil(text.length / 65_537) : 0);
  }
});
