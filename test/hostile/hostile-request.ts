import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import type { Outgoing } from '../end-to-end/send-bytes.ts';

/** A sample application. `npm start` prints all of them, and `governance/access.yaml` has their roles. */
export type Application =
  | 'sandbox-app'
  | 'scoring-app'
  | 'eu-analytics-app'
  | 'assistants-app'
  | 'nobody-app'
  | 'agent-app'
  | 'auditor-app'
  | 'operator-app';

/** A request that must be refused, or served without its hostile part. */
export interface HostileRequest extends Omit<Outgoing, 'body'> {
  readonly name: string;
  /**
   * The application whose token and key are sent; the assistants' when left out, none for null. `headers` win over
   * both.
   */
  readonly as?: Application | null;
  /** The application whose key is sent in place of its own. */
  readonly keyOf?: Application;
  /** The token that is sent in place of its own. */
  readonly token?: Token;
  /** An object is sent as JSON. A function creates a large body when it is needed. */
  readonly body?: Outgoing['body'] | Readonly<Record<string, unknown>> | readonly unknown[] | (() => string);
  /** True for a request that goes straight to the function app, around the edge. */
  readonly direct?: true;
  /** The expected status; a list if any of several is right. */
  readonly status: number | readonly number[];
  /** The expected code of the answer and of the record; left out for a call that is served. */
  readonly code?: string;
  /** Checks the request that Google received; Google must receive none when left out. */
  readonly google?: (received: readonly RecordedRequest[]) => void;
  /** Fields of the one record besides code and status; null for an unknown caller, who gets no record. */
  readonly record?: AuditRecord | null;
}

/** A token to issue or to damage, by the control surface of the Entra ID emulator. */
export interface Token {
  readonly mint?: object;
  readonly spoil?: (token: string) => string;
}

/** Requests of one kind. */
export type HostileKind = Readonly<Record<string, readonly HostileRequest[]>>;

/** Lists a request for each place of the same hostile value. */
export function each<Place>(
  places: Readonly<Record<string, Place>>,
  toRequest: (place: Place, name: string) => HostileRequest,
): HostileRequest[] {
  return Object.entries(places).map(([name, place]) => toRequest(place, name));
}
