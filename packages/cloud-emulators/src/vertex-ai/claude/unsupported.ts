import { unsupported } from '../refusals.ts';

/** The types of blocks that Claude on Vertex AI knows and this emulator does not. */
const BLOCKS = new Set(['search_result', 'tool_search_tool_result']);
const TOOLS = /^(computer|memory|tool_search_tool_(?:bm25|regex))_\d{8}$/;

/**
 * Refuses features that only the real service has, before the body is checked.
 * @throws GoogleError UNIMPLEMENTED that names the feature
 */
export function refuseUnsupported(body: Readonly<Record<string, unknown>>): void {
  const tool = listOf(body.tools)
    .map(typeOf)
    .find((type) => TOOLS.test(type));
  if (tool !== undefined) throw unsupported(`tools of type ${tool}`);
  const block = listOf(body.messages)
    .flatMap(contentOf)
    .flatMap((outer) => [outer, ...contentOf(outer)])
    .map(typeOf)
    .find((type) => BLOCKS.has(type));
  if (block !== undefined) throw unsupported(`content of type ${block}`);
  if (listOf(body.messages).flatMap(contentOf).some(asksForCitations)) throw unsupported('citations');
}

function asksForCitations(block: unknown): boolean {
  const { citations } = block as { citations?: { enabled?: unknown } | null };
  return typeOf(block) === 'document' && citations?.enabled === true;
}

function contentOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null && 'content' in value ? listOf(value.content) : [];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function typeOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : '';
}
