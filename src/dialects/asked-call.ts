import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { AskedCall, PolicyExplainQuestion } from '../questions/question.ts';
import { readAnthropicCall } from './anthropic-dialect.ts';
import { readOpenAiCall } from './openai-dialect.ts';
import { messageOfCall } from './reach/message-of-call.ts';
import { readReach } from './reach/read-reach.ts';
import { completeTarget } from './read-target.ts';
import { readVertexPath } from './vertex-path.ts';

/** The surfaces on which models are called. */
const SURFACES = { vertex: readVertexCall, openai: readOpenAiCall, anthropic: readAnthropicCall } as const;

/** How a path begins: with the surface. */
export const SURFACE_PATH = new RegExp(`^/(${Object.keys(SURFACES).join('|')})/`);

/** A call as one would make it; a body is needed where it names the model, places or tools, and may have no more. */
interface WonderedCall {
  readonly method: string;
  /** From the surface on; a query or fragment decides nothing. */
  readonly path: string;
  readonly body?: JsonValue;
}

/**
 * Reads what a call would reach for on whichever surface, without sending anything. What can't be read is part of the
 * answer: the call itself would be refused with the same error. @param path one that begins as SURFACE_PATH says.
 */
export async function readAskedCall({
  method,
  path,
  body,
}: WonderedCall): Promise<PolicyExplainQuestion['call']> {
  const [, surface = ''] = SURFACE_PATH.exec(path) ?? [];
  const [below = ''] = path.slice(surface.length + 2).split(/[?#]/, 1);
  try {
    return await SURFACES[surface as keyof typeof SURFACES](method, below, body);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

async function readVertexCall(method: string, path: string, body: JsonValue | undefined): Promise<AskedCall> {
  const vertexPath = readVertexPath(method, path);
  const target = completeTarget(vertexPath, body);
  return body ? { ...target, check: (await readReach(messageOfCall(vertexPath), body)).check } : target;
}
