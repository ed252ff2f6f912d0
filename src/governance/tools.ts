/** Where a vendor promises to work on what a tool is given. */
export type ToolHome =
  /** Where the call is served. */
  | 'location'
  /** Where the call is served, if that is a multi-region; of a region nothing is promised. */
  | 'multi-region'
  /** Where the call is served and where the sources are that it names. */
  | 'sources'
  /** Nowhere in particular. */
  | 'anywhere';

interface ToolFacts {
  readonly home: ToolHome;
  /** The vendor's word on it. */
  readonly page: string;
}

const VERTEX = 'https://cloud.google.com/vertex-ai/generative-ai/docs';
/** Of what is not on this list, Google promises nothing. */
const CAPABILITIES = `${VERTEX}/learn/supported-capabilities`;
const CLAUDE = 'https://platform.claude.com/docs/en/agents-and-tools';

/**
 * Every tool that a body can give a model, by Vertex AI's own name where it has one: what rules speak of. Only what a
 * vendor promises is kept in a location; no promise is none.
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

export type ToolName = keyof typeof TOOLS;

/** Tools that reach what a body names: rules list each source of theirs. */
export const REACHING_TOOLS = ['vertexAiSearch', 'vertexRagStore', 'externalApi', 'mcpServers'] as const;
export type ReachingTool = (typeof REACHING_TOOLS)[number];

/** All others: rules only say that they may be used. */
export const PLAIN_TOOLS = (Object.keys(TOOLS) as ToolName[]).filter(
  (name): name is Exclude<ToolName, ReachingTool> => !isReaching(name),
);

export function isReaching(name: ToolName): name is ReachingTool {
  return (REACHING_TOOLS as readonly ToolName[]).includes(name);
}

function tool<Home extends ToolHome>(home: Home, page: string) {
  return { home, page };
}
