import { filled, type HostileKind, members, nested, text } from './hostile-kind.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const PARENT = '/vertex/v1/projects/sample-project/locations';
const GEMINI = `${PARENT}/us/publishers/google/models/gemini-3.5-flash`;
const MEGABYTE = 1024 * 1024;

/** Valid bodies use tokens, of which the sandbox has few. */
const valid = { application: 'assistants-app' };
const chat = { application: 'sandbox-app', path: '/openai/v1/chat/completions' };
const generate = { application: 'sandbox-app', path: `${GEMINI}:generateContent` };
const messages = { application: 'sandbox-app', path: '/anthropic/v1/messages' };
const embeddings = { application: 'sandbox-app', path: '/openai/v1/embeddings' };
const predict = { application: 'scoring-app', path: `${PARENT}/us-central1/endpoints/1234567890:predict` };
const explain = { application: 'assistants-app', path: '/gateway/v1/policy:explain' };
const agents = { application: 'scoring-app', path: '/agents/mcp' };
const CLAUDE = '{"model":"claude-haiku-4-5","max_tokens":5,"messages":';

/** Every kind on every surface that takes it. */
export const HOSTILE_KINDS: readonly HostileKind[] = [
  ...HOSTILE_TEXTS,
  {
    ...chat,
    name: 'chat: messages are numbers',
    body: filled('{"model":"gemini-fast","messages":[', '1', ']}'),
  },
  { ...chat, name: 'chat: messages are {}', body: filled('{"model":"gemini-fast","messages":[', '{}', ']}') },
  {
    ...chat,
    ...valid,
    name: 'chat: valid messages',
    body: filled('{"model":"gemini-fast","messages":[', '{"role":"user","content":"a"}', ']}'),
  },
  { ...chat, name: 'chat: many members', body: members('{"model":"gemini-fast",', '}') },
  { ...chat, name: 'chat: deep', body: nested('{"model":"gemini-fast","messages":', '}') },
  {
    ...chat,
    ...valid,
    name: 'chat: messages are numbers, of a product with limits of models',
    body: filled('{"messages":[', '1', '],"model":"gemini-fast"}'),
  },
  {
    ...chat,
    ...valid,
    name: 'chat: one text',
    body: text('{"messages":[{"role":"user","content":"', '"}],"model":"gemini-fast"}'),
  },
  { ...generate, name: 'vertex: contents are numbers', body: filled('{"contents":[', '1', ']}') },
  { ...generate, name: 'vertex: contents are {}', body: filled('{"contents":[', '{}', ']}') },
  {
    ...generate,
    ...valid,
    name: 'vertex: valid parts',
    body: filled('{"contents":[{"role":"user","parts":[', '{"text":"a"}', ']}]}'),
  },
  { ...generate, name: 'vertex: many members', body: members('{', '}') },
  {
    ...generate,
    ...valid,
    name: 'vertex: one text',
    body: text('{"contents":[{"role":"user","parts":[{"text":"', '"}]}]}'),
  },
  { ...generate, name: 'vertex: deep', body: nested('{"contents":', '}') },
  {
    ...generate,
    path: `${GEMINI}:countTokens`,
    name: 'vertex: countTokens of numbers',
    body: filled('{"contents":[', '1', ']}'),
  },
  { ...messages, name: 'anthropic: messages are numbers', body: filled(`${CLAUDE}[`, '1', ']}') },
  { ...messages, name: 'anthropic: messages are {}', body: filled(`${CLAUDE}[`, '{}', ']}') },
  { ...messages, name: 'anthropic: many members', body: members('{"model":"claude-haiku-4-5",', '}') },
  {
    ...messages,
    ...valid,
    name: 'anthropic: one text',
    body: text(`${CLAUDE}[{"role":"user","content":"`, '"}]}'),
  },
  { ...messages, name: 'anthropic: deep', body: nested(CLAUDE, '}') },
  {
    ...embeddings,
    name: 'embeddings: many inputs',
    body: filled('{"model":"text-embedding-005","input":[', '"a"', ']}'),
  },
  {
    ...embeddings,
    name: 'embeddings: tokens as numbers',
    body: filled('{"model":"text-embedding-005","input":[', '1', ']}'),
  },
  {
    application: 'assistants-app',
    path: `${PARENT}/us/batchPredictionJobs`,
    name: 'batches: many uris',
    body: filled(
      '{"displayName":"b","model":"publishers/google/models/gemini-3.5-flash","inputConfig":{"instancesFormat":"jsonl","gcsSource":{"uris":[',
      '"gs://sample-batches/input/a"',
      ']}},"outputConfig":{"predictionsFormat":"jsonl","gcsDestination":{"outputUriPrefix":"gs://sample-batches/output/"}}}',
    ),
  },
  {
    ...explain,
    name: 'explain: a long path',
    body: text('{"method":"POST","path":"/', '"}'),
  },
  { ...explain, name: 'explain: many members', body: members('{', '}') },
  {
    ...predict,
    name: 'predict: valid flowers',
    body: filled('{"instances":[', '[5.1,3.5,1.4,0.2]', ']}'),
  },
  { ...predict, name: 'predict: numbers', body: filled('{"instances":[', '1', ']}') },
  {
    ...agents,
    name: 'mcp: flowers to the tool',
    body: filled(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"predict","arguments":{"version":"v1","project":"sample-project","location":"us-central1","endpoint":"1234567890","instances":[',
      '[5.1,3.5,1.4,0.2]',
      ']}}}',
    ),
  },
  { ...agents, name: 'mcp: many members', body: members('{"jsonrpc":"2.0","id":1,', '}') },
  {
    ...agents,
    name: 'mcp: a batch of pings',
    body: filled('[', '{"jsonrpc":"2.0","id":1,"method":"ping"}', ']'),
  },
  { ...agents, name: 'mcp: deep', body: nested('{"jsonrpc":"2.0","id":1,"method":"ping","params":', '}') },
];

/** The sizes in bytes that each kind is sent in. */
export const SIZES: readonly number[] = [1 * MEGABYTE, 5 * MEGABYTE, 20 * MEGABYTE - 1024];
