import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { readJson } from '../../json/read-json.ts';
import { readCarried } from './carried-reasoning.ts';
import type { Conversation, Item, Part } from './conversation.ts';
import { bytesOf, type JsonText, writeObject } from './json-text.ts';
import { memberOf, readWord, requiredText, requireWord, textMember } from './members.ts';
import { malformed, notServed, type Path } from './not-served.ts';
import { formatPath } from '../../errors/format-path.ts';
import { readParts, textPart } from './read-parts.ts';
import { sentName } from './read-tools.ts';
import type { Steps } from './steps.ts';

/** The longest arguments of a call, in bytes of JSON. They are the text of a model. */
const MAXIMUM_ARGUMENTS_BYTES = 1_048_576;
/** The longest reasoning of an answer, in bytes of JSON: that of a model's longest output with room to spare. */
const MAXIMUM_REASONING_BYTES = 4_194_304;

const NO_STORE =
  'it refers to an item of an earlier response, and the gateway stores none. Send the item itself; clients do with ' +
  '`store: false`';
const HOSTED_ITEM =
  'it is of a tool that OpenAI runs itself. The gateway serves messages, function calls and reasoning. Leave the item out';

/** The item's rest of a conversation that has been read so far. */
class Reading {
  readonly system: JsonText[] = [];
  readonly items: Item[] = [];
  /** The names of called functions by the id of the call. */
  readonly called = new Map<string, string>();
}

/**
 * Reads the input: a text of the user, or a list of items.
 * @throws GatewayError INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export async function readItems(
  input: JsonValue | undefined,
  steps: Steps,
): Promise<Pick<Conversation, 'system' | 'items'>> {
  const reading = new Reading();
  if (input?.kind === 'string') addMessage(reading, 'user', textPart(input));
  else if (input?.kind === 'array') {
    let index = 0;
    for (const item of input.items()) {
      const pause = steps.next();
      if (pause) await pause;
      await readItem(reading, item, ['input', index], steps);
      index += 1;
    }
  } else throw malformed(['input'], 'must be a text or a list of items');
  if (reading.items.length === 0) throw malformed(['input'], 'must have a message of the user');
  return reading;
}

async function readItem(reading: Reading, item: JsonValue, path: Path, steps: Steps): Promise<void> {
  if (item.kind !== 'object') throw malformed(path, 'must be an object');
  const type = readWord(item, 'type', path) ?? (memberOf(item, 'role') ? 'message' : 'item_reference');
  switch (type) {
    case 'message':
      return readMessage(reading, item, path, steps);
    case 'web_search_call':
      // The answer has what the search found, and neither vendor takes another's search back.
      return;
    case 'reasoning':
      return readReasoning(reading, item, path);
    case 'function_call':
      return addCall(reading, item, path, await readArguments(item, path));
    case 'custom_tool_call':
      return addCall(reading, item, path, writeObject({ input: bytesOf(requiredText(item, 'input', path)) }));
    case 'function_call_output':
    case 'custom_tool_call_output':
      return readResult(reading, item, path, steps);
    case 'item_reference': {
      // Reasoning serves the model alone, and it goes on without. Clients refer to it by default.
      if (readWord(item, 'id', path)?.startsWith('rs_')) return;
      throw notServed(path, NO_STORE);
    }
    default:
      throw notServed([...path, 'type'], HOSTED_ITEM);
  }
}

async function readMessage(reading: Reading, item: JsonValue, path: Path, steps: Steps): Promise<void> {
  const role = requireWord(item, 'role', path);
  const content = memberOf(item, 'content');
  if (!content) throw malformed([...path, 'content'], 'is missing');
  const parts = await readParts(content, [...path, 'content'], steps);
  switch (role) {
    case 'user':
    case 'assistant':
      return addMessage(reading, role, parts);
    case 'system':
    case 'developer':
      for (const part of parts) {
        if (part.kind === 'file') throw malformed([...path, 'content'], 'must be text in an instruction');
        reading.system.push(part.text);
      }
      return;
    default:
      throw malformed([...path, 'role'], 'must be one of user, assistant, system, developer');
  }
}

function addMessage(reading: Reading, role: 'user' | 'assistant', parts: readonly Part[]): void {
  if (parts.length > 0) reading.items.push({ kind: 'message', role, parts });
}

/** Reasoning without its content is left out, and so is that of a model elsewhere. */
function readReasoning(reading: Reading, item: JsonValue, path: Path): void {
  const content = textMember(item, 'encrypted_content', path);
  if (!content) return;
  const field = formatPath([...path, 'encrypted_content']);
  const text = content.readText(MAXIMUM_REASONING_BYTES);
  if (text === undefined)
    throw malformed([...path, 'encrypted_content'], `must have at most ${MAXIMUM_REASONING_BYTES} bytes`);
  const carried = readCarried(text, field);
  if (carried) reading.items.push({ kind: 'reasoning', carried });
}

/** Clients send an empty text for no arguments. */
async function readArguments(item: JsonValue, path: Path): Promise<JsonText> {
  const field = [...path, 'arguments'];
  const text = requiredText(item, 'arguments', path).readText(MAXIMUM_ARGUMENTS_BYTES);
  if (text === undefined) throw malformed(field, `must have at most ${MAXIMUM_ARGUMENTS_BYTES} bytes`);
  if (text.trim() === '') return '{}';
  const bytes = Buffer.from(text);
  try {
    if ((await readJson(bytes)).kind === 'object') return bytes;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    // The error below says it in terms of the member.
  }
  throw malformed(field, 'must be a JSON object, as a text');
}

function addCall(reading: Reading, item: JsonValue, path: Path, input: JsonText): void {
  const callId = requireWord(item, 'call_id', path);
  const name = sentName(requireWord(item, 'name', path), readWord(item, 'namespace', path));
  reading.called.set(callId, name);
  reading.items.push({ kind: 'call', callId, name, input });
}

async function readResult(reading: Reading, item: JsonValue, path: Path, steps: Steps): Promise<void> {
  const callId = requireWord(item, 'call_id', path);
  const name = reading.called.get(callId);
  if (name === undefined)
    throw malformed(
      [...path, 'call_id'],
      'must be that of a call before it: send the call again with its output',
    );
  const output = memberOf(item, 'output');
  if (!output) throw malformed([...path, 'output'], 'is missing');
  reading.items.push({
    kind: 'result',
    callId,
    name,
    parts: await readParts(output, [...path, 'output'], steps),
  });
}
