import type { Principal } from './call-target.ts';
import type { ReachIndex, Subject } from './reach-index.ts';
import type { ToolSource } from './tool-source.ts';
import { isReaching, TOOLS, type ToolName } from './tools.ts';

/**
 * `outside-residency`: a rule keeps the caller in locations, and nobody promises that the tool, or a source, stays there.
 * `source-not-allowed`: the tool may be used, but not to reach each of the sources.
 */
export type ToolVerdict =
  'allowed' | 'not-allowed' | 'outside-residency' | 'source-not-allowed' | 'source-malformed';

/** A tool as a call gives it to a model. */
export interface ToolUse {
  readonly tool: ToolName;
  /** Full names or addresses of what it is to reach. */
  readonly sources: readonly string[];
  /** Where the call is served. */
  readonly location: string;
}

const MULTI_REGIONS: ReadonlySet<string> = new Set(['us', 'eu']);

/**
 * Whether a caller may give a model a tool. Residency wins; else deny by default: one of the caller's roles must list the
 * tool and each of its sources, and for an application that acts for a person one of the application's as well.
 */
export function judgeTool(index: ReachIndex, principal: Principal, use: ToolUse): ToolVerdict {
  const { tool } = use;
  const sources: ToolSource[] = [];
  for (const written of use.sources) {
    const source = isReaching(tool) ? index.readSource(tool, written) : undefined;
    if (!source) return 'source-malformed';
    sources.push(source);
  }
  const subjects = index.subjectsOf(principal);
  if (subjects.some((subject) => isOutside(subject, use, sources))) return 'outside-residency';
  if (!subjects.every(({ roles }) => index.mayUse(roles, tool))) return 'not-allowed';
  if (!isReaching(tool)) return 'allowed';
  const areListed = subjects.every(({ roles }) =>
    sources.every((source) => index.mayReach(roles, tool, source)),
  );
  return areListed && sources.length > 0 ? 'allowed' : 'source-not-allowed';
}

/** Where the call itself is served is not asked here: residency lets none be served from outside. */
function isOutside(
  { residency }: Subject,
  { tool, location }: ToolUse,
  sources: readonly ToolSource[],
): boolean {
  return (
    residency.length > 0 &&
    (!staysIn(tool, location) ||
      residency.some(({ locations }) => sources.some((source) => !locations.includes(source.location ?? ''))))
  );
}

/** Whether what the tool is given stays where the call is served, apart from its sources. */
function staysIn(tool: ToolName, location: string): boolean {
  const { home } = TOOLS[tool];
  return home === 'multi-region' ? MULTI_REGIONS.has(location) : home !== 'anywhere';
}
