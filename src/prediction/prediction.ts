import type { AuthorizedCall } from '../governance/authorize.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { Instances } from '../governance/instance-schemas.ts';
import type { PlaceUse, PlaceVerdict } from '../governance/judge-place.ts';
import type { ToolVerdict } from '../governance/judge-tool.ts';
import type { Owner } from '../governance/owners.ts';
import type { ToolName } from '../governance/tools.ts';
import type { AnswerFormat, Framing } from './answer.ts';
import type { Caller } from './caller.ts';
import type { Seal } from '../audit/keys/seals.ts';

/** What a caller asks of a model: where, what and with which payload. */
export interface Prediction extends CallTarget {
  readonly payload: Payload;
  /**
   * Refuses what the call would have Google reach and no decision knows of.
   * @throws GatewayError STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED, INVALID_REQUEST.
   */
  check?(granted: Pick<GrantedCall, 'resource' | 'judgePlace' | 'judgeTool'>): void;
}

/** A small payload that becomes protobuf, or Vertex JSON that is passed on byte for byte. */
export type Payload = InstancesPayload | BytesPayload;

export interface InstancesPayload extends Instances {
  readonly kind: 'instances';
}

export interface BytesPayload {
  readonly kind: 'bytes';
  /** What is sent, once the decision has said to which model, where. @throws GatewayError INVALID_REQUEST. */
  request(call: GrantedCall): VertexRequest;
  /** A call that Vertex AI must answer first, as `check` expects; else nothing else is sent. */
  readonly first?: {
    request(call: GrantedCall): VertexRequest;
    /**
     * @param answer undefined where Vertex AI has no such thing.
     * @throws GatewayError for an answer that forbids the call itself.
     */
    check(answer: unknown, call: GrantedCall): void;
    /** Whether the answer is what the caller asked for; then nothing else is sent. */
    readonly isAnswer?: boolean;
  };
  /** Whose words the answer is in: how usage, finish reason, the end and errors within a stream are told. */
  readonly format: AnswerFormat;
  /** How the parts of a streamed answer are told apart; undefined for an answer in one piece. */
  readonly framing?: Framing;
  /** Whether it names what Google lets nobody label, which takes the seal. */
  readonly usesSeal?: boolean;
  /** Makes of Vertex AI's answer what this client understands; left out where the bytes pass as they are. */
  readonly rewrite?: AnswerRewrite;
  /** What the endpoint's schemas in the catalog are asked about. */
  readonly checked?: Instances;
}

/** A payload whose answer comes in parts. */
export type StreamPayload = BytesPayload & { readonly framing: Framing };

/** What has to be known of a stream to hand it on. */
export type StreamShape = Pick<StreamPayload, 'format' | 'framing'>;

export function isStream(payload: Payload): payload is StreamPayload {
  return payload.kind === 'bytes' && payload.framing !== undefined;
}

/** An authorized call, with what it takes to phrase it for Vertex AI. */
export interface GrantedCall {
  readonly project: string;
  readonly location: string;
  readonly resource: AuthorizedCall<CallTarget>['resource'];
  readonly caller: Caller;
  /** Whose what the call makes is. */
  readonly owner: Owner;
  /** Whose things the caller reaches; one without an agent stands for all of the team. */
  readonly owners: readonly Owner[];
  /** Whether the caller reaches what somebody owns. */
  reaches(owner: Owner): boolean;
  /** For a payload that uses it. */
  readonly seal?: Seal;
  /** Whether a name's project, by its id or by its number in the catalog, and its location are those of the call. */
  isHere(project: string, location: string): boolean;
  /** Whether the caller may make another call, too. */
  may(target: CallTarget): boolean;
  /** Whether the call may make Google read or write a place: `gs://`, `bq://`, `https://`, a YouTube video. */
  judgePlace(use: PlaceUse, uri: string): PlaceVerdict;
  /**
   * Whether the call may give its model a tool, where it is served.
   * @param sources full names or addresses of what the tool is to reach; none for a tool that reaches nothing of ours.
   */
  judgeTool(tool: ToolName, sources?: readonly string[]): ToolVerdict;
}

/** One HTTP request to Vertex AI; host and access token are not the payload's to choose. */
export interface VertexRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query; every part of the caller's in it has been checked. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface AnswerRewrite {
  readonly whole?: (body: Uint8Array, call: GrantedCall) => Uint8Array | Promise<Uint8Array>;
  /** Takes whole events; an empty part is not sent. */
  readonly part?: (part: Uint8Array) => Uint8Array;
}
