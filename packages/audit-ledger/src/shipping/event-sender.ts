/** What becomes one custom event in Application Insights, where every property is a text. */
export interface AuditEvent {
  readonly name: string;
  readonly time: Date;
  readonly properties: Readonly<Record<string, string>>;
  readonly measurements?: Readonly<Record<string, number>>;
}

/** `again`: not accepted, but not for a reason of its own; a number: the HTTP status of its refusal. */
export type EventOutcome = 'accepted' | 'again' | number;

export interface SendResult {
  /** One for each event, in the order of sending. */
  readonly outcomes: readonly EventOutcome[];
  /** How long the service asks to be left alone, if it does. */
  readonly retryAfterInMs?: number;
  /** Why some are to be sent again, in a sentence for those who run the gateway. */
  readonly problem?: string;
}

/** Sends events, and says what the service answered. Never called again before its answer. */
export interface EventSender {
  /** @param events at most 500, which together are less than 1 MB. Doesn't reject. */
  send(events: readonly AuditEvent[]): Promise<SendResult>;
  close(): Promise<void>;
}
