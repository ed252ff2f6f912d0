import { readAskedCall, SURFACE_PATH } from '../../src/dialects/asked-call.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { readJson } from '../../src/json/read-json.ts';
import type { PolicyExplainQuestion } from '../../src/questions/question.ts';

/** A call to explain. */
interface SampleCall {
  readonly method: string;
  /** The path, with or without the gateway's address before it. A path without a surface is one of Vertex AI's own. */
  readonly path: string;
  /** The body; it may be left out when the path names the model. */
  readonly body?: Uint8Array;
}

/**
 * Reads the target of a call, or the error of one that the gateway refuses before any rule is asked.
 * @throws Error for a path outside the surfaces on which models are called.
 */
export async function readSampleCall({
  method,
  path,
  body,
}: SampleCall): Promise<PolicyExplainQuestion['call']> {
  const local = path.replace(/^https?:\/\/[^/]+/, '').replace(/^\/?/, '/');
  if (!SURFACE_PATH.test(local) && !/^\/v1(beta1)?\//.test(local))
    throw new Error('A path begins with /vertex/, /openai/ or /anthropic/: models are called nowhere else.');
  try {
    return await readAskedCall({
      method,
      path: SURFACE_PATH.test(local) ? local : `/vertex${local}`,
      ...(body && { body: await readJson(body) }),
    });
  } catch (error) {
    // The error of a body that is not JSON.
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
