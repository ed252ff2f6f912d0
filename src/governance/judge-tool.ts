import type { Principal } from './call-target.ts';
import type { ReachIndex, RoleHolder } from './reach-index.ts';
import type { ToolSource } from './tool-source.ts';
import { isReaching, TOOLS, type ToolName } from './tools.ts';

/**
 * - `outside-residency`: a residency rule binds the caller, and no vendor promises that the tool or a source stays
 *   there.
 * - `source-not-allowed`: the caller may use the tool, but not with each of the sources.
 * - `source-malformed`: the tool cannot reach such a source.
 */
export type ToolVerdict =
  'allowed' | 'not-allowed' | 'outside-residency' | 'source-not-allowed' | 'source-malformed';

/** A tool that a call gives to a model. */
export interface ToolUse {
  readonly tool: ToolName;
  /** Full names or addresses that the tool shall reach; empty for a tool without sources. */
  readonly sources: readonly string[];
  /** The location that serves the call. */
  readonly location: string;
}

const MULTI_REGIONS: ReadonlySet<string> = new Set(['us', 'eu']);

/**
 * Judges if a caller may give a model a tool. Residency wins. Otherwise deny by default: tool rules of the caller's
 * roles must list the tool and each of its sources. For an application that acts for a person, rules of the
 * application's roles must list them too.
 */
export function judgeTool(index: ReachIndex, principal: Principal, use: ToolUse): ToolVerdict {
  const { tool } = use;
  const sources: ToolSource[] = [];
  for (const written of use.sources) {
    const source = isReaching(tool) ? index.readSource(tool, written) : undefined;
    if (!source) return 'source-malformed';
    sources.push(source);
  }
  const holders = index.holdersOf(principal);
  if (holders.some((holder) => isOutside(holder, use, sources))) return 'outside-residency';
  if (!holders.every(({ roles }) => index.mayUse(roles, tool))) return 'not-allowed';
  if (!isReaching(tool)) return 'allowed';
  const areListed = holders.every(({ roles }) =>
    sources.every((source) => index.mayReach(roles, tool, source)),
  );
  return areListed && sources.length > 0 ? 'allowed' : 'source-not-allowed';
}

/**
 * True if the tool or a source leaves the locations of the holder's residency rules. The location of the call itself is
 * not judged here, because the decision about the call has judged it.
 */
function isOutside(
  { residency }: RoleHolder,
  { tool, location }: ToolUse,
  sources: readonly ToolSource[],
): boolean {
  return (
    residency.length > 0 &&
    (!staysIn(tool, location) ||
      residency.some(({ locations }) => sources.some((source) => !locations.includes(source.location ?? ''))))
  );
}

/** True if the vendor promises to work on the tool's input in the location of the call. Sources are judged apart. */
function staysIn(tool: ToolName, location: string): boolean {
  const { home } = TOOLS[tool];
  return home === 'multi-region' ? MULTI_REGIONS.has(location) : home !== 'anywhere';
}
