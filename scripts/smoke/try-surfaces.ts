import { setTimeout as sleep } from 'node:timers/promises';

/** A gateway, and the caller that tries it. */
export interface SmokeTarget {
  /** The gateway's address, without a slash at its end. */
  readonly url: string;
  /** The headers by which the gateway knows the caller. */
  readonly headers: Readonly<Record<string, string>>;
  /** A model that the caller may use; the first of the caller's list when it is undefined. */
  readonly model: string | undefined;
  /** The time that the records of all calls have to arrive. */
  readonly recordsTimeoutInMs: number;
}

/** The outcome of one thing that was tried. */
export interface SmokeOutcome {
  readonly name: string;
  /** The id of its record, as far as the call came to one. */
  readonly requestId: string | undefined;
  /** A sentence that says what is wrong; undefined when nothing is. */
  readonly problem: string | undefined;
}

/** A call, and what its answer must be. */
interface Trial {
  readonly name: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  /** Text that the body of the answer must contain. */
  readonly contains: string;
}

interface Model {
  readonly id: string;
  readonly owned_by: string;
}

const CALL_TIMEOUT_IN_MS = 60_000;
const POLL_IN_MS = 2_000;
const QUESTION = 'Answer with one word: which colour has a clear sky at noon?';
const MESSAGES = [{ role: 'user', content: QUESTION }];
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: QUESTION }] }] };

/**
 * Calls each surface with a model that the caller may use, reads a stream, and asks for a model that nobody has. Then
 * it waits until each call has its record.
 */
export async function trySurfaces(target: SmokeTarget): Promise<SmokeOutcome[]> {
  const models = await listModels(target);
  if (typeof models === 'string') return [{ name: 'list of models', requestId: undefined, problem: models }];
  const outcomes: SmokeOutcome[] = [];
  for (const trial of chooseTrials(models, target.model)) outcomes.push(await attempt(target, trial));
  return awaitRecords(target, outcomes);
}

/** One line for each outcome. */
export function describeOutcomes(outcomes: readonly SmokeOutcome[]): string {
  return outcomes
    .map(({ name, requestId, problem }) => {
      const id = requestId === undefined ? '' : ` (${requestId})`;
      return problem === undefined ? `passed  ${name}${id}` : `FAILED  ${name}${id}: ${problem}`;
    })
    .join('\n');
}

async function listModels(target: SmokeTarget): Promise<Model[] | string> {
  const answer = await send(target, '/openai/v1/models');
  if (typeof answer === 'string') return answer;
  if (answer.status !== 200) return `It answers ${answer.status}: ${answer.text.slice(0, 500)}`;
  return (JSON.parse(answer.text) as { data: Model[] }).data;
}

function chooseTrials(models: readonly Model[], wanted: string | undefined): Trial[] {
  const find = (owner: string, name: RegExp): string | undefined =>
    models.find(
      ({ id, owned_by }) => owned_by === owner && (wanted === undefined ? name.test(id) : id === wanted),
    )?.id;
  const gemini = find('google', /^gemini-(?!.*(embedding|image))/);
  const claude = find('anthropic', /^claude-/);
  const vertex = `/vertex/v1/publishers/google/models`;
  const ofGemini: Trial[] = gemini
    ? [
        {
          name: 'Vertex AI',
          path: `${vertex}/${gemini}:generateContent`,
          body: CONTENTS,
          status: 200,
          contains: 'candidates',
        },
        {
          name: 'stream of Vertex AI',
          path: `${vertex}/${gemini}:streamGenerateContent?alt=sse`,
          body: CONTENTS,
          status: 200,
          contains: 'data: {',
        },
        {
          name: 'chat completions',
          path: '/openai/v1/chat/completions',
          body: { model: gemini, messages: MESSAGES },
          status: 200,
          contains: 'choices',
        },
        {
          name: 'responses',
          path: '/openai/v1/responses',
          body: { model: gemini, input: QUESTION, store: false },
          status: 200,
          contains: 'output',
        },
      ]
    : [];
  const ofClaude: Trial[] = claude
    ? [
        {
          name: 'messages of Claude',
          path: '/anthropic/v1/messages',
          body: { model: claude, max_tokens: 64, messages: MESSAGES },
          status: 200,
          contains: 'content',
        },
      ]
    : [];
  return [
    { name: 'identity of the caller', path: '/gateway/v1/whoami', status: 200, contains: 'productId' },
    ...ofGemini,
    ...ofClaude,
    {
      name: 'refusal of a model that nobody has',
      path: '/openai/v1/chat/completions',
      body: { model: 'smoke-no-such-model', messages: MESSAGES },
      status: 404,
      contains: 'error',
    },
  ];
}

async function attempt(
  target: SmokeTarget,
  { name, path, body, status, contains }: Trial,
): Promise<SmokeOutcome> {
  const answer = await send(target, path, body);
  if (typeof answer === 'string') return { name, requestId: undefined, problem: answer };
  const { requestId, text } = answer;
  if (answer.status !== status)
    return { name, requestId, problem: `It answers ${answer.status}, not ${status}: ${text.slice(0, 500)}` };
  if (!text.includes(contains)) return { name, requestId, problem: `Its answer has no "${contains}".` };
  if (requestId === undefined) return { name, requestId, problem: 'Its answer has no x-request-id.' };
  return { name, requestId, problem: undefined };
}

async function awaitRecords(target: SmokeTarget, outcomes: readonly SmokeOutcome[]): Promise<SmokeOutcome[]> {
  const deadline = Date.now() + target.recordsTimeoutInMs;
  const missing = new Set(outcomes.flatMap(({ requestId }) => requestId ?? []));
  for (;;) {
    for (const id of missing) {
      const answer = await send(target, `/gateway/v1/audit/${id}`);
      if (typeof answer !== 'string' && answer.status === 200) missing.delete(id);
    }
    if (missing.size === 0 || Date.now() >= deadline) break;
    await sleep(POLL_IN_MS);
  }
  return outcomes.map((outcome) =>
    outcome.problem === undefined && missing.has(outcome.requestId ?? '')
      ? { ...outcome, problem: 'Its record has not arrived.' }
      : outcome,
  );
}

/** The answer to a call, or a sentence that says why there is none. */
async function send(
  { url, headers }: SmokeTarget,
  path: string,
  body?: object,
): Promise<{ status: number; text: string; requestId: string | undefined } | string> {
  try {
    const response = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(CALL_TIMEOUT_IN_MS),
    });
    const requestId = response.headers.get('x-request-id') ?? undefined;
    return { status: response.status, text: await response.text(), requestId };
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    return `It does not answer: ${cause instanceof Error ? cause.message : String(error)}`;
  }
}
