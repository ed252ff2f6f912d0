import type { Seal } from '@vertex-ai-gateway/audit-ledger/keys';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { Instances } from '../governance/instance-schemas.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { AnswerFacts, AnswerFormat, Framing, Usage } from './answer.ts';

export type { Seal };

/** A caller's request to a model: the model, the place, the operation and the payload. */
export interface Prediction extends CallTarget {
  readonly payload: Payload;
  /** The caller's body as it was read; left out for a body that is not JSON, and for a call without one. */
  readonly body?: JsonValue;
  /**
   * Refuses a call that would have Google reach a place or a tool that the caller may not use.
   * @throws GatewayError STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED, INVALID_REQUEST.
   */
  check?(call: Pick<AuthorizedCall, 'operation' | 'resource' | 'judgePlace' | 'judgeTool'>): void;
}

/** The payload of a prediction: instances that become protobuf, or JSON that is passed on byte for byte. */
export type Payload = InstancesPayload | BytesPayload;

/** Instances for a custom endpoint, which are sent over gRPC. */
export interface InstancesPayload extends Instances {
  readonly kind: 'instances';
  readonly framing?: undefined;
}

/** JSON that is sent over REST. */
export interface BytesPayload {
  readonly kind: 'bytes';
  /** Writes the request, once the decision has said to which model it goes, and where. @throws GatewayError INVALID_REQUEST. */
  request(call: AuthorizedCall, seal?: Seal): VertexRequest;
  /** A request that Vertex AI must answer as `check` expects; the payload's own request is not sent before. */
  readonly prerequisite?: {
    request(call: AuthorizedCall): VertexRequest;
    /**
     * @param answer undefined when Vertex AI has no such resource.
     * @throws GatewayError for an answer that forbids the call itself.
     */
    check(answer: unknown, call: AuthorizedCall): void;
    /** True when the answer is the one that the caller asked for; the payload's own request is not sent then. */
    readonly isAnswer?: boolean;
  };
  /** The way in which several requests answer the call; `request` is not asked then. */
  readonly split?: SplitPayload;
  /**
   * The format of the answer, by which its usage, finish reason, end and errors are read. A request with a format of its own
   * wins.
   */
  readonly format: AnswerFormat;
  /** The way in which the parts of a streamed answer are told apart; undefined for an answer in one piece. */
  readonly framing?: Framing;
  /** True when the payload names a resource that Google lets nobody label; `request` and `rewrite` need the seal then. */
  readonly usesSeal?: boolean;
  /** Rewrites Vertex AI's answer for this client; left out where the bytes pass as they are. */
  readonly rewrite?: AnswerRewrite;
  /** False for a call whose charge, if there is one, no price of the catalog can tell: a description, a poll, a job. */
  readonly isPriced?: false;
  /** The usage that the request orders, where its answer does not report it. */
  readonly ordered?: Usage;
  /** The instances that must meet the endpoint's schemas in the catalog. */
  readonly checked?: Instances;
}

/** A payload that Vertex AI takes in several requests, whose answers become one. */
export interface SplitPayload {
  /** Lists the requests in order; there is one at least. @throws GatewayError INVALID_REQUEST. */
  requests(call: AuthorizedCall): readonly PartialRequest[];
  /** Joins what was read of the answers, in order. @param facts the facts of all answers together. */
  join(parts: readonly Uint8Array[], facts: AnswerFacts): Uint8Array;
}

/** One of the requests of a payload that is split. */
export interface PartialRequest {
  /** The part of the call's body that the request is about, as an error names it: `the texts 251 to 500`. */
  readonly subject: string;
  /** Writes the request when its turn has come. */
  write(): VertexRequest;
  /** Reads of the answer what is kept until all have come. @throws GatewayError VERTEX_FAILED. */
  read(body: Uint8Array): Promise<Uint8Array>;
}

/** The format in which a client gets a stream. `responses`: the events of OpenAI's Responses API. */
export type StreamFormat = AnswerFormat | 'responses';

/** The facts about a stream that are needed to hand it on. */
export interface StreamShape {
  readonly format: StreamFormat;
  readonly framing: Framing;
}

/** One HTTP request to Vertex AI. The payload chooses neither the host nor the access token. */
export interface VertexRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path with its query; every part of it that comes from the caller has been checked. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The format of the answer where it depends on the model; that of the payload when left out. */
  readonly format?: AnswerFormat;
}

/** The changes to Vertex AI's answer for one kind of client; each is left out where the bytes stay as they are. */
export interface AnswerRewrite {
  readonly whole?: (
    body: Uint8Array,
    call: AuthorizedCall,
    seal?: Seal,
    facts?: AnswerFacts,
  ) => Uint8Array | Promise<Uint8Array>;
  /** The content type of what `whole` writes; that of Vertex AI's answer when left out. */
  readonly contentType?: string;
  /** Rewrites one part, which holds whole events; an empty result is not sent. */
  readonly part?: (part: Uint8Array) => Uint8Array;
  /** Begins to rewrite a stream into another format, in place of `part`. */
  readonly stream?: (call: AuthorizedCall) => StreamRewrite;
  /** The format that `stream` writes. */
  readonly streamFormat?: StreamFormat;
}

/** The rewriting of one stream into another format. */
export interface StreamRewrite {
  /** Rewrites the next part, which holds whole events; an empty result is not sent. @throws GatewayError VERTEX_FAILED. */
  part(part: Uint8Array): Uint8Array;
  /** Writes the end of a stream that Vertex AI has completed. */
  end(facts: AnswerFacts): Uint8Array;
  /** Writes an error into the stream, which ends with it. */
  fail(error: GatewayError): string;
}
