import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { RealClients } from './real-clients.ts';

/** A library as one of its users sets it up, in a script of the folder `frameworks`. */
interface Setup {
  /** The name in the table of docs/clients.md. */
  readonly client: string;
  readonly script: string;
  readonly setup?: string;
  /** The application whose key it has, and whose token unless it is the sandbox's. */
  readonly application?: string;
  /** The calls, in their order: the operation of one that is answered, otherwise its record. */
  readonly operations: readonly (string | AuditRecord)[];
}

/** The results of the operations of each client: true, or the client's own message. */
type Results = Readonly<Record<string, Readonly<Record<string, true | string>>>>;

const FILE = join(__dirname, 'operations.json');
const CHAT = ['chatCompletions', 'chatCompletions'] as const;
const GEMINI = ['generateContent', 'streamGenerateContent'] as const;
const CLAUDE = ['rawPredict', 'streamRawPredict'] as const;

/** The calls of a text, a stream, a tool and the answer to its result; then those of `more` texts. */
function calls([whole, stream]: readonly [string, string], more: number): string[] {
  return [whole, stream, whole, ...Array.from({ length: 1 + more }, () => whole)];
}

/** The record of a PDF that Vertex AI's endpoint for OpenAI's clients does not take. */
const REFUSED_FILE = { operation: 'chatCompletions', outcome: 'failed', status: '400' };

/** The record of a function's result without the thought signature of its call, which Gemini 3 asks for. */
const UNSIGNED_CALL = { operation: 'generateContent', outcome: 'failed', status: '400' };

const SETUPS: readonly Setup[] = [
  {
    client: '`@google/genai`',
    script: 'genai',
    application: 'assistants-app',
    operations: [
      ...GEMINI,
      'generateContent',
      'streamGenerateContent',
      'generateContent',
      ...['generateContent', 'generateContent', 'streamGenerateContent', 'streamGenerateContent'],
      ...['generateContent', 'generateContent', 'generateContent', 'predict'],
      ...['cacheContent', 'generateContent', 'cacheContent', 'cacheContent'],
      ...['predictLongRunning', 'predictLongRunning', 'predictLongRunning'],
    ],
  },
  {
    client: '`@google-cloud/aiplatform`',
    script: 'aiplatform',
    application: 'assistants-app',
    operations: [...calls(GEMINI, 2), 'predict'],
  },
  aiSdk('google-vertex', [...calls(GEMINI, 3), 'predict']),
  aiSdk('google', [...calls(GEMINI, 3), { outcome: 'denied', status: '404' }]),
  aiSdk('openai', [...calls(CHAT, 2), REFUSED_FILE, 'predict']),
  aiSdk('openai-compatible', [...calls(CHAT, 2), REFUSED_FILE, 'predict']),
  aiSdk('anthropic', calls(CLAUDE, 3)),
  {
    ...aiSdk('google-vertex/anthropic', calls(CLAUDE, 3)),
    application: 'assistants-app',
  },
  mastra('address', 'a model by its address', CHAT),
  mastra('compatible', '`@ai-sdk/openai-compatible`', CHAT),
  mastra('vertex', '`@ai-sdk/google-vertex`', GEMINI),
  langchain('openai', [...calls(CHAT, 2), 'predict']),
  langchain('anthropic', calls(CLAUDE, 2)),
  langchain('google-genai', calls(GEMINI, 2)),
  langchain('google', calls(GEMINI, 2)),
  {
    ...langchain('google-vertexai', [...calls(GEMINI, 2), 'predict', 'predict']),
    application: 'assistants-app',
  },
  llamaIndex('openai', [...calls(CHAT, 0), 'predict', 'predict', 'chatCompletions']),
  llamaIndex('anthropic', calls(CLAUDE, 0)),
  llamaIndex('google', [...calls(GEMINI, -1), UNSIGNED_CALL]),
  genkit('openai', '`@genkit-ai/compat-oai`', calls(CHAT, 2)),
  genkit('google', '`@genkit-ai/google-genai`', [...calls(GEMINI, 2), 'embedContent']),
];

function aiSdk(setup: string, operations: Setup['operations']): Setup {
  return { client: `AI SDK: \`@ai-sdk/${setup}\``, script: 'ai-sdk', setup, operations };
}

function mastra(setup: string, name: string, operations: readonly [string, string]): Setup {
  return { client: `Mastra: ${name}`, script: 'mastra', setup, operations: calls(operations, 1) };
}

function langchain(setup: string, operations: Setup['operations']): Setup {
  return { client: `LangChain.js: \`@langchain/${setup}\``, script: 'langchain', setup, operations };
}

function llamaIndex(setup: string, operations: Setup['operations']): Setup {
  return { client: `LlamaIndex: \`@llamaindex/${setup}\``, script: 'llamaindex', setup, operations };
}

function genkit(setup: string, name: string, operations: Setup['operations']): Setup {
  return { client: `Genkit: ${name}`, script: 'genkit', setup, operations };
}

const committed = JSON.parse(readFileSync(FILE, 'utf8')) as Results;
const results: Record<string, Results[string]> = {};
let clients: RealClients;

beforeAll(async () => {
  clients = await RealClients.start();
});

afterAll(() => clients.stop());

test.each(SETUPS)('$client does what the table says', async (known) => {
  const { client, script, setup = '', application = 'sandbox-app', operations } = known;
  const { stdout, stderr } = await clients.run(
    process.execPath,
    [join(__dirname, 'frameworks', `${script}.mjs`), setup],
    {
      env: {
        GATEWAY_URL: clients.gatewayUrl,
        GATEWAY_TLS_URL: clients.gatewayTlsUrl,
        SUBSCRIPTION_KEY: clients.keyOf(application),
        TOKEN: await clients.chain.token(application),
      },
    },
  );
  results[client] = readReport(stdout);
  expect({ ...results[client], stderr }).toEqual({ ...committed[client], stderr });
  expect(clients.takeTranscript()).toMatchSnapshot();
  clients.expectRecords(
    ...operations.map((each) => (typeof each === 'string' ? { operation: each, outcome: 'answered' } : each)),
  );
});

test('the table of docs/clients.md has these results', () => {
  // The new results are for the next commit, with `npm run docs:build`.
  if (Object.keys(results).length === SETUPS.length)
    writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
  expect(Object.keys(committed)).toEqual(SETUPS.map(({ client }) => client));
});

test('every call is on record, and none left the machine', () => clients.expectAllOnRecord());

/** Reads what a script of the folder `frameworks` prints; a library may print more. */
function readReport(stdout: string): Results[string] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"operation":'));
  const parsed = lines.map((line) => JSON.parse(line) as { operation: string; result: true | string });
  return Object.fromEntries(parsed.map(({ operation, result }) => [operation, result]));
}
