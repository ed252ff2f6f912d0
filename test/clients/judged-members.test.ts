import type ts from 'typescript';
import { CHAT_REQUEST } from '../../src/dialects/reach/chat-messages.ts';
import { CLAUDE_REQUEST } from '../../src/dialects/reach/claude-messages.ts';
import {
  defineMessage,
  harmless,
  plainName,
  type Message,
  type Rule,
} from '../../src/dialects/reach/rules.ts';
import { membersOf, objectsOf, readModules, textsOf, type PublishedType } from './published-types.ts';

/** Names of members that look like a place, a resource or an identity. */
const REACHING =
  /(ur[il]s?|file(_?id)?s?|store(_?id)?s?|bucket|server(_?label)?|endpoint|container|connector)$/i;

/** Lists every member that a client can send without a sufficient rule, with the reason. */
function findUnjudged(published: PublishedType, message: Message): string[] {
  const problems = new Set<string>();
  const seen = new Map<ts.Type, Set<Message>>();
  const visit = (type: PublishedType, rules: Message, path: string) => {
    for (const object of objectsOf(type)) {
      const of = { type: object, checker: type.checker };
      const kinds = rules.variant ? textsOf(of, 'type') : [];
      const variants = kinds.map((kind) => rules.variant?.(kind) ?? rules);
      for (const variant of variants.length > 0 ? variants : [rules.variant?.(undefined) ?? rules]) {
        const before = seen.get(object) ?? new Set();
        if (before.has(variant)) continue;
        seen.set(object, before.add(variant));
        if (variant.rules.get('type')?.is === 'refused') continue;
        for (const [name, member] of membersOf(of)) judge(variant, name, member, `${path}.${name}`);
      }
    }
  };
  const judge = (rules: Message, name: string, member: PublishedType, path: string) => {
    const rule = rules.rules.get(plainName(name));
    const inner = rule && innerOf(rule);
    if (!rule) {
      if (rules.others !== 'tool') problems.add(`${path} is not judged`);
    } else if (inner) visit(member, inner, path);
    else if (rule.is === 'harmless' && rule.why === undefined)
      for (const reaching of listReaching(member, name, path)) problems.add(`${reaching} is called harmless`);
  };
  visit(published, message, 'body');
  return [...problems].sort();
}

function innerOf(rule: Rule): Message | undefined {
  if (rule.is === 'message') return rule.of();
  return rule.is === 'tool' ? rule.inner?.() : undefined;
}

/** Lists the members at any depth whose names look like places. */
function listReaching(published: PublishedType, name: string, path: string): string[] {
  const seen = new Set<ts.Type>();
  const found = REACHING.test(name) ? [path] : [];
  const waiting: [PublishedType, string][] = [[published, path]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [{ checker }, at] = next;
    for (const type of objectsOf(next[0])) {
      if (seen.has(type)) continue;
      seen.add(type);
      for (const [inner, member] of membersOf({ type, checker })) {
        if (REACHING.test(inner)) found.push(`${at}.${inner}`);
        waiting.push([member, `${at}.${inner}`]);
      }
    }
  }
  return found;
}

const COMPLETIONS = 'openai/resources/chat/completions/completions';
const MESSAGES = '@anthropic-ai/sdk/resources/messages/messages';
const BETA_MESSAGES = '@anthropic-ai/sdk/resources/beta/messages/messages';
const readType = readModules([COMPLETIONS, MESSAGES, BETA_MESSAGES]);

test('every member of a chat that OpenAI’s client can send is judged', () => {
  expect(findUnjudged(readType(COMPLETIONS, 'ChatCompletionCreateParamsBase'), CHAT_REQUEST)).toEqual([]);
});

// The clients send `betas` as a header.
test.each([
  [MESSAGES, 'MessageCreateParamsBase', []],
  [MESSAGES, 'MessageCountTokensParams', []],
  [BETA_MESSAGES, 'MessageCreateParamsBase', ['body.betas is not judged']],
  [BETA_MESSAGES, 'MessageCountTokensParams', ['body.betas is not judged']],
])('every member of the body of %s %s is judged', (module, name, headers) => {
  expect(findUnjudged(readType(module, name), CLAUDE_REQUEST)).toEqual(headers);
});

test('a member without a rule, and a place in what is called harmless, are reported', () => {
  const table = defineMessage(harmless('content'));
  expect(findUnjudged(readType(MESSAGES, 'MessageParam'), table)).toEqual(
    expect.arrayContaining(['body.role is not judged', 'body.content.source.url is called harmless']),
  );
});
