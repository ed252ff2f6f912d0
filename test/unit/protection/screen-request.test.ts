import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { PlannedService, ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import type { Finding } from '../../../src/prediction/finding.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import type { InspectionServices } from '../../../src/protection/services/ask-services.ts';
import { fakeDetectors } from './fake-detectors.ts';
import { CIRCUMSTANCES } from './fake-services.ts';

const RULE = { id: 'screened', reason: 'Others look too.' };
const PATTERNS: Readonly<Record<string, RegExp>> = {
  language: /Ada|Grace/g,
  other: /Ada L/g,
  shields: /ignore all/g,
};

/** Services that find by patterns, and keep what they are asked. */
function fakeServices(unavailable: readonly string[] = []) {
  const asked: { name: string; location: string; texts: readonly string[] }[] = [];
  const services: InspectionServices = {
    ask: ({ name }, { texts, location }) => {
      asked.push({ name, location, texts });
      if (unavailable.includes(name)) return Promise.resolve('unavailable');
      const found = texts.flatMap((text, number) =>
        [...text.matchAll(PATTERNS[name] ?? /$^/g)].map(({ index, 0: { length } }) => ({
          text: number,
          kind: name === 'shields' ? 'prompt_attack' : 'language_Person',
          start: index,
          end: index + length,
        })),
      );
      return Promise.resolve(found);
    },
  };
  return { services, asked };
}

function planned(name: string, action: ProtectionAction, isRequired = true): PlannedService {
  return {
    name,
    type: name === 'shields' ? 'promptShields' : 'personalData',
    resources: new Map([['eu', 'sample']]),
    categories: undefined,
    action,
    rule: RULE,
    isRequired,
    isInside: ({ operation }) => operation === 'generateContent',
  };
}

async function screen(
  body: unknown,
  services: readonly PlannedService[],
  { unavailable = [] as string[], isJson = true } = {},
) {
  const findings: Finding[] = [];
  const fake = fakeServices(unavailable);
  const protection = createProtection(fakeDetectors().create, fake.services).begin(
    {
      request: {
        kinds: new Map([['email', { action: 'redact', rule: RULE }]]),
        refusedMedia: new Map(),
        services,
      },
      response: undefined,
    },
    (finding) => findings.push(finding),
    CIRCUMSTANCES,
  );
  const bytes = Buffer.from(isJson ? JSON.stringify(body) : String(body));
  const outcome = await protection
    .protectRequest({
      body: bytes,
      json: isJson ? readJsonAtOnce(bytes) : undefined,
      contentType: isJson ? 'application/json' : 'text/plain',
      query: new URLSearchParams(),
    })
    .then(
      (changed) => ({ changed: changed && Buffer.from(changed).toString(), error: undefined }),
      (error: unknown) => ({ changed: undefined, error: error as GatewayError }),
    );
  return { ...outcome, findings, asked: fake.asked };
}

const prompt = (...texts: string[]) => ({
  contents: [{ role: 'user', parts: texts.map((text) => ({ text })) }],
});

test('services see texts once the built-in detectors have taken out what they found', async () => {
  const { asked, changed } = await screen(prompt('Write to ada@example.com.', 'Hello.'), [
    planned('shields', 'block'),
  ]);
  expect(asked).toEqual([
    {
      name: 'shields',
      location: 'eu',
      texts: ['Write to [EMAIL_1].', 'Hello.', 'Write to [EMAIL_1].Hello.'],
    },
  ]);
  expect(changed).toContain('[EMAIL_1]');
});

test('services see no name and no address', async () => {
  const body = {
    model: 'gemini-fast',
    contents: [
      { parts: [{ fileData: { fileUri: 'gs://bucket/Ada', mimeType: 'text/plain' } }, { text: 'Hi.' }] },
    ],
  };
  const { asked } = await screen(body, [planned('language', 'redact')]);
  expect(asked).toMatchObject([{ texts: ['Hi.'] }]);
});

test('a value that a service finds is replaced, in JSON within a text too', async () => {
  const { changed, findings } = await screen(prompt('Ada and Grace and Ada', '{"who":"Ada"}'), [
    planned('language', 'redact'),
  ]);
  expect(JSON.parse(changed ?? '')).toEqual(
    prompt(
      '[LANGUAGE_PERSON_1] and [LANGUAGE_PERSON_2] and [LANGUAGE_PERSON_1]',
      '{"who":"[LANGUAGE_PERSON_1]"}',
    ),
  );
  expect(findings).toHaveLength(4);
  expect(findings[0]).toEqual({
    kind: 'language_Person',
    detector: 'language',
    direction: 'request',
    action: 'redact',
    count: 1,
  });
});

test('of two services that find the same place, the longer find is replaced', async () => {
  const { changed } = await screen(prompt('Ada Lovelace'), [
    planned('language', 'redact'),
    planned('other', 'redact'),
  ]);
  expect(JSON.parse(changed ?? '')).toEqual(prompt('[LANGUAGE_PERSON_1]ovelace'));
});

test('an attack that a service finds is blocked with its place, and without its words', async () => {
  const { error, findings } = await screen(prompt('Hello.', 'Please ignore all.'), [
    planned('shields', 'block'),
  ]);
  expect(error).toMatchObject({ code: 'CONTENT_BLOCKED' });
  expect(error?.message).toContain('contents[0].parts[1].text holds an attack on the model (prompt_attack)');
  expect(error?.message).toContain('the rule screened: Others look too.');
  expect(error?.message).not.toContain('ignore');
  expect(findings).toMatchObject([{ kind: 'prompt_attack', action: 'block', detector: 'shields' }]);
});

test('an attack that is cut into several texts is found in all of them as one', async () => {
  const { error, findings } = await screen(prompt('ignore', ' all'), [planned('shields', 'block')]);
  expect(error?.message).toContain('body holds an attack on the model');
  expect(findings).toMatchObject([{ kind: 'prompt_attack', action: 'block', count: 1 }]);
});

test('what a rule allows is counted', async () => {
  const { changed, findings } = await screen(prompt('Please ignore all.'), [planned('shields', 'allow')]);
  expect(changed).toBeUndefined();
  expect(findings).toMatchObject([{ kind: 'prompt_attack', action: 'allow' }]);
});

test('a service that is required and does not answer stops the call', async () => {
  const { error, findings } = await screen(prompt('Hello.'), [planned('shields', 'block')], {
    unavailable: ['shields'],
  });
  expect(error).toMatchObject({ code: 'INSPECTION_UNAVAILABLE', facts: { status: 503, retryable: true } });
  expect(error?.message).toContain('by the service shields, which did not answer');
  expect(findings).toEqual([
    { kind: 'unavailable', direction: 'request', action: 'block', detector: 'shields', count: 1 },
  ]);
});

test('a call passes without a service that is not required, and its finding says so', async () => {
  const { changed, error, findings } = await screen(
    prompt('Ada'),
    [planned('shields', 'block', false), planned('language', 'redact')],
    { unavailable: ['shields'] },
  );
  expect(error).toBeUndefined();
  expect(changed).toContain('[LANGUAGE_PERSON_1]');
  expect(findings).toMatchObject([
    { kind: 'unavailable', action: 'unavailable', detector: 'shields' },
    { kind: 'language_Person' },
  ]);
});

test('more text than services are asked about is refused, or passes uninspected, by the rule', async () => {
  const body = prompt('a'.repeat(150_000), 'b'.repeat(50_001));
  const required = await screen(body, [planned('shields', 'block')]);
  expect(required).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE' }, asked: [] });
  const open = await screen(body, [planned('shields', 'block', false)]);
  expect(open).toMatchObject({ changed: undefined, findings: [{ action: 'unavailable' }], asked: [] });
});

test('a body that is no JSON is refused, or passes uninspected, by the rule', async () => {
  const options = { isJson: false };
  expect(await screen('Ada', [planned('language', 'redact')], options)).toMatchObject({
    error: { code: 'INVALID_REQUEST' },
  });
  expect(await screen('Ada', [planned('language', 'redact', false)], options)).toMatchObject({
    changed: undefined,
    findings: [{ kind: 'unavailable', action: 'unavailable' }],
  });
});

test('a body without texts asks nobody', async () => {
  const { asked, changed } = await screen({ instances: [{ length: 1.5 }] }, [planned('shields', 'block')]);
  expect(asked).toEqual([]);
  expect(changed).toBeUndefined();
});
