/** The locations in which a vendor promises to work on a tool's input. */
export type ToolHome =
  /** The location that serves the call. */
  | 'location'
  /** The location that serves the call if it is a multi-region; for a region the vendor promises none. */
  | 'multi-region'
  /** The location that serves the call, and those of the sources that the call names. */
  | 'sources'
  /** No location is promised. */
  | 'anywhere';

interface ToolFacts {
  readonly home: ToolHome;
  /** The vendor's page that makes the promise, or lacks it. */
  readonly page: string;
}

const VERTEX = 'https://cloud.google.com/vertex-ai/generative-ai/docs';
/** Google promises a location only for the capabilities on this page. */
const CAPABILITIES = `${VERTEX}/learn/supported-capabilities`;
const CLAUDE = 'https://platform.claude.com/docs/en/agents-and-tools';

/**
 * Every tool that a body can give a model, by Vertex AI's name if it has one. Rules use these names. A tool stays in a
 * location only if its vendor promises it.
 */
export const TOOLS = {
  functionDeclarations: tool('location', CAPABILITIES),
  codeExecution: tool('location', CAPABILITIES),
  computerUse: tool('anywhere', CAPABILITIES),
  googleSearch: tool('anywhere', `${VERTEX}/grounding/grounding-with-google-search`),
  googleSearchRetrieval: tool('anywhere', `${VERTEX}/grounding/grounding-with-google-search`),
  googleMaps: tool('anywhere', `${VERTEX}/grounding/grounding-with-google-maps`),
  enterpriseWebSearch: tool('multi-region', `${VERTEX}/grounding/web-grounding-enterprise`),
  urlContext: tool('anywhere', CAPABILITIES),
  parallelAiSearch: tool('anywhere', CAPABILITIES),
  exaAiSearch: tool('anywhere', CAPABILITIES),
  vertexAiSearch: tool('sources', CAPABILITIES),
  vertexRagStore: tool('sources', CAPABILITIES),
  externalApi: tool('anywhere', CAPABILITIES),
  mcpServers: tool('anywhere', `${CLAUDE}/mcp-connector`),
  webSearch: tool('anywhere', `${CLAUDE}/tool-use/web-search-tool`),
  webFetch: tool('anywhere', `${CLAUDE}/tool-use/web-fetch-tool`),
} as const satisfies Record<string, ToolFacts>;

/** The name of a tool in rules. */
export type ToolName = keyof typeof TOOLS;

/** Tools that reach sources that a body names. Rules list each source. */
export const REACHING_TOOLS = ['vertexAiSearch', 'vertexRagStore', 'externalApi', 'mcpServers'] as const;
/** The name of a tool that reaches sources. */
export type ReachingTool = (typeof REACHING_TOOLS)[number];

/** Tools without sources. Rules list the tool alone. */
export const PLAIN_TOOLS = (Object.keys(TOOLS) as ToolName[]).filter(
  (name): name is Exclude<ToolName, ReachingTool> => !isReaching(name),
);

/** Tells if a tool reaches sources that a body names. */
export function isReaching(name: ToolName): name is ReachingTool {
  return (REACHING_TOOLS as readonly ToolName[]).includes(name);
}

function tool<Home extends ToolHome>(home: Home, page: string) {
  return { home, page };
}
