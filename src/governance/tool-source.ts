import { readPlace } from './place.ts';
import type { ReachingTool } from './tools.ts';

/** A source that a tool reaches: a data store, a corpus or a server. */
export interface ToolSource {
  /** Unique name, the same for every spelling of the source. */
  readonly name: string;
  /** Location in which Google stores the source; undefined for a server, which can be anywhere. */
  readonly location?: string;
}

const PROJECT = String.raw`projects/(?<project>[a-z][a-z0-9-]{4,28}[a-z0-9]|[1-9]\d{5,19})`;
const LOCATION = String.raw`locations/(?<location>[a-z]+(?:-[a-z]+\d{1,2})?)`;
const ID = String.raw`[A-Za-z0-9_-]{1,63}`;

/**
 * Full names of sources by tool.
 * https://cloud.google.com/generative-ai-app-builder/docs/reference/rest/v1/projects.locations.collections.dataStores and
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.ragCorpora
 */
const NAMES = {
  vertexAiSearch: new RegExp(`^${PROJECT}/${LOCATION}/collections/${ID}/(?:dataStores|engines)/${ID}$`),
  vertexRagStore: new RegExp(`^${PROJECT}/${LOCATION}/ragCorpora/${ID}$`),
} as const;

/** The form of each tool's sources, for error messages. */
export const SOURCE_FORMS: Readonly<Record<ReachingTool, string>> = {
  vertexAiSearch:
    'projects/P/locations/L/collections/C/dataStores/D or projects/P/locations/L/collections/C/engines/E',
  vertexRagStore: 'projects/P/locations/L/ragCorpora/C',
  externalApi: 'https://host/path',
  mcpServers: 'https://host/path',
};

/**
 * Reads the full name or the address of a source.
 * @param idOfProject project ids by project number, because Google accepts both.
 * @returns undefined if the tool cannot reach such a source.
 */
export function readToolSource(
  tool: ReachingTool,
  written: string,
  idOfProject: ReadonlyMap<string, string>,
): ToolSource | undefined {
  if (tool === 'externalApi' || tool === 'mcpServers') return readServer(written);
  const { project = '', location } = NAMES[tool].exec(written)?.groups ?? {};
  if (location === undefined) return undefined;
  const name = written.replace(`projects/${project}/`, `projects/${idOfProject.get(project) ?? project}/`);
  return { name, location };
}

/**
 * Reads the address of a server. Paths count, because another path can be another server's. The default port is
 * removed, because clients write it out.
 */
function readServer(written: string): ToolSource | undefined {
  const address = written.replace(/^(https:\/\/[^/?#]*):443(?=\/|$)/, '$1');
  const place = address.includes('?') ? undefined : readPlace(address);
  return place?.service === 'https' ? { name: `https://${place.parts.join('/')}` } : undefined;
}
