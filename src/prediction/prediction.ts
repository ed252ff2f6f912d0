import type { CallTarget } from '../governance/call-target.ts';

/** What a caller asks of a model: where, what and with which payload. */
export interface RequestedCall extends CallTarget {
  readonly apiVersion: 'v1' | 'v1beta1';
  /** Undefined for an operation that the gateway decides on but does not serve. */
  readonly payload: Payload | undefined;
}

/** A call that the gateway serves. */
export interface Prediction extends RequestedCall {
  readonly payload: Payload;
}

/** A payload that becomes protobuf, or Vertex JSON that is passed on byte for byte. */
export type Payload = InstancesPayload | BytesPayload;

export interface InstancesPayload {
  readonly kind: 'instances';
  readonly instances: readonly unknown[];
  readonly parameters?: unknown;
}

export interface BytesPayload {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** How Vertex AI frames a stream: server-sent events, or one JSON array. */
  readonly streamFraming: 'sse' | 'json-array';
}

/** Tokens and instances that a call used, as far as the model told. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  readonly instances?: number;
}

/** What Vertex AI said about the answer, known when the answer is complete. */
export interface AnswerFacts {
  readonly usage: Usage;
  readonly modelVersion?: string;
  readonly deployedModelId?: string;
  readonly finishReason?: string;
}

/** A whole answer, or a stream of parts that can each be followed by an error in the caller's dialect. */
export type Answer = WholeAnswer | StreamedAnswer;

export interface WholeAnswer {
  readonly kind: 'whole';
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly facts: AnswerFacts;
}

export interface StreamedAnswer {
  readonly kind: 'stream';
  readonly contentType: string;
  readonly parts: AsyncIterable<Uint8Array>;
  /** What is known so far; complete after the last part. */
  readonly facts: () => AnswerFacts;
}
