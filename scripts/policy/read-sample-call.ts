import { readJson } from '../../src/dialects/read-json.ts';
import { readTarget } from '../../src/dialects/read-target.ts';
import type { CallTarget } from '../../src/governance/call-target.ts';

/** A call that somebody wonders about, as they would make it. */
export interface SampleCall {
  readonly method: string;
  /** With or without the gateway's address, `/vertex/` in front and a query behind. */
  readonly path: string;
  /** Left out when the path names the model. */
  readonly body?: Uint8Array;
}

/** What a call reaches for. @throws GatewayError for one that the gateway refuses before any rule is asked. */
export function readSampleCall({ method, path, body }: SampleCall): CallTarget {
  const pathAlone = path.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/s, '');
  return readTarget(method, pathAlone.replace(/^\/?(vertex\/)?/, ''), body && readJson(body));
}
