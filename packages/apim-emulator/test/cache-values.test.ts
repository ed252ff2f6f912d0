import { toCachedValue } from '../src/engine/cached-value.ts';
import { ValueCache } from '../src/engine/value-cache.ts';
import { policies, startTestGateway } from './start-test-gateway.ts';
import type { TestGateway } from './start-test-gateway.ts';

let time = 0;
let gateway: TestGateway | undefined;

beforeEach(() => {
  time = Date.parse('2026-01-01T10:00:00Z');
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const SHOW = `<return-response><set-body>@(context.Variables.ContainsKey("found") ? "hit " + context.Variables["found"] : "miss")</set-body></return-response>`;

/** `POST` stores what it is given, `GET` looks it up; the parameter of the path is the key. */
async function start(store: string, lookup: string): Promise<TestGateway> {
  gateway = await startTestGateway({
    now: () => time,
    files: {
      'apis/echo/operations/post-item/policy.xml': policies({ inbound: `${store}${SHOW}` }),
      'apis/echo/operations/get-item/policy.xml': policies({ inbound: `${lookup}${SHOW}` }),
    },
  });
  return gateway;
}

const KEY = `key="@("item-" + context.Request.MatchedParameters["id"])"`;
const STORE = `<cache-store-value ${KEY} value="@(context.Request.Body.As<string>())" duration="60" />`;
const LOOKUP = `<cache-lookup-value ${KEY} variable-name="found" />`;

async function store(id: string, body: string): Promise<number> {
  return (await gateway?.send({ method: 'POST', path: `/echo/items/${id}`, body }))?.status ?? 0;
}

async function lookUp(id: string): Promise<string> {
  return (await gateway?.send({ path: `/echo/items/${id}` }))?.text ?? '';
}

test('a value is found under its key, by later requests', async () => {
  await start(STORE, LOOKUP);
  expect(await lookUp('a')).toBe('miss');
  await store('a', 'one');
  await store('b', 'two');
  expect([await lookUp('a'), await lookUp('b'), await lookUp('c')]).toEqual(['hit one', 'hit two', 'miss']);
});

test('a value is there for its duration, and no longer', async () => {
  await start(STORE, LOOKUP);
  await store('a', 'one');
  time += 59_999;
  expect(await lookUp('a')).toBe('hit one');
  time += 1;
  expect(await lookUp('a')).toBe('miss');
});

test('storing again replaces the value and starts its duration anew', async () => {
  await start(STORE, LOOKUP);
  await store('a', 'one');
  time += 50_000;
  await store('a', 'two');
  time += 50_000;
  expect(await lookUp('a')).toBe('hit two');
});

test('a duration can be computed', async () => {
  await start(STORE.replace('"60"', '"@(2 * 5)"'), LOOKUP);
  await store('a', 'one');
  time += 9_999;
  expect(await lookUp('a')).toBe('hit one');
  time += 1;
  expect(await lookUp('a')).toBe('miss');
});

test('a miss gives the default value where there is one', async () => {
  await start(STORE, LOOKUP.replace('/>', 'default-value="@("none of " + 2)" />'));
  expect(await lookUp('a')).toBe('hit none of 2');
  await store('a', 'one');
  expect(await lookUp('a')).toBe('hit one');
});

test('a removed value is gone, and removing what is not there is nothing', async () => {
  await start(STORE, `${LOOKUP}<cache-remove-value ${KEY} caching-type="internal" />`);
  await store('a', 'one');
  expect([await lookUp('a'), await lookUp('a')]).toEqual(['hit one', 'miss']);
});

test('whoever finds a JObject has a copy of it', async () => {
  await start(
    `<set-variable name="json" value="@(JObject.Parse("{ 'n': 1 }"))" />
     <cache-store-value key="json" value="@(context.Variables["json"])" duration="60" />
     <set-variable name="changed" value="@{ ((JObject)context.Variables["json"])["n"] = 2; return 0; }" />`,
    `<cache-lookup-value key="json" variable-name="json" />
     <set-variable name="found" value="@{ var json = (JObject)context.Variables["json"]; var before = (int)json["n"]; json["n"] = 3; return before; }" />`,
  );
  await store('a', '');
  expect([await lookUp('a'), await lookUp('a')]).toEqual(['hit 1', 'hit 1']);
});

test.each([LOOKUP, `<choose><when condition="@(true)">${LOOKUP}</when></choose>`])(
  'a fragment that looks up %s is refused, with the page that says so, included or not',
  async (held) => {
    for (const inbound of ['<base />', '<include-fragment fragment-id="a" />']) {
      const files = {
        'policy-fragments/a/policy.xml': `<fragment>${held}</fragment>`,
        'apis/echo/policy.xml': policies({ inbound }),
      };
      await expect(startTestGateway({ files })).rejects.toThrow(
        /policy-fragments\/a\/policy\.xml:1:\d+ <cache-lookup-value> isn't supported inside a policy fragment: https:\/\/learn\.microsoft\.com\/azure\/api-management\/cache-lookup-value-policy#usage-notes\./,
      );
    }
  },
);

test('a fragment may store and remove values', async () => {
  gateway = await startTestGateway({
    files: {
      'policy-fragments/a/policy.xml': `<fragment>${STORE}<cache-remove-value key="b" /></fragment>`,
      'apis/echo/operations/post-item/policy.xml': policies({
        inbound: `<include-fragment fragment-id="a" />${SHOW}`,
      }),
      'apis/echo/operations/get-item/policy.xml': policies({ inbound: `${LOOKUP}${SHOW}` }),
    },
  });
  await store('a', 'one');
  expect(await lookUp('a')).toBe('hit one');
});

test.each([
  ['cache-lookup-value', LOOKUP],
  ['cache-store-value', STORE],
])('%s stands in a section once', async (name, policy) => {
  const inbound = `${policy}<choose><when condition="@(true)">${policy}</when></choose>`;
  const starting = startTestGateway({ files: { 'apis/echo/policy.xml': policies({ inbound }) } });
  await expect(starting).rejects.toThrow(`<${name}> is allowed only once in inbound.`);
});

test('what cannot be cached is an error that says so', async () => {
  gateway = await startTestGateway({
    files: {
      'apis/echo/policy.xml': policies({
        inbound: `<cache-store-value key="a" value="@(context.Request)" duration="60" />`,
        'on-error': `<return-response><set-body>@(context.LastError.Source + ": " + context.LastError.Message)</set-body></return-response>`,
      }),
    },
  });
  expect((await gateway.send({ path: '/echo/items/1' })).text).toBe(
    'cache-store-value: A value of this type, or null, cannot be cached.',
  );
});

test.each([
  [`<cache-lookup-value key="a" />`, ':2:10 <cache-lookup-value> needs the attribute "variable-name".'],
  [
    `<cache-lookup-value key="a" variable-name="@("b")" />`,
    'Policy expressions aren\'t allowed in "variable-name".',
  ],
  [
    `<cache-store-value key="a" value="b" duration="60" caching-type="external" />`,
    '"caching-type" is one of prefer-external, internal.',
  ],
  [`<cache-store-value key="a" value="b" duration="0" />`, '"duration" is a whole number of at least 1.'],
  [
    `<cache-remove-value key="a" duration="1" />`,
    'The attribute "duration" isn\'t supported; allowed: key, caching-type, id.',
  ],
])('refuses %s', async (policy, problem) => {
  const files = { 'apis/echo/policy.xml': policies({ inbound: policy }) };
  await expect(startTestGateway({ files })).rejects.toThrow(problem);
});

test('what was used longest ago makes room, and what is too large is not kept', () => {
  const cache = new ValueCache(() => 0);
  const megabyte = toCachedValue('x'.repeat(500_000));
  const tooLarge = toCachedValue('x'.repeat(1_100_000));
  if (!megabyte || !tooLarge) throw new Error('text can be cached');
  cache.store('large', tooLarge, 60);
  for (let index = 0; index < 70; index += 1) {
    cache.store(String(index), megabyte, 60);
    cache.find('0');
  }
  expect(['large', '0', '1', '69'].map((key) => cache.find(key) !== undefined)).toEqual([
    false,
    true,
    false,
    true,
  ]);
});
