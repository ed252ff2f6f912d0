import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { GOOGLE_TOOLS, type GoogleTool } from './google-tools.ts';
import { refuseOthers, unable, unsupported } from '../refusals.ts';

/** A function that the model may call. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly description: string;
  /** A `Schema` or a JSON Schema of the arguments; undefined when the function takes none. */
  readonly parameters: unknown;
}

/** The functions that the model may call in one request, and whether it must. */
export interface Tools {
  readonly functions: readonly FunctionDeclaration[];
  /** The mode of calls: with `ANY` the model must call a function, with `AUTO` it may. */
  readonly mode: 'AUTO' | 'ANY';
  /** The tools that Google runs itself. */
  readonly googleTools: readonly GoogleTool[];
}

const DECLARATION = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'response',
  'responseJsonSchema',
]);
/**
 * The form of a function's name.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/function-calling
 */
const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/;

const TOOL = new Set<string>(['functionDeclarations', ...GOOGLE_TOOLS]);
/** The fields of `googleSearch`; none changes what the emulator makes up. */
const GOOGLE_SEARCH = new Set(['excludeDomains', 'blockingConfidence']);

/**
 * Reads the tools in `tools`, and `toolConfig`.
 * @throws GoogleError INVALID_ARGUMENT; UNIMPLEMENTED for other tools that Google runs itself
 */
export function readTools(tools: readonly Json[], toolConfig: Json): Tools {
  for (const tool of tools) {
    refuseOthers(tool, TOOL, 'tools.');
    refuseOthers((tool.googleSearch ?? {}) as Json, GOOGLE_SEARCH, 'tools.googleSearch.');
  }
  const googleTools = GOOGLE_TOOLS.filter((name) => tools.some((tool) => tool[name] !== undefined));
  const declared = tools.flatMap((tool) => (tool.functionDeclarations ?? []) as Json[]).map(readDeclaration);
  const names = declared.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new GoogleError('INVALID_ARGUMENT', `Duplicate function declaration found: ${twice}`);
  }
  refuseOthers(toolConfig, new Set(['functionCallingConfig']), 'toolConfig.');
  const config = (toolConfig.functionCallingConfig ?? {}) as Json;
  refuseOthers(config, new Set(['mode', 'allowedFunctionNames']), 'toolConfig.functionCallingConfig.');
  const allowed = (config.allowedFunctionNames ?? []) as readonly string[];
  const mode = ((config.mode ?? 'AUTO') as string | number).toString().toUpperCase();
  const unknown = allowed.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw unable(`the allowed function ${unknown} is not among the function declarations.`);
  }
  switch (mode) {
    case 'NONE':
      return { functions: [], mode: 'AUTO', googleTools };
    case 'ANY':
    case 'VALIDATED': {
      const functions =
        allowed.length === 0 ? declared : declared.filter(({ name }) => allowed.includes(name));
      return { functions, mode: mode === 'ANY' && functions.length > 0 ? 'ANY' : 'AUTO', googleTools };
    }
    case 'AUTO':
    case 'MODE_UNSPECIFIED':
      if (allowed.length > 0) throw unable('allowedFunctionNames is only for the mode ANY.');
      return { functions: declared, mode: 'AUTO', googleTools };
    default:
      throw unsupported('toolConfig.functionCallingConfig.mode as a number');
  }
}

function readDeclaration(declaration: Json): FunctionDeclaration {
  refuseOthers(declaration, DECLARATION, 'tools.functionDeclarations.');
  const { name, description, parameters, parametersJsonSchema } = declaration;
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      'Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.',
    );
  }
  if (parameters !== undefined && parametersJsonSchema !== undefined) {
    throw unable('a function declaration has both parameters and parametersJsonSchema.');
  }
  return {
    name,
    description: (description as string | undefined) ?? '',
    parameters: parameters ?? parametersJsonSchema,
  };
}
