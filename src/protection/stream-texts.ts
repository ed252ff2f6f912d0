import type { JsonValue } from '../json/json-value.ts';

/** A step through one event of a streamed answer, in its order. */
export type EventStep = TextPiece | ChannelEnd;

/** A piece of one of the texts that a streamed answer carries. */
export interface TextPiece {
  readonly is: 'piece';
  /** The name of the text among those of the answer. */
  readonly channel: string;
  readonly value: JsonValue;
  /** True for a text that is JSON. */
  readonly isJson: boolean;
  /** Writes the data of another event, which carries a piece of this text and nothing else. */
  readonly write: (text: string) => object;
}

/** The end of the texts whose names begin so, but for one. */
export interface ChannelEnd {
  readonly is: 'end';
  readonly scope: string;
  readonly except?: string;
}

const MAXIMUM_WORD_BYTES = 256;

/**
 * Reads the pieces of texts that an event carries: of Gemini, of Claude and of chat completions, by the event's shape. Every
 * other text of an event stands alone.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 * https://platform.openai.com/docs/api-reference/chat-streaming/streaming
 */
export function readSteps(event: JsonValue): EventStep[] {
  const candidates = event.member('candidates');
  if (candidates?.kind === 'array') return [...candidates.items()].flatMap(readCandidate);
  const choices = event.member('choices');
  if (choices?.kind === 'array')
    return [...choices.items()].flatMap((choice, at) => readChoice(event, choice, at));
  const type = wordOf(event.member('type'));
  return type === undefined ? [] : readClaudeEvent(event, type);
}

function readCandidate(candidate: JsonValue, at: number): EventStep[] {
  const index = numberOf(candidate.member('index')) ?? at;
  const scope = `candidate ${index} `;
  const write = (part: object) => ({ candidates: [{ index, content: { role: 'model', parts: [part] } }] });
  const parts = candidate.member('content')?.member('parts');
  const steps =
    parts?.kind === 'array' ? [...parts.items()].flatMap((part) => readPart(part, scope, write)) : [];
  if (isWord(candidate.member('finishReason'))) steps.push({ is: 'end', scope });
  return steps;
}

function readPart(part: JsonValue, scope: string, write: (part: object) => object): EventStep[] {
  const text = part.member('text');
  if (text?.kind === 'string') {
    const isThought = part.member('thought')?.toJson() === true;
    const channel = `${scope}${isThought ? 'thought' : 'text'}`;
    const more = isThought ? { thought: true } : {};
    // Clients join the parts in their order, so a text ends when another part begins.
    return [
      { is: 'end', scope, except: channel },
      { is: 'piece', channel, value: text, isJson: false, write: (piece) => write({ text: piece, ...more }) },
    ];
  }
  const partial = part.member('functionCall')?.member('partialArgs');
  if (partial?.kind !== 'array') return [{ is: 'end', scope }];
  return [...partial.items()].flatMap((argument) => readPartialArgument(argument, scope, write));
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-fc */
function readPartialArgument(
  argument: JsonValue,
  scope: string,
  write: (part: object) => object,
): EventStep[] {
  const value = argument.member('stringValue');
  if (value?.kind !== 'string') return [];
  const jsonPath = wordOf(argument.member('jsonPath')) ?? '';
  const channel = `${scope}argument ${jsonPath} `;
  const writePiece = (stringValue: string) =>
    write({
      functionCall: { partialArgs: [{ jsonPath, stringValue, willContinue: true }], willContinue: true },
    });
  const piece: EventStep = { is: 'piece', channel, value, isJson: false, write: writePiece };
  const isLast = argument.member('willContinue')?.toJson() !== true;
  return isLast ? [piece, { is: 'end', scope: channel }] : [piece];
}

/** The members of a delta that are texts of their own. Servers name the thoughts in two ways. */
const CHAT_TEXTS = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;

function readChoice(event: JsonValue, choice: JsonValue, at: number): EventStep[] {
  const index = numberOf(choice.member('index')) ?? at;
  const scope = `choice ${index} `;
  const writeChoice = (members: object) => ({
    ...Object.fromEntries(
      ['id', 'object', 'created', 'model'].flatMap((name) => {
        const member = event.member(name);
        return member ? [[name, member.toJson()]] : [];
      }),
    ),
    choices: [{ index, ...members, finish_reason: null }],
  });
  const steps: EventStep[] = [];
  const add = (name: string, value: JsonValue | undefined, isJson: boolean, write: TextPiece['write']) => {
    if (value?.kind === 'string') steps.push({ is: 'piece', channel: scope + name, value, isJson, write });
  };
  const delta = choice.member('delta');
  for (const name of CHAT_TEXTS)
    add(name, delta?.member(name), false, (text) => writeChoice({ delta: { [name]: text } }));
  // Mistral's models answer with parts: https://docs.mistral.ai/api/endpoint/chat
  for (const part of delta?.member('content')?.items() ?? [])
    add('content', part.member('text'), false, (text) => writeChoice({ delta: { content: text } }));
  const calls = delta?.member('tool_calls');
  for (const [place, call] of [...(calls?.items() ?? [])].entries()) {
    const number = numberOf(call.member('index')) ?? place;
    add(`call ${number}`, call.member('function')?.member('arguments'), true, (text) =>
      writeChoice({ delta: { tool_calls: [{ index: number, function: { arguments: text } }] } }),
    );
  }
  add('function_call', delta?.member('function_call')?.member('arguments'), true, (text) =>
    writeChoice({ delta: { function_call: { arguments: text } } }),
  );
  add('text', choice.member('text'), false, (text) => writeChoice({ text }));
  if (isWord(choice.member('finish_reason'))) steps.push({ is: 'end', scope });
  return steps;
}

/** The members of a delta of Claude's that are pieces of the block's text, and whether it is JSON. */
const CLAUDE_TEXTS = [
  ['text', 'text_delta', false],
  ['thinking', 'thinking_delta', false],
  ['partial_json', 'input_json_delta', true],
] as const;

function readClaudeEvent(event: JsonValue, type: string): EventStep[] {
  const index = numberOf(event.member('index')) ?? 0;
  const scope = `block ${index} `;
  switch (type) {
    case 'content_block_start':
    case 'content_block_delta': {
      const inner = event.member('delta') ?? event.member('content_block');
      return CLAUDE_TEXTS.flatMap(([name, deltaType, isJson]): EventStep[] => {
        const value = inner?.member(name);
        if (value?.kind !== 'string') return [];
        const write = (text: string) => ({
          type: 'content_block_delta',
          index,
          delta: { type: deltaType, [name]: text },
        });
        return [{ is: 'piece', channel: scope + name, value, isJson, write }];
      });
    }
    case 'content_block_stop':
      return [{ is: 'end', scope }];
    case 'message_delta':
    case 'message_stop':
      return [{ is: 'end', scope: '' }];
    default:
      return [];
  }
}

function wordOf(value: JsonValue | undefined): string | undefined {
  return value?.readText(MAXIMUM_WORD_BYTES);
}

function isWord(value: JsonValue | undefined): boolean {
  return value?.kind === 'string' && value.end - value.start > '""'.length;
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return value?.kind === 'number' ? Number(value.toJson()) : undefined;
}
