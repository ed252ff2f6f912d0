import type { GatewayError } from '../errors/gateway-error.ts';

/**
 * The format of an answer, by which its usage, finish reason, end and errors are read. `shaped`: the answer is read by the
 * shape that it turns out to have, as that of a custom container is. `opaque`: nothing in the answer is read.
 */
export type AnswerFormat = 'gemini' | 'openai' | 'anthropic' | 'predictions' | 'shaped' | 'opaque';

/** The way in which the parts of a stream are told apart. `raw`: the chunks of a custom container, as they come. */
export type Framing = 'sse' | 'json-array' | 'raw';

/** Tokens and instances that a call used, as far as the model reported them. */
export interface Usage {
  /** All input tokens, those read from or written to a cache included: https://github.com/open-telemetry/semantic-conventions-genai */
  readonly inputTokens?: number;
  /** All output tokens, those of thoughts included. */
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  /** The input tokens that were read from a cache. */
  readonly cachedTokens?: number;
  /** The input tokens that were written to a cache. */
  readonly cacheWriteTokens?: number;
  /** The tokens written to a cache that are kept for an hour instead of five minutes. */
  readonly hourCacheWriteTokens?: number;
  readonly thinkingTokens?: number;
  /** The input tokens that are audio; `cachedAudioTokens` of them were read from a cache. */
  readonly audioInputTokens?: number;
  readonly cachedAudioTokens?: number;
  /** The output tokens that are audio, and those that are images. */
  readonly audioOutputTokens?: number;
  readonly imageOutputTokens?: number;
  readonly instances?: number;
  /** The searches of the web that the model made. */
  readonly searches?: number;
  /** The seconds of video with sound that were ordered, and those without sound. */
  readonly videoSeconds?: number;
  readonly silentVideoSeconds?: number;
  /** The time for which the input tokens are kept in a new context cache. */
  readonly storedSeconds?: number;
}

/** The facts that Vertex AI reported about an answer; they are known when the answer is complete. */
export interface AnswerFacts {
  readonly usage: Usage;
  /** True when a reported number can't be a count; the usage is without it. */
  readonly isUsageDoubtful?: boolean;
  readonly modelVersion?: string;
  readonly deployedModelId?: string;
  readonly finishReason?: string;
  /** The capacity that served the call, in Google's words: `ON_DEMAND`, `PROVISIONED_THROUGHPUT`. */
  readonly trafficType?: string;
  /** The number of requests to Vertex AI that answered the call together; undefined for one. */
  readonly requests?: number;
}

/** A whole answer, or a stream of parts that can each be followed by an error in the caller's dialect. */
export type Answer = WholeAnswer | StreamedAnswer;

/** An answer in one piece. */
export interface WholeAnswer {
  readonly kind: 'whole';
  /** The status of a custom container's answer, such as 201; 200 when left out. */
  readonly status?: number;
  readonly contentType: string;
  /** Headers of a custom container that describe the bytes, such as `content-encoding`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly facts: AnswerFacts;
}

/** An answer that comes in parts. The parts throw a GatewayError when the stream breaks. */
export interface StreamedAnswer {
  readonly kind: 'stream';
  readonly contentType: string;
  /** Headers of a custom container that describe the bytes, such as `content-encoding`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly framing: Framing;
  readonly parts: AsyncIterable<Uint8Array>;
  /** Returns the facts known so far; they are complete after the last part. */
  readonly facts: () => AnswerFacts;
  /** Returns false while more parts must follow, or the stream is broken off; left out where any part may be the last. */
  readonly mayEnd?: () => boolean;
  /** Writes an error into a stream whose errors depend on its events so far; left out for any other. */
  readonly writeError?: (error: GatewayError) => string;
}
