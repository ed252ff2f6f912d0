import { type PromptFile, readContent, readContents, type Turn } from './read-contents.ts';
import type { Json } from '../read-message.ts';
import { type FunctionDeclaration, readTools, type Tools } from './read-tools.ts';
import { unable } from '../refusals.ts';

/** A prompt of `countTokens`, `cachedContents` or `generateContent`. */
export interface Prompt {
  readonly texts: readonly string[];
  readonly prompt: string;
  /** The last text of the last turn, which says which functions to call. */
  readonly lastText: string;
  /** The text of the system instruction. */
  readonly instructions: string;
  readonly files: readonly PromptFile[];
  readonly tools: Tools;
  readonly answersFunction: boolean;
}

/** Reads `contents`, `systemInstruction`, `tools` and `toolConfig`. Only a context cache may be without contents. */
export function readPrompt(message: Json, { contentsRequired = true } = {}): Prompt {
  const contents = (message.contents ?? []) as readonly Json[];
  const turns = contents.length === 0 && !contentsRequired ? [] : readContents(contents);
  const instruction = message.systemInstruction as Json | undefined;
  const instructions = instruction ? [readContent(instruction)] : [];
  if (instructions.some(({ files }) => files.length > 0)) {
    throw unable('it has a system instruction that is not text.');
  }
  const tools = readTools((message.tools ?? []) as readonly Json[], (message.toolConfig ?? {}) as Json);
  const all: readonly Turn[] = [...instructions, ...turns];
  return {
    texts: [...all.map(({ text }) => text), ...textsOf(tools.functions)],
    prompt: turns.at(-1)?.text ?? '',
    lastText: turns.at(-1)?.lastText ?? '',
    instructions: instructions.map(({ text }) => text).join('\n'),
    files: all.flatMap(({ files }) => files),
    tools,
    answersFunction: (turns.at(-1)?.functionResponses ?? 0) > 0,
  };
}

function textsOf(functions: readonly FunctionDeclaration[]): string[] {
  return functions.length === 0 ? [] : [JSON.stringify(functions)];
}
