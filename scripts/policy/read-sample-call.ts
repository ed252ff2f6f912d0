import { readAskedCall, SURFACE_PATH } from '../../src/dialects/asked-call.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { readJson } from '../../src/json/read-json.ts';
import type { PolicyExplainQuestion } from '../../src/questions/question.ts';

/** A call that somebody wonders about, as they would make it. */
interface SampleCall {
  readonly method: string;
  /** With or without the gateway's address in front; without a surface, one of Vertex AI's own. */
  readonly path: string;
  /** Left out when the path names the model. */
  readonly body?: Uint8Array;
}

/**
 * What a call reaches for, or the error of one that the gateway refuses before any rule is asked.
 * @throws Error for a path on none of the surfaces on which models are called.
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
    // Of a body that is none.
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
