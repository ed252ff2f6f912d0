import { formatPath } from '../errors/format-path.ts';
import { GatewayError, type FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { ToolVerdict } from '../governance/judge-tool.ts';
import type { ToolName } from '../governance/tools.ts';
import type { AuthorizedCall } from '../governance/decide.ts';

/** A member of a body that gives the model a tool. */
export interface ToolField {
  readonly path: readonly PropertyKey[];
  readonly tool: ToolName;
  /** The members that name resources or addresses for the tool to reach. */
  readonly sources?: readonly { readonly path: readonly PropertyKey[]; readonly name: string }[];
}

/** For each refusal, the problem of the member and the caller's next step. */
const REFUSALS = {
  'not-allowed': {
    problem: (tool) => `gives the model ${tool}, a tool that the rules do not allow`,
    advice: (tool) =>
      `No rule allows your roles the tool ${tool}. Ask the platform team to add it to the tools that you may use`,
  },
  'outside-residency': {
    problem: () => 'is a tool that does not stay in the locations of your residency rules',
    advice: (tool) =>
      `A residency rule keeps your calls in its locations, and ${tool} does not stay there. Leave it out, or ask the platform team which tools stay`,
  },
  'source-not-allowed': {
    problem: (tool) => `is not a source that the rules let ${tool} reach`,
    advice: (tool) =>
      `No rule allows your roles this source of ${tool}. Ask the platform team to add it to the tools that you may use`,
  },
} as const satisfies Record<
  Exclude<ToolVerdict, 'allowed' | 'source-malformed'>,
  Record<'problem' | 'advice', (tool: ToolName) => string>
>;

/**
 * Checks that the access document lists every tool, and every source of a tool, for the caller. Violations name the member
 * and the tool, never the source.
 * @throws GatewayError INVALID_REQUEST for a source that is no full name or address; otherwise TOOL_NOT_ALLOWED.
 */
export function checkTools(call: Pick<AuthorizedCall, 'judgeTool'>, fields: readonly ToolField[]): void {
  const malformed: FieldViolation[] = [];
  const denied: (FieldViolation & { readonly advice: string })[] = [];
  for (const { tool, path, verdict } of fields.flatMap((field) => judge(call, field))) {
    const field = formatPath(path);
    if (verdict === 'allowed') continue;
    if (verdict === 'source-malformed') {
      malformed.push({ field, description: `must be the full name or address of a source of ${tool}` });
      continue;
    }
    const { problem, advice } = REFUSALS[verdict];
    denied.push({ field, description: problem(tool), advice: advice(tool) });
  }
  if (malformed.length > 0) throw invalidBody(malformed);
  const [first] = denied;
  if (!first) return;
  throw new GatewayError(
    'TOOL_NOT_ALLOWED',
    `The member ${first.field} of the body ${first.description}. ${first.advice}.`,
    {
      violations: denied.map(({ field, description }) => ({ field, description })),
    },
  );
}

/** Judges each source by itself, so that the violation names the wrong member. */
function judge(
  call: Pick<AuthorizedCall, 'judgeTool'>,
  { tool, path, sources = [] }: ToolField,
): { tool: ToolName; path: readonly PropertyKey[]; verdict: ToolVerdict }[] {
  const ofTool = call.judgeTool(tool, []);
  if (sources.length === 0 || (ofTool !== 'allowed' && ofTool !== 'source-not-allowed'))
    return [{ tool, path, verdict: ofTool }];
  return sources.map((source) => ({
    tool,
    path: source.path,
    verdict: call.judgeTool(tool, [source.name]),
  }));
}
