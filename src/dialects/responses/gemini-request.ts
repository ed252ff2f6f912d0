import type { ModelResource } from '../../governance/call-target.ts';
import type { AuthorizedCall } from '../../governance/decide.ts';
import type { Conversation, Effort, FilePart, Item, Part, ResultItem } from './conversation.ts';
import { joinText, type JsonText, writeList, writeObject } from './json-text.ts';
import { notServed } from './not-served.ts';
import { writeGoogleSearch } from './web-search.ts';

/** A part of Gemini's contents, by its members. */
type GeminiPart = Record<string, JsonText>;

interface Turn {
  readonly role: 'user' | 'model';
  readonly parts: GeminiPart[];
}

/**
 * Google's own text in place of a signature that a client has not carried back. Models from Gemini 3 on refuse the first
 * call of a step that has none: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
const NO_SIGNATURE = '"skip_thought_signature_validator"';

/**
 * Levels of thinking, which models have from Gemini 3 on. None of them turns thoughts off.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/thinking
 */
const LEVELS: Readonly<Record<Effort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
};
/**
 * The models that never go without thinking; their lowest level is `LOW`.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/guides/gemini-3-8-flash
 */
const ALWAYS_THINKING = /-pro\b|-3\.[78]-flash$/;

/**
 * Budgets of thoughts in tokens, which models before Gemini 3 have, as Google translates OpenAI's efforts.
 * https://ai.google.dev/gemini-api/docs/openai#thinking
 */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
};

/**
 * Writes a conversation as the body of Gemini's `generateContent`.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 * @throws GatewayError UNSUPPORTED_PARAMETER.
 */
export function writeGeminiRequest(
  asked: Conversation,
  { resource }: Pick<AuthorizedCall, 'resource'>,
): Uint8Array {
  const { system, items, functions, isParallel, webSearch, choice } = asked;
  if (isParallel === false && functions.length > 0)
    throw notServed(
      ['parallel_tool_calls'],
      'Gemini may call several functions at once, and nothing turns that off. Send true or leave it out',
    );
  if (webSearch && functions.length === 0 && choice.mode === 'required')
    throw notServed(['tool_choice'], 'Gemini decides itself when it searches the web. Send auto');
  const model = resource.kind === 'model' ? resource : undefined;
  const tools = [
    ...(functions.length > 0
      ? [writeObject({ functionDeclarations: writeList(writeFunctions(functions)) })]
      : []),
    ...(webSearch ? [writeGoogleSearch(webSearch)] : []),
  ];
  return joinText(
    writeObject({
      contents: writeList(writeTurns(items, isOfLevels(model))),
      ...(system.length > 0 && {
        systemInstruction: writeObject({ parts: writeList(system.map((text) => writeObject({ text }))) }),
      }),
      ...(tools.length > 0 && { tools: writeList(tools) }),
      ...(functions.length > 0 && {
        toolConfig: writeObject({ functionCallingConfig: writeChoice(asked) }),
      }),
      generationConfig: writeConfig(asked, model),
    }),
  );
}

function writeTurns(items: readonly Item[], mustBeSigned: boolean): JsonText[] {
  const turns: Turn[] = [];
  let signature: string | undefined;
  for (const item of items) {
    if (item.kind === 'reasoning') {
      const { carried } = item;
      if (carried.by !== 'google') continue;
      if (carried.of === 'next') ({ signature } = carried);
      else signText(turns.at(-1), carried.signature);
      continue;
    }
    const isModel = item.kind === 'call' || (item.kind === 'message' && item.role === 'assistant');
    const [first, ...others] = partsOf(item);
    if (!first) continue;
    const isSigned = isModel && signature !== undefined;
    addParts(turns, isModel ? 'model' : 'user', [
      isSigned ? { ...first, thoughtSignature: JSON.stringify(signature) } : first,
      ...others,
    ]);
    signature = undefined;
  }
  return turns.map(({ role, parts }) => {
    if (mustBeSigned && role === 'model') signCall(parts);
    return writeObject({ role: `"${role}"`, parts: writeList(parts.map(writeObject)) });
  });
}

