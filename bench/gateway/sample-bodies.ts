/** A size of a call: its request and its answer have about this many bytes each. */
export const SIZES = { '1 KB': 1_024, '64 KB': 65_536, '1 MB': 1_048_576 } as const;

/** The number of events of a stream, and the time between two. */
export const EVENTS_OF_STREAM = 50;
export const EVENT_INTERVAL_IN_MS = 10;

/** A turn of a conversation, which is about a kilobyte of JSON with line ends and quotes. */
const TEXT = 'The sepal is 5.1 cm long and 3.5 cm wide.\n"Iris setosa", says the table.\t'.repeat(11);
const BYTES_OF_TURN = JSON.stringify({ role: 'user', parts: [{ text: TEXT }] }).length + 1;

/** Creates a request of generateContent that is about this long in bytes; it is a conversation of turns of a kilobyte. */
export function createRequest(bytes: number): string {
  const count = Math.max(1, Math.floor(bytes / BYTES_OF_TURN));
  const contents = Array.from({ length: count }, (_, index) => ({
    role: index % 2 === count % 2 ? 'model' : 'user',
    parts: [{ text: TEXT }],
  }));
  return JSON.stringify({ contents });
}

/** Creates an answer of generateContent that is about this long in bytes. */
export function createAnswer(bytes: number): string {
  const count = Math.max(1, Math.floor(bytes / BYTES_OF_TURN));
  return JSON.stringify({
    candidates: [
      {
        content: { role: 'model', parts: Array.from({ length: count }, () => ({ text: TEXT })) },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 250, candidatesTokenCount: 250, totalTokenCount: 500 },
    modelVersion: 'gemini-3.5-flash',
  });
}

/** Creates an event of streamGenerateContent. @param text the text of its only part. */
export function createEvent(text: string, isLast: boolean): string {
  const usageMetadata = { promptTokenCount: 250, candidatesTokenCount: 250, totalTokenCount: 500 };
  const event = {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, ...(isLast && { finishReason: 'STOP' }) }],
    ...(isLast && { usageMetadata }),
    modelVersion: 'gemini-3.5-flash',
  };
  return `data: ${JSON.stringify(event)}\r\n\r\n`;
}
