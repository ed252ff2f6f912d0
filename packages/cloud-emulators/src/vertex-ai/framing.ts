import type { Fault } from '../control/control.ts';
import { errorBody } from './google-error.ts';
import { faultError } from './grpc-fault.ts';

/** The format of a stream: its elements, its end, and an error within it. */
export interface Framing {
  readonly contentType: string;
  readonly frame: (element: unknown, index: number) => string;
  /** The text after the last element of a stream that succeeds. */
  readonly end: string;
  /** Writes an error after `index` elements, and the end of the stream. A fault's `body` is written as it is. */
  readonly failure: (fault: Fault, index: number) => string;
}

/** Google's server-sent events, for `alt=sse`. */
export const SSE: Framing = {
  contentType: 'text/event-stream',
  frame: (element) => `data: ${JSON.stringify(element)}\r\n\r\n`,
  end: '',
  failure: (fault) => SSE.frame(googleFailure(fault), 0),
};

/** A JSON array that is written one element at a time, as Google streams without `alt=sse`. */
export const JSON_ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  frame: (element, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(element, null, 2)}\n`,
  end: ']',
  failure: (fault, index) => `${JSON_ARRAY.frame(googleFailure(fault), index)}]`,
};

function googleFailure(fault: Fault): unknown {
  return fault.body ?? errorBody(faultError(fault));
}
