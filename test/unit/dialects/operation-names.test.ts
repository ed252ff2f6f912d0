import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { readOwnOperation, sealedAnswer } from '../../../src/dialects/operation-names.ts';
import type { Seal } from '@vertex-ai-gateway/audit-ledger/keys';
import type { Owner } from '../../../src/governance/owners.ts';
import type { AuthorizedCall } from '../../../src/governance/decide.ts';
import { thrownBy } from '../thrown-by.ts';
import { authorizedCall } from './authorized-call.ts';

const PARENT = 'projects/sample-project/locations/us-central1';
const VEO = { kind: 'model', publisher: 'google', model: 'veo-3' } as const;
const ID = '0a1b2c3d-0000-4000-8000-000000000001';
const GOOGLE = `${PARENT}/publishers/google/models/veo-3/operations/${ID}`;

/** A fake seal: a hash of the text, without a secret. */
const write = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
const seal: Seal = { write, isOf: (one, text) => one === write(text) };

/** A call of a caller that creates for `owner` and reaches the owners in `reached`. */
function call(owner: Owner, reached: readonly Owner[] = [owner], changes: Partial<AuthorizedCall> = {}) {
  return authorizedCall({
    resource: VEO,
    owner,
    owners: reached,
    reaches: ({ team, agent }) =>
      reached.some((one) => one.team === team && (one.agent === undefined || one.agent === agent)),
    ...changes,
  });
}

async function made(by: AuthorizedCall, name = GOOGLE): Promise<string> {
  const answer = Buffer.from(JSON.stringify({ name }));
  const bytes = (await sealedAnswer.whole?.(answer, by, seal)) ?? [];
  return (JSON.parse(Buffer.from(bytes).toString()) as { name: string }).name;
}

const TEAM = { team: 'media' };
const BY_AGENT = { team: 'media', agent: 'bot' };

test('an operation is named with its owner and a seal, in the catalog’s project, and found by that name', async () => {
  for (const [owner, marks] of [
    [TEAM, '.media.'],
    [BY_AGENT, '.media.bot.'],
  ] as const) {
    const name = await made(call(owner), GOOGLE.replace('sample-project', '123456789012'));
    expect(name.slice(0, -22)).toBe(`${GOOGLE}${marks}`);
    for (const asked of [name, name.replace('sample-project', '123456789012')]) {
      const own = readOwnOperation(asked, call(owner), seal);
      expect(own.name).toBe(GOOGLE);
      const answer = Buffer.from(` { "done": false, "name" : "projects/1/x" , "n":1.0}`);
      expect(Buffer.from(await own.rename(answer)).toString()).toBe(
        ` { "done": false, "name" : "${name}" , "n":1.0}`,
      );
    }
  }
});

function expectNotThere(name: string, by: AuthorizedCall): void {
  expect(thrownBy(() => readOwnOperation(name, by, seal))).toMatchObject({
    code: 'RESOURCE_NOT_FOUND',
    message: 'Your team has no operation of this name here.',
  });
}

test('an operation of an owner that the caller does not reach is not found', async () => {
  const name = await made(call(TEAM));
  for (const other of [{ team: 'other' }, { team: '_media' }, { team: 'media', agent: 'bot' }])
    expectNotThere(name, call(other));
  expectNotThere(await made(call(BY_AGENT)), call({ team: 'media', agent: 'another' }));
  expect(readOwnOperation(await made(call(BY_AGENT)), call(TEAM), seal).name).toBe(GOOGLE);
});

test('a name with another owner, id or seal is not found', async () => {
  const everybody = call(TEAM, [], { reaches: () => true });
  const mine = await made(call(TEAM));
  const theirs = await made(call({ team: 'other' }));
  const [, theirSeal] = /\.([^.]+)$/.exec(theirs) ?? [];
  for (const name of [
    GOOGLE,
    mine.replace('.media.', '.other.'),
    mine.replace('.media.', '.media.bot.'),
    mine.replace('.media.', '.'),
    mine.replace(ID, ID.replace('0a', '1a')),
    mine.replace(/[^.]+$/, theirSeal ?? ''),
    `${mine.slice(0, -1)}${mine.endsWith('A') ? 'B' : 'A'}`,
    mine.slice(0, -1),
    `${mine}A`,
  ])
    expectNotThere(name, everybody);
});

test('a seal is valid for its model and location only', async () => {
  const name = await made(call(TEAM));
  const other = { ...VEO, model: 'veo-4' };
  expectNotThere(name.replace('veo-3', 'veo-4'), call(TEAM, [TEAM], { resource: other }));
  expectNotThere(
    name.replace('us-central1', 'europe-west4'),
    call(TEAM, [TEAM], { location: 'europe-west4', isHere: () => true }),
  );
  expectNotThere(
    name.replace('sample-project', 'other-project'),
    call(TEAM, [TEAM], { project: 'other-project', isHere: () => true }),
  );
});

test('a made-up name is not found or refused for its form', async () => {
  const everybody = call(TEAM, [], { reaches: () => true });
  const name = await made(call(TEAM));
  fc.assert(
    fc.property(fc.stringMatching(/^[\w-]{1,20}(\.[a-z0-9_-]{1,9}){0,2}\.[\w-]{22}$/), (id) => {
      const error = thrownBy(() =>
        readOwnOperation(
          name.replace(/[^/]+$/, () => id),
          everybody,
          seal,
        ),
      );
      expect(error.code).toBe('RESOURCE_NOT_FOUND');
    }),
  );
});

test.each(['other-project', '999999999999', '12345678901', 'sample-project/..', ''])(
  'an operation of the project %j is refused for its form',
  async (project) => {
    const name = (await made(call(TEAM))).replace('sample-project', project);
    expect(thrownBy(() => readOwnOperation(name, call(TEAM), seal))).toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'operationName' }],
    });
  },
);

test.each([
  '{}',
  '{"name":7}',
  ' { "name" : "projects/x" } ',
  '{"name":"operations/1"}',
  `{"name":"x/operations/${'1'.repeat(129)}"}`,
  '{"name":"x/operations/a.b"}',
])('an answer %j that names no operation passes as it is', async (text) => {
  const bytes = (await sealedAnswer.whole?.(Buffer.from(text), call(TEAM), seal)) ?? [];
  expect(Buffer.from(bytes).toString()).toBe(text);
});

test.each(['[]', 'null', '<html>', ''])('an answer %j is a failure of Vertex AI', async (text) => {
  const answer = Buffer.from(text);
  await expect(sealedAnswer.whole?.(answer, call(TEAM), seal)).rejects.toMatchObject({
    code: 'VERTEX_FAILED',
  });
});
