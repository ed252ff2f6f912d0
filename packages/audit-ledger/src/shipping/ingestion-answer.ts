import { z } from 'zod';
import type { EventOutcome, SendResult } from './event-sender.ts';

/** The answer of Application Insights to one request. */
export interface IngestionAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  /** The time by the service's clock, to which a date in `retryAfter` refers. */
  readonly date: string | undefined;
}

/**
 * The body of an answer:
 * https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/ENDPOINT-PROTOCOL.md
 */
const TrackAnswer = z.object({
  itemsReceived: z.int().min(0),
  itemsAccepted: z.int().min(0),
  errors: z
    .array(z.object({ index: z.int().min(0), statusCode: z.int() }))
    .nullish()
    .transform((errors) => errors ?? []),
});
type TrackAnswer = z.infer<typeof TrackAnswer>;

/** Client errors that are not the event's fault. Their causes are access, address, time, quotas (402, 439) and load. */
const NOT_THE_EVENTS_FAULT = new Set([401, 402, 403, 404, 407, 408, 421, 425, 429, 439]);
/** The longest pause, whatever the service asks for. */
const LONGEST_RETRY_AFTER_IN_MS = 3_600_000;

/**
 * Reads the outcomes of `count` events from the answer to their request. Events of which the answer says nothing
 * certain are to be sent again.
 * @param now milliseconds since the epoch, for an answer without a date.
 */
export function readIngestionAnswer(answer: IngestionAnswer, count: number, now: number): SendResult {
  const retryAfterInMs = readRetryAfter(answer, now);
  return { outcomes: outcomesOf(answer, count), ...(retryAfterInMs !== undefined && { retryAfterInMs }) };
}

function outcomesOf({ status, body }: IngestionAnswer, count: number): EventOutcome[] {
  const outcomes = (outcome: EventOutcome) => Array.from({ length: count }, () => outcome);
  if (status === 200 || status === 206) {
    const track = readTrackAnswer(body, count);
    if (!track) return outcomes('again');
    const accepted = outcomes('accepted');
    for (const { index, statusCode } of track.errors) accepted[index] = outcomeOf(statusCode);
    return accepted;
  }
  return outcomes(outcomeOf(status));
}

/** Undefined unless the counts match those of the request and of the errors. */
function readTrackAnswer(body: string, count: number): TrackAnswer | undefined {
  const { data } = TrackAnswer.safeParse(parse(body));
  if (data?.itemsReceived !== count) return undefined;
  const refused = new Set(data.errors.map(({ index }) => index).filter((index) => index < count));
  return data.itemsAccepted === count - refused.size ? data : undefined;
}

function outcomeOf(status: number): EventOutcome {
  return status >= 400 && status < 500 && !NOT_THE_EVENTS_FAULT.has(status) ? status : 'again';
}

/** Reads seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function readRetryAfter({ retryAfter, date }: IngestionAnswer, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - (Date.parse(date ?? '') || now);
  return asked > 0 ? Math.min(asked, LONGEST_RETRY_AFTER_IN_MS) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
