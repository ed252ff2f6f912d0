import type { JsonValue } from '../../json/json-value.ts';
import type { ClientTool, Conversation, DeclaredFunction, WebSearch } from './conversation.ts';
import { bytesOf, type JsonText } from './json-text.ts';
import { memberOf, readWord, requireWord, textMember } from './members.ts';
import { malformed, notServed, type Path } from './not-served.ts';
import { isWebSearch, readWebSearch } from './web-search.ts';

/** No model takes more functions. */
const MAXIMUM_TOOLS = 1_024;

const HOSTED =
  'OpenAI runs this tool itself, and Vertex AI has none like it. Leave it out; the gateway serves the types function, ' +
  'custom, namespace and web_search';
const HOSTED_CHOICE = 'it chooses a tool that OpenAI runs itself. Choose a function, auto, none or required';

/** The arguments of a function that stands for a custom tool, which takes a text. */
const TEXT_PARAMETERS = '{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}';

type Tools = Pick<Conversation, 'functions' | 'tools' | 'webSearch'>;

/** Returns the name that the model is told for a function, which has that of its namespace before its own. */
export function sentName(name: string, namespace?: string): string {
  return namespace === undefined ? name : `${namespace}__${name}`;
}

/**
 * Reads the tools: functions, custom tools that take a text, namespaces of both, and the search of the web.
 * https://platform.openai.com/docs/api-reference/responses/create#responses_create-tools
 * @throws GatewayError INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export function readTools(tools: JsonValue | undefined): Tools {
  const declared: Declared = { functions: [], tools: new Map(), webSearch: undefined };
  if (tools) addTools(tools, ['tools'], undefined, declared);
  const { webSearch, ...others } = declared;
  return { ...others, ...(webSearch && { webSearch }) };
}

interface Declared {
  readonly functions: DeclaredFunction[];
  readonly tools: Map<string, ClientTool>;
  webSearch: WebSearch | undefined;
}

function addTools(list: JsonValue, path: Path, namespace: string | undefined, declared: Declared): void {
  if (list.kind !== 'array') throw malformed(path, 'must be a list');
  let index = 0;
  for (const tool of list.items()) {
    addTool(tool, [...path, index], namespace, declared);
    index += 1;
    if (declared.functions.length > MAXIMUM_TOOLS)
      throw malformed(path, `must have at most ${MAXIMUM_TOOLS} functions`);
  }
}

function addTool(tool: JsonValue, path: Path, namespace: string | undefined, declared: Declared): void {
  if (tool.kind !== 'object') throw malformed(path, 'must be an object');
  const type = requireWord(tool, 'type', path);
  if (type === 'namespace' && namespace === undefined) {
    const inner = memberOf(tool, 'tools');
    if (!inner) throw malformed([...path, 'tools'], 'is missing');
    return addTools(inner, [...path, 'tools'], requireWord(tool, 'name', path), declared);
  }
  if (isWebSearch(type) && namespace === undefined) {
    if (declared.webSearch) throw malformed([...path, 'type'], 'may be given once');
    declared.webSearch = readWebSearch(tool, path);
    return;
  }
  if (type !== 'function' && type !== 'custom') throw notServed([...path, 'type'], HOSTED);
  const name = requireWord(tool, 'name', path);
  const sent = sentName(name, namespace);
  if (declared.tools.has(sent))
    throw malformed([...path, 'name'], 'must differ from the names of other tools');
  declared.tools.set(sent, {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(type === 'custom' && { isCustom: true }),
  });
  const description = textMember(tool, 'description', path);
  const parameters = type === 'custom' ? TEXT_PARAMETERS : readParameters(tool, path);
  declared.functions.push({
    name: sent,
    ...(description && { description: bytesOf(description) }),
    ...(parameters !== undefined && { parameters }),
  });
}

function readParameters(tool: JsonValue, path: Path): JsonText | undefined {
  const parameters = memberOf(tool, 'parameters');
  if (parameters && parameters.kind !== 'object')
    throw malformed([...path, 'parameters'], 'must be an object');
  return parameters && bytesOf(parameters);
}

/**
 * Reads the choice of tools. Of `allowed_tools`, the functions and the search that it leaves out are not declared.
 * @throws GatewayError INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export function readToolChoice(
  choice: JsonValue | undefined,
  { functions, tools, webSearch }: Tools,
): Pick<Conversation, 'choice' | 'functions' | 'webSearch'> {
  const searching = webSearch && { webSearch };
  if (!choice) return { choice: { mode: 'auto' }, functions, ...searching };
  const path = ['tool_choice'];
  if (choice.kind === 'string') {
    const mode = modeOf(requireChoice(choice), path);
    // A model searches by itself, so that a search that it may not make is left out.
    return { choice: { mode }, functions, ...(mode !== 'none' && searching) };
  }
  if (choice.kind !== 'object') throw malformed(path, 'must be a text or an object');
  const type = requireWord(choice, 'type', path);
  if (type === 'allowed_tools') {
    const allowed = readAllowed(choice, path, { functions, tools, ...searching });
    return {
      choice: { mode: modeOf(requireWord(choice, 'mode', path), [...path, 'mode']) },
      functions: functions.filter(({ name }) => allowed.has(name)),
      ...(allowed.has(SEARCH) && searching),
    };
  }
  return { choice: { mode: 'required', name: readChosen(choice, path, tools) }, functions };
}

function requireChoice(choice: JsonValue): string {
  return choice.readText(64) ?? '';
}

function modeOf(mode: string, path: Path): Conversation['choice']['mode'] {
  if (mode === 'auto' || mode === 'none' || mode === 'required') return mode;
  throw malformed(path, 'must be one of auto, none, required');
}

function readAllowed(choice: JsonValue, path: Path, { tools, webSearch }: Tools): ReadonlySet<string> {
  const inner = [...path, 'tools'];
  const allowed = memberOf(choice, 'tools');
  if (allowed?.kind !== 'array') throw malformed(inner, 'must be a list');
  if (allowed.length > MAXIMUM_TOOLS) throw malformed(inner, `must have at most ${MAXIMUM_TOOLS} functions`);
  return new Set(
    Array.from(allowed.items(), (tool, index) => readChosen(tool, [...inner, index], tools, webSearch)),
  );
}

/** Stands for the search of the web among the names of functions, none of which is empty. */
const SEARCH = '';

/** @param webSearch the search of the web, which only a list of allowed tools may name. */
function readChosen(
  tool: JsonValue,
  path: Path,
  tools: Tools['tools'],
  webSearch?: Tools['webSearch'],
): string {
  if (tool.kind !== 'object') throw malformed(path, 'must be an object');
  const type = requireWord(tool, 'type', path);
  if (isWebSearch(type) && path.length > 1 && webSearch) return SEARCH;
  if (type !== 'function' && type !== 'custom') throw notServed([...path, 'type'], HOSTED_CHOICE);
  const name = sentName(requireWord(tool, 'name', path), readWord(tool, 'namespace', path));
  if (!tools.has(name)) throw malformed([...path, 'name'], 'must be the name of a tool of the request');
  return name;
}
