import type { Journeys } from './engine/journeys.ts';
import { writeJourney } from './engine/write-journey.ts';

/** An answer of a control surface. */
export interface JourneyAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * One journey, by request id; without one, all that are kept in brief, the latest first.
 * @param format `json`, also where it is null, or `text`.
 */
export function answerJourneys(
  journeys: Pick<Journeys, 'read' | 'list'> | undefined,
  requestId: string,
  format: string | null,
): JourneyAnswer {
  if (!journeys) return json(404, { error: 'No journeys are recorded.' });
  if (format !== null && format !== 'json' && format !== 'text')
    return json(400, { error: '"format" is json or text.' });
  if (requestId === '') return json(200, journeys.list());
  const journey = journeys.read(requestId);
  if (!journey) return json(404, { error: 'No journey is kept of that request.' });
  if (format !== 'text') return json(200, journey);
  return { status: 200, contentType: 'text/plain; charset=utf-8', text: writeJourney(journey) };
}

function json(status: number, value: unknown): JourneyAnswer {
  return { status, contentType: 'application/json', text: JSON.stringify(value) };
}
