import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { PolicyExplainQuestion } from '../questions/question.ts';
import { readAnthropicCall } from './anthropic-dialect.ts';
import { readOpenAiCall } from './openai-dialect.ts';
import { readVertexCall } from './vertex-dialect.ts';

/** The surfaces on which models are called. */
const SURFACES = { vertex: readVertexCall, openai: readOpenAiCall, anthropic: readAnthropicCall } as const;

/** Matches the beginning of a path below the gateway's host: `/vertex/`, `/openai/` or `/anthropic/`. */
export const SURFACE_PATH = new RegExp(`^/(${Object.keys(SURFACES).join('|')})/`);

/** A call to explain. Its body is needed where the body names the model, places or tools; other members may be left out. */
interface CallToExplain {
  readonly method: string;
  /** Begins as SURFACE_PATH says; a query or fragment is ignored. */
  readonly path: string;
  readonly body?: JsonValue;
}

/**
 * Reads the target of a call on any surface, without sending anything.
 * @returns the error, not thrown, for a call that would be refused before any rule is asked.
 */
export async function readAskedCall({
  method,
  path,
  body,
}: CallToExplain): Promise<PolicyExplainQuestion['call']> {
  const [, surface = ''] = SURFACE_PATH.exec(path) ?? [];
  const [below = ''] = path.slice(surface.length + 2).split(/[?#]/, 1);
  try {
    return await SURFACES[surface as keyof typeof SURFACES](method, below, body);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
