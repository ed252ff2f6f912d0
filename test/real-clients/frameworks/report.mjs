import { Buffer } from 'node:buffer';
import process from 'node:process';

/** The address and the credentials of the gateway, as docs/clients.md names them. */
export const { GATEWAY_URL, SUBSCRIPTION_KEY } = process.env;
export const FLASH = 'gemini-3.5-flash';
export const HAIKU = 'claude-haiku-4-5';
export const PROMPT = 'Name three irises.';
export const TOOL_PROMPT = 'Use get_weather now.';
/** A picture of one pixel, and a document of one empty page. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
export const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>',
).toString('base64');

/**
 * Runs the operations of a client one after the other, and prints a line of JSON for each: its name, and true when it
 * gave what it must, otherwise the client's own message.
 * @param operations by their names; each resolves with true, or with what it gave instead.
 */
export async function report(operations) {
  for (const [operation, run] of Object.entries(operations)) {
    let result;
    try {
      const given = await run();
      result = given === true ? true : `gave ${JSON.stringify(given)}`;
    } catch (error) {
      result = sentenceOf(String(error.message ?? error));
    }
    process.stdout.write(`${JSON.stringify({ operation, result })}\n`);
  }
  process.exit();
}

/** Returns the sentence of a message, which is an error of the gateway as JSON where a client passes on what it got. */
function sentenceOf(message) {
  try {
    return JSON.parse(message).detail;
  } catch {
    return message.split('\n', 1)[0];
  }
}

/** Resolves with true when an answer has the words of the prompt. */
export const names = (text, word = 'irises') => (text ?? '').includes(word) || { text };

/** Resolves with true when a stream had several pieces. */
export async function pieces(stream) {
  let count = 0;
  for await (const piece of stream) if (piece) count += 1;
  return count > 1 || { count };
}
