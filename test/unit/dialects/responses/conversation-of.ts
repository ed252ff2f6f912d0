import type { AuthorizedCall } from '../../../../src/governance/decide.ts';
import type { Conversation } from '../../../../src/dialects/responses/conversation.ts';
import { readRequest } from '../../../../src/dialects/responses/read-request.ts';
import { readJson } from '../../../../src/json/read-json.ts';
import { authorizedCall } from '../authorized-call.ts';

/** Reads a request; the model and the input are there unless the body says otherwise. */
export async function conversationOf(body: object): Promise<Conversation> {
  const whole = JSON.stringify({ model: 'any', input: 'Hello', ...body });
  return (await readRequest(await readJson(Buffer.from(whole)))).conversation;
}

/** A call of a publisher's model. */
export function callOf(publisher: string, model: string, operation: string): AuthorizedCall {
  return authorizedCall({ operation, resource: { kind: 'model', publisher, model } });
}

export const FUNCTION = {
  type: 'function',
  name: 'look_up',
  description: 'Looks a word up.',
  parameters: { type: 'object', properties: { word: { type: 'string' } } },
};
