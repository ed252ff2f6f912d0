import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import type { Outgoing } from '../end-to-end/send-bytes.ts';

/** A sample application: `npm start` prints them, and `governance/access.yaml` has their roles. */
export type Application =
  | 'sandbox-app'
  | 'scoring-app'
  | 'eu-analytics-app'
  | 'assistants-app'
  | 'nobody-app'
  | 'agent-app'
  | 'auditor-app';

/** A request that must not get through, or only without what is wrong with it. */
export interface HostileRequest extends Omit<Outgoing, 'body'> {
  readonly name: string;
  /** Whose token and key are sent, the assistants' when left out; null sends neither. Headers that are given win. */
  readonly as?: Application | null;
  /** Sends this one's key in place of its own. */
  readonly keyOf?: Application;
  /** Makes another token in place of its own. */
  readonly token?: Token;
  /** An object goes out as JSON; a function makes a large one when it is needed. */
  readonly body?: Outgoing['body'] | Readonly<Record<string, unknown>> | readonly unknown[] | (() => string);
  /** Goes to the function app, around the edge. */
  readonly direct?: true;
  /** One of several where it is not ours to say which. */
  readonly status: number | readonly number[];
  /** The code of the answer and of the record; left out for a call that is answered. */
  readonly code?: string;
  /** What Google received; nothing when left out. */
  readonly google?: (received: readonly RecordedRequest[]) => void;
  /** What the one record has besides the code and the status; null where strangers are counted without one each. */
  readonly record?: AuditRecord | null;
}

/** What is minted or spoilt; see the control surface of the Entra ID emulator. */
export interface Token {
  readonly mint?: object;
  readonly spoil?: (token: string) => string;
}

/** Requests of one kind. */
export type HostileKind = Readonly<Record<string, readonly HostileRequest[]>>;

/** The same hostile thing in each of several places. */
export function each<Place>(
  places: Readonly<Record<string, Place>>,
  toRequest: (place: Place, name: string) => HostileRequest,
): HostileRequest[] {
  return Object.entries(places).map(([name, place]) => toRequest(place, name));
}
