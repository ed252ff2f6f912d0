import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { ObservedChain } from '../end-to-end/observed-chain.ts';
import type { Answer } from '../end-to-end/send-bytes.ts';
import type { HostileKind, HostileRequest } from './hostile-request.ts';

/** The text that hostile requests have in every value. No answer, record or log may contain it. */
export const SECRET = 'zanzibar';

/** Creates resources of other callers. Their names replace `{key}` in paths and bodies. */
type Prepare = (observed: ObservedChain) => Promise<Readonly<Record<string, string>>>;

/**
 * Defines a test for each request, all on one chain. A test checks the status and code of the answer, the requests that
 * Google received, and the one record. The last test compares all records with all calls.
 */
export function runHostile(kinds: HostileKind, prepare?: Prepare): void {
  let observed: ObservedChain;
  let made: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    observed = await ObservedChain.share();
    made = (await prepare?.(observed)) ?? {};
  });

  afterAll(() => observed.stop());

  describe.each(Object.entries(kinds))('%s', (_kind, requests) => {
    test.each(requests.map((request) => [request.name, request] as const))('%s', async (_name, request) => {
      await observed.chain.control('vertex-ai', 'DELETE', 'requests');
      const answer = await send(observed, request, made);
      const { status, code, google = expectNothing } = request;
      // Errors in Anthropic's form have a type instead of a code.
      const told = request.path.startsWith('/anthropic/') ? '' : (code ?? '');
      expect([status].flat()).toContain(answer.status);
      expect(answer.text).toContain(told);
      google(await observed.chain.requests('vertex-ai'));
      if (request.record === null) return;
      const outcome = answer.status < 400 ? 'answered' : 'denied';
      observed.whenRecorded(answer, {
        outcome,
        status: String(answer.status),
        ...(code && { code }),
        ...request.record,
      });
    });
  });

  test('each call is on record once, and what was in it nowhere', async () => {
    await observed.expectAllOnRecord([SECRET]);
  });
}

/** Compares paths alone, because bodies can be too large to print. */
function expectNothing(received: readonly RecordedRequest[]): void {
  expect(received.map(({ path }) => path)).toEqual([]);
}

async function send(
  observed: ObservedChain,
  request: HostileRequest,
  made: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { as = 'assistants-app', keyOf, token, direct, body, headers, method, path, chunked } = request;
  const fill = (text: string): string =>
    Object.entries(made).reduce((filled, [name, value]) => filled.replaceAll(`{${name}}`, value), text);
  const outgoing = {
    path: fill(path),
    ...(method && { method }),
    ...(chunked && { chunked }),
    ...(body !== undefined && { body: toBytes(body, fill) }),
    headers: {
      ...(keyOf && { 'ocp-apim-subscription-key': observed.keyOf(keyOf) }),
      ...(token && { authorization: `Bearer ${await makeToken(observed, as ?? 'nobody-app', token)}` }),
      ...headers,
    },
  };
  if (!direct) return observed.call({ ...(as && { application: as }), ...outgoing });
  return observed.callDirectly(outgoing);
}

function toBytes(
  body: NonNullable<HostileRequest['body']>,
  fill: (text: string) => string,
): string | Uint8Array {
  if (typeof body === 'function') return body();
  return typeof body === 'string' || body instanceof Uint8Array ? body : fill(JSON.stringify(body));
}

async function makeToken(
  observed: ObservedChain,
  application: string,
  { mint, spoil = (token) => token }: NonNullable<HostileRequest['token']>,
): Promise<string> {
  return spoil(
    mint ? await observed.mint({ application, ...mint }) : await observed.chain.token(application),
  );
}
