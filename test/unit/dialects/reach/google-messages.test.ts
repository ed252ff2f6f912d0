import { GOOGLE_MESSAGES, googleMessage } from '../../../../src/dialects/reach/google-messages.ts';
import { plainName, type Rule } from '../../../../src/dialects/reach/rules.ts';
import {
  readClient,
  readDiscovery,
  readProtos,
  type PublishedMember,
  type PublishedMessages,
} from './published-messages.ts';

/** The messages that are bodies of calls. */
const BODIES = [
  'GenerateContentRequest',
  'CountTokensRequest',
  'ComputeTokensRequest',
  'EmbedContentRequest',
  'CachedContent',
  'PredictRequest',
  'PredictLongRunningRequest',
  'BatchPredictionJob',
] as const;

/** Names of members that look like a place, a resource or an identity. */
const REACHING =
  /(ur[il]s?|uri_?prefix|endpoint|corp(us|ora)|store|engine|topic|secret(version)?|account|bucket|dataset|template(name)?|modelname|directory|prefix|connector|host|server|path)$/i;

/** Lists every published member without a sufficient rule, with the reason. */
function findUnjudged(published: PublishedMessages, bodies: readonly string[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const waiting = [...bodies];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const members = published[name];
    if (seen.has(name) || !members) continue;
    seen.add(name);
    const rules = Object.hasOwn(GOOGLE_MESSAGES, name) ? googleMessage(name).rules : undefined;
    for (const [member, what] of Object.entries(members)) {
      const rule = rules?.get(plainName(member));
      const problem = rule ? findProblem(published, rule, member, what) : 'is not judged';
      if (problem !== undefined) problems.push(`${name}.${member}: ${what.type} ${problem}`);
      if (rule?.is === 'message' || (rule?.is === 'tool' && rule.inner)) waiting.push(what.type);
    }
  }
  return problems;
}

function findProblem(
  published: PublishedMessages,
  rule: Rule,
  member: string,
  { type, isResource }: PublishedMember,
): string | undefined {
  const inner = rule.is === 'message' ? rule.of() : rule.is === 'tool' ? rule.inner?.() : undefined;
  if (inner) {
    if (!published[type]) return undefined;
    const isTheSame = Object.hasOwn(GOOGLE_MESSAGES, type) && googleMessage(type) === inner;
    return isTheSame ? undefined : 'is judged as another message';
  }
  if (rule.is !== 'harmless') return undefined;
  if (published[type]) {
    const reaching = listReaching(published, type);
    return reaching.length > 0 ? `is harmless as a whole, but has ${reaching.join(', ')}` : undefined;
  }
  const mustSayWhy = type !== 'map' && (isResource === true || REACHING.test(member));
  return mustSayWhy && rule.why === undefined ? 'looks like a place and says not why it is none' : undefined;
}

/** Lists the members of a message, at any depth, whose names look like places. Schemas are not searched. */
function listReaching(published: PublishedMessages, message: string): string[] {
  const seen = new Set(['Schema']);
  const found: string[] = [];
  const waiting = [message];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const [member, { type, isResource }] of Object.entries(published[name] ?? {})) {
      if (isResource === true || (REACHING.test(member) && member !== 'jsonPath'))
        found.push(`${name}.${member}`);
      if (published[type]) waiting.push(type);
    }
  }
  return found;
}

test.each([
  ['the protos of v1', readProtos('v1')],
  ['the protos of v1beta1', readProtos('v1beta1')],
  ['the discovery document of v1', readDiscovery('v1')],
  ['the discovery document of v1beta1', readDiscovery('v1beta1')],
])('every member that %s publish is judged', (_where, published) => {
  expect(published).toHaveProperty('GenerateContentRequest.contents.type', 'Content');
  expect(findUnjudged(published, BODIES)).toEqual([]);
});

test('every member that Google’s own client sends is judged', () => {
  const published = readClient();
  expect(published).toHaveProperty('GenerateContentRequest.outputConfig');
  expect(published).toHaveProperty('Tool.googleSearch.type', 'ToolGoogleSearch');
  const bodies = [
    'GenerateContentRequest',
    'GenerationConfig',
    'Content',
    'Tool',
    'ToolConfig',
    'ModelArmorConfig',
  ];
  // Another product of Google’s has it; here it is refused like every unknown tool.
  expect(findUnjudged(published, [...bodies, 'GenerationOutputConfig'])).toEqual([
    'Tool.fileSearch: FileSearch is not judged',
  ]);
});

test.each([
  ['a place', 'Part', { imageUri: { type: 'string' } }, 'Part.imageUri: string is not judged'],
  ['a tool', 'Tool', { timeTravel: { type: 'TimeTravel' } }, 'Tool.timeTravel: TimeTravel is not judged'],
  [
    'a message',
    'Part',
    { fileData: { type: 'FileDataV2' } },
    'Part.fileData: FileDataV2 is judged as another message',
  ],
  [
    'a resource in what is harmless as a whole',
    'Part',
    { inlineData: { type: 'Blob' } },
    'Part.inlineData: Blob is harmless as a whole, but has Blob.sourceUri',
  ],
  [
    'a resource that was a text',
    'GenerationConfig',
    { seed: { type: 'string', isResource: true } },
    'GenerationConfig.seed: string looks like a place and says not why it is none',
  ],
] as const)('%s that Google adds has to be judged', (_what, message, members, problem) => {
  const published = { Blob: { sourceUri: { type: 'string' } }, FileDataV2: {}, [message]: members };
  expect(findUnjudged(published, [message])).toEqual([problem]);
});

test('every message that another one has is there', () => {
  for (const name of Object.keys(GOOGLE_MESSAGES)) {
    for (const rule of googleMessage(name).rules.values()) {
      if (rule.is === 'message') expect(rule.of().rules).toBeInstanceOf(Map);
      if (rule.is === 'tool') expect(rule.inner?.().rules).toBeInstanceOf(Map);
    }
  }
});

test('no two members of a message have one plain name', () => {
  for (const members of Object.values(GOOGLE_MESSAGES)) {
    const names = Object.keys(members).map(plainName);
    expect(new Set(names).size).toBe(names.length);
  }
});
