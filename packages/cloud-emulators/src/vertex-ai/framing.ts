import type { Fault } from '../control/control.ts';
import { errorBody } from './google-error.ts';
import { faultError } from './grpc-fault.ts';

/** How a stream's elements, its end and an error in its midst are written. */
export interface Framing {
  readonly contentType: string;
  readonly frame: (element: unknown, index: number) => string;
  /** What follows the last element of a stream that succeeds. */
  readonly end: string;
  /** An error after `index` elements, and what ends the stream then. A fault's `body` is used as it is, when there is one. */
  readonly failure: (fault: Fault, index: number) => string;
}

/** Server-sent events as Google writes them, for `alt=sse`. */
export const SSE: Framing = {
  contentType: 'text/event-stream',
  frame: (element) => `data: ${JSON.stringify(element)}\r\n\r\n`,
  end: '',
  failure: (fault) => SSE.frame(googleFailure(fault), 0),
};

/** One JSON array, an element at a time: how Google streams without `alt=sse`. */
export const JSON_ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  frame: (element, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(element, null, 2)}\n`,
  end: ']',
  failure: (fault, index) => `${JSON_ARRAY.frame(googleFailure(fault), index)}]`,
};

function googleFailure(fault: Fault): unknown {
  return fault.body ?? errorBody(faultError(fault));
}
