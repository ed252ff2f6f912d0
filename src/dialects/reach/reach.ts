import type { FieldViolation } from '../../errors/gateway-error.ts';
import type { AuthorizedCall } from '../../governance/decide.ts';
import type { JsonValue } from '../../json/json-value.ts';
import type { ToolField } from '../check-tools.ts';
import type { StorageField } from '../storage-fields.ts';

/** Everything that a body makes Google read, write or call as the gateway, and the members that can't be judged. */
export interface Reach {
  readonly places: readonly StorageField[];
  readonly tools: readonly ToolField[];
  readonly caches: readonly NamedCache[];
  /** The objects that are sent with less in them, in the order of the body. */
  readonly trimmed: readonly TrimmedObject[];
  /** At most ten. */
  readonly violations: readonly FieldViolation[];
}

/** An object that is sent without a member, or empty where that is left out: the caller's labels. */
export interface TrimmedObject {
  readonly object: JsonValue;
  readonly without?: string;
}

/** A member that names a context cache. */
export interface NamedCache {
  readonly field: string;
  readonly name: string;
}

/** An inspected body. Its reach is everything that it makes Google read, write or call as the gateway. */
export interface ReachingBody {
  /**
   * The body without the caller's labels, which would appear in the project's bills, and without members that change
   * nothing and that Vertex AI refuses. Every other byte is unchanged.
   */
  readonly json: JsonValue;
  /** The context caches that the body names. */
  readonly caches: readonly NamedCache[];
  /** The tools that the body gives a model. */
  readonly tools: readonly ToolField[];
  /**
   * Checks that the access document lists every place and tool for the caller. Violations name members, at most ten, never
   * values.
   * @throws GatewayError INVALID_REQUEST for a member that can't be judged, STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED.
   */
  readonly check: (call: Pick<AuthorizedCall, 'judgePlace' | 'judgeTool'>) => void;
}
