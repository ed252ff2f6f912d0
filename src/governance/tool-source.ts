import { readPlace } from './place.ts';
import type { ReachingTool } from './tools.ts';

/** What a tool reaches, told from all others. */
export interface ToolSource {
  /** The same for every spelling of the source. */
  readonly name: string;
  /** Where Google keeps it; undefined for an address, which can be anywhere. */
  readonly location?: string;
}

const PROJECT = String.raw`projects/(?<project>[a-z][a-z0-9-]{4,28}[a-z0-9]|[1-9]\d{5,19})`;
const LOCATION = String.raw`locations/(?<location>[a-z]+(?:-[a-z]+\d{1,2})?)`;
const ID = String.raw`[A-Za-z0-9_-]{1,63}`;

/**
 * The full names that sources have.
 * https://cloud.google.com/generative-ai-app-builder/docs/reference/rest/v1/projects.locations.collections.dataStores and
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/projects.locations.ragCorpora
 */
const NAMES = {
  vertexAiSearch: new RegExp(`^${PROJECT}/${LOCATION}/collections/${ID}/(?:dataStores|engines)/${ID}$`),
  vertexRagStore: new RegExp(`^${PROJECT}/${LOCATION}/ragCorpora/${ID}$`),
} as const;

/** How the sources of each tool are written, for whoever has to write one. */
export const SOURCE_FORMS: Readonly<Record<ReachingTool, string>> = {
  vertexAiSearch:
    'projects/P/locations/L/collections/C/dataStores/D or projects/P/locations/L/collections/C/engines/E',
  vertexRagStore: 'projects/P/locations/L/ragCorpora/C',
  externalApi: 'https://host/path',
  mcpServers: 'https://host/path',
};

/**
 * Reads the full name or the address of what a tool reaches.
 * @param idOfProject by a project's number, its id: Google takes both.
 * @returns undefined for anything else.
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

/** The server itself, not what lies below it: a path can lead to another server's tools. Clients write the port out. */
function readServer(written: string): ToolSource | undefined {
  const address = written.replace(/^(https:\/\/[^/?#]*):443(?=\/|$)/, '$1');
  const place = address.includes('?') ? undefined : readPlace(address);
  return place?.service === 'https' ? { name: `https://${place.parts.join('/')}` } : undefined;
}
