import type { Principal } from './call-target.ts';
import type { Governance } from './governance.ts';
import { REACHING_TOOLS, PLAIN_TOOLS, type ReachingTool, type ToolName } from './tools.ts';

/** Tools that a caller may give a model: those without sources, and the sources by tool of the others. */
export interface ToolList {
  readonly use: readonly ToolName[];
  readonly reach: Readonly<Partial<Record<ReachingTool, readonly string[]>>>;
}

/** Lists the tools of the access document that a caller may give a model in at least one of the locations. */
export function listTools(
  governance: Governance,
  principal: Principal,
  locations: readonly string[],
): ToolList {
  const may = (tool: ToolName, sources: readonly string[]) =>
    locations.some((location) => governance.judgeTool(principal, { tool, sources, location }) === 'allowed');
  const reach = REACHING_TOOLS.flatMap((tool) => {
    const listed = governance.documents.access.tools.flatMap((rule) => rule.reach[tool] ?? []);
    const sources = [...new Set(listed)].filter((source) => may(tool, [source]));
    return sources.length > 0 ? [[tool, sources] as const] : [];
  });
  return { use: PLAIN_TOOLS.filter((tool) => may(tool, [])), reach: Object.fromEntries(reach) };
}
