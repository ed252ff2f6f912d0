/** A custom event for Application Insights. */
export interface AuditEvent {
  readonly name: string;
  readonly time: Date;
  readonly properties: Readonly<Record<string, string>>;
  readonly measurements?: Readonly<Record<string, number>>;
}

/**
 * The outcome of sending an event. `again`: it was not accepted, for a reason that is not the event's. A number: it was
 * refused with this HTTP status.
 */
export type EventOutcome = 'accepted' | 'again' | number;

/** The outcome of sending events in one request. */
export interface SendResult {
  /** One outcome for each event, in the order of sending. */
  readonly outcomes: readonly EventOutcome[];
  /** The pause that the service asks for, in milliseconds. */
  readonly retryAfterInMs?: number;
  /** The reason why some events are to be sent again, in a sentence for the gateway's operators. */
  readonly problem?: string;
}

/** Sends events and tells their outcomes. Its callers never send again before the answer. */
export interface EventSender {
  /** Sends events in one request. @param events at most 500 events, of less than 1 MB together. */
  send(events: readonly AuditEvent[]): Promise<SendResult>;
  /** Frees the sender's resources. No more events may be sent. */
  close(): Promise<void>;
}