function addParts(turns: Turn[], role: Turn['role'], parts: readonly GeminiPart[]): void {
  const last = turns.at(-1);
  // The results of calls are a turn of their own, which has as many parts as there were calls.
  const isSame = last?.role === role && isResult(last.parts[0]) === isResult(parts[0]);
  if (isSame) last.parts.push(...parts);
  else turns.push({ role, parts: [...parts] });
}

function isResult(part: GeminiPart | undefined): boolean {
  return part !== undefined && 'functionResponse' in part;
}

/** A signature of a text comes after it in the answer, and goes back with it. */
function signText(turn: Turn | undefined, signature: string): void {
  const last = turn?.role === 'model' ? turn.parts.at(-1) : undefined;
  if (last && 'text' in last) last.thoughtSignature = JSON.stringify(signature);
}

function signCall(parts: readonly GeminiPart[]): void {
  const call = parts.find((part) => 'functionCall' in part);
  if (call && !('thoughtSignature' in call)) call.thoughtSignature = NO_SIGNATURE;
}

function partsOf(item: Exclude<Item, { kind: 'reasoning' }>): GeminiPart[] {
  switch (item.kind) {
    case 'message':
      return item.parts.map(writePart);
    case 'call':
      return [{ functionCall: writeObject({ name: JSON.stringify(item.name), args: item.input }) }];
    case 'result':
      return [{ functionResponse: writeResult(item) }];
  }
}

function writePart(part: Part): GeminiPart {
  return part.kind === 'text' ? { text: part.text } : writeFile(part);
}

function writeFile({ mediaType, data, uri }: FilePart): GeminiPart {
  const mimeType = JSON.stringify(mediaType);
  return uri === undefined
    ? { inlineData: writeObject({ mimeType, data }) }
    : { fileData: writeObject({ mimeType, fileUri: uri }) };
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#multimodal-function-response */
function writeResult({ name, parts }: ResultItem): JsonText {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const files = parts.flatMap((part) => (part.kind === 'file' ? [writeObject(writeFile(part))] : []));
  const [only = '""', ...others] = texts;
  return writeObject({
    name: JSON.stringify(name),
    response: writeObject({ output: others.length > 0 ? writeList(texts) : only }),
    ...(files.length > 0 && { parts: writeList(files) }),
  });
}

function writeFunctions(functions: Conversation['functions']): JsonText[] {
  return functions.map(({ name, description, parameters }) =>
    writeObject({ name: JSON.stringify(name), description, parametersJsonSchema: parameters }),
  );
}

function writeChoice({ choice: { mode, name } }: Conversation): JsonText {
  const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;
  return JSON.stringify({ mode: modes[mode], ...(name !== undefined && { allowedFunctionNames: [name] }) });
}

function writeConfig(asked: Conversation, model: ModelResource | undefined): JsonText {
  const { maximumOutputTokens, temperature, topP, format } = asked;
  const numbers = Object.entries({ maxOutputTokens: maximumOutputTokens, temperature, topP }).map(
    ([name, value]) => [name, value === undefined ? undefined : String(value)] as const,
  );
  return writeObject({
    ...Object.fromEntries(numbers),
    ...(format && { responseMimeType: '"application/json"', responseJsonSchema: format.schema }),
    thinkingConfig: writeThinking(asked, model),
  });
}

function writeThinking(
  { effort, isSummarized }: Conversation,
  model: ModelResource | undefined,
): string | undefined {
  const config = {
    ...(effort !== undefined &&
      (isOfLevels(model) ? levelOf(effort, model) : { thinkingBudget: BUDGETS[effort] })),
    ...(isSummarized && { includeThoughts: true }),
  };
  return Object.keys(config).length === 0 ? undefined : JSON.stringify(config);
}

function levelOf(effort: Effort, model: ModelResource | undefined): { readonly thinkingLevel: string } {
  const thinkingLevel = LEVELS[effort];
  const isLow = thinkingLevel === 'MINIMAL' && ALWAYS_THINKING.test(model?.model ?? '');
  return { thinkingLevel: isLow ? 'LOW' : thinkingLevel };
}

/** True for a model with levels of thinking and signatures that are checked: Gemini 3 and later. */
function isOfLevels(model: ModelResource | undefined): boolean {
  return Number(/^gemini-(\d+)/.exec(model?.model ?? '')?.[1] ?? 0) >= 3;
}
