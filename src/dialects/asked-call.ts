import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { AskedCall, PolicyExplainQuestion } from '../prediction/question.ts';
import { readAnthropicCall } from './anthropic-dialect.ts';
import { readOpenAiCall } from './openai-dialect.ts';
import { completeTarget } from './read-target.ts';
import { checkPlaces, readJobPlaces, readStorageUri, type StorageField } from './storage-fields.ts';
import { readVertexPath, type VertexPath } from './vertex-path.ts';

/** The surfaces on which models are called. */
const SURFACES = { vertex: readVertexCall, openai: readOpenAiCall, anthropic: readAnthropicCall } as const;

/** How a path begins: with the surface. */
export const SURFACE_PATH = new RegExp(`^/(${Object.keys(SURFACES).join('|')})/`);

/** A call as one would make it; a body is needed where it names the model or places in storage, and may have no more. */
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

function readVertexCall(method: string, path: string, body: JsonValue | undefined): AskedCall {
  const vertexPath = readVertexPath(method, path);
  const target = completeTarget(vertexPath, body);
  const places = readPlaces(vertexPath, body);
  return places.length > 0 ? { ...target, check: (granted) => checkPlaces(granted, places) } : target;
}

/** A container of one's own may understand its parameters as it likes. */
function readPlaces({ verb, resource }: VertexPath, body: JsonValue | undefined): StorageField[] {
  if (verb === 'batchPredictionJobs.create') return readJobPlaces(body);
  const isMedia =
    resource?.kind === 'endpoint'
      ? verb === 'predictLongRunning'
      : /^(predict(LongRunning)?|(stream)?rawPredict)$/i.test(verb);
  return isMedia ? readStorageUri(body?.member('parameters')) : [];
}
