import { each, type HostileKind, type HostileRequest } from '../hostile-request.ts';
import {
  CHAT,
  EMBEDDINGS,
  EXPLAIN,
  GENERATE,
  MCP,
  MESSAGES,
  PARENT,
  PREDICT,
  RAW_PREDICT,
  STREAM,
} from './sample-requests.ts';

const MEBIBYTE = 1_048_576;

/** Creates a JSON value of about the given number of bytes. */
const VALUES: Readonly<Record<string, (bytes: number) => string>> = {
  numbers: (bytes) => `[${'1,'.repeat(bytes / 2)}1]`,
  'empty objects': (bytes) => `[${'{},'.repeat(bytes / 3)}{}]`,
  'empty lists': (bytes) => `[${'[],'.repeat(bytes / 3)}[]]`,
  'empty texts': (bytes) => `[${'"",'.repeat(bytes / 3)}""]`,
  'objects of one member': (bytes) => `[${'{"a":1},'.repeat(bytes / 8)}{}]`,
  'members without end': (bytes) =>
    `{${Array.from({ length: bytes / 10 }, (_, index) => `"k${String(index)}":1`).join(',')}}`,
  'one key of all bytes': (bytes) => `{"${'k'.repeat(bytes)}":1}`,
  'one number of all bytes': (bytes) => '1'.repeat(bytes),
  backslashes: (bytes) => `"${'\\\\'.repeat(bytes / 2)}"`,
  escapes: (bytes) => `"${'\\u0041'.repeat(bytes / 6)}"`,
  spaces: (bytes) => `[${' '.repeat(bytes)}]`,
};

/** Places in a body that can hold a large value, by name. `around` creates the body. */
const PLACES: Readonly<
  Record<string, { path: string; as?: 'scoring-app'; around: (value: string) => string }>
> = {
  contents: { path: GENERATE, around: (value) => `{"contents":${value}}` },
  'contents of a stream': { path: STREAM, around: (value) => `{"contents":${value}}` },
  parts: { path: GENERATE, around: (value) => `{"contents":[{"role":"user","parts":${value}}]}` },
  messages: { path: CHAT, around: (value) => `{"model":"gemini-fast","messages":${value}}` },
  'messages of Claude': {
    path: MESSAGES,
    around: (value) => `{"model":"claude-haiku-4-5","max_tokens":1,"messages":${value}}`,
  },
  texts: { path: EMBEDDINGS, around: (value) => `{"model":"text-embedding-005","input":[${value},1]}` },
  instances: { path: PREDICT, as: 'scoring-app', around: (value) => `{"instances":${value}}` },
  'raw instances': { path: RAW_PREDICT, as: 'scoring-app', around: (value) => `{"instances":${value}}` },
  'inputs of a batch': {
    path: `/vertex/v1/${PARENT}/batchPredictionJobs`,
    around: (value) =>
      `{"model":"publishers/google/models/gemini-3.5-flash","inputConfig":{"gcsSource":{"uris":${value}}}}`,
  },
  'a context cache': {
    path: `/vertex/v1/${PARENT}/cachedContents`,
    around: (value) => `{"model":"gemini-fast","contents":${value}}`,
  },
  'a call that is asked about': {
    path: EXPLAIN,
    around: (value) => `{"method":"POST","path":"/openai/v1/chat/completions","body":${value}}`,
  },
  'arguments of a tool': {
    path: MCP,
    around: (value) =>
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"predict","arguments":${value}}}`,
  },
};

const exhaustion: HostileRequest[] = [
  ...Object.entries(PLACES).flatMap(([place, { path, as, around }]) =>
    Object.entries(VALUES).map(([name, toValue]) => ({
      name: `${name} for ${place}`,
      ...(as && { as }),
      path,
      body: () => around(toValue(MEBIBYTE)),
      status: [400, 413, ...(path === EXPLAIN || path === MCP ? [200] : [])],
      headers: { accept: 'application/json, text/event-stream' },
    })),
  ),
  ...['numbers', 'empty objects', 'members without end'].map((name) => ({
    name: `19 MiB of ${name} for messages`,
    path: CHAT,
    status: [400, 413],
    body: () => `{"model":"gemini-fast","messages":${VALUES[name]?.(19 * MEBIBYTE) ?? ''}}`,
  })),
  ...each({ 'a length': false, 'no length': true }, (chunked, name) => ({
    name: `more than 20 MiB with ${name}`,
    path: GENERATE,
    body: () => ' '.repeat(21 * MEBIBYTE),
    chunked,
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  })),
];

const PRO = `${PARENT.replace(/us$/, 'global')}/publishers/google/models/gemini-3.1-pro-preview`;

/** Names of one entry. A call by any of them counts against the entry's limits, or is refused. */
const limits: HostileRequest[] = [
  'gemini-3.1-pro-preview',
  'google/gemini-3.1-pro-preview',
  'models/gemini-3.1-pro-preview',
  'publishers/google/models/gemini-3.1-pro-preview',
  PRO,
  PRO.replace('sample-project', '123456789012'),
  'GEMINI-3.1-PRO-PREVIEW',
  ' gemini-3.1-pro-preview',
  'gemini-3.1-pro-preview@default',
  'gemini-3.1-pro-preview-001',
].map((model) => ({
  name: `of gemini-3.1-pro-preview by the name ${model}`,
  path: CHAT,
  status: [200, 400, 404],
  body: { model, messages: [{ role: 'user', content: 'Hello' }] },
  // Google receives the same model under each name that is served.
  google: (received) => {
    for (const { body } of received) expect(body).toContain('"model":"google/gemini-3.1-pro-preview"');
  },
}));

export const RESOURCE_EXHAUSTION: HostileKind = { limits, exhaustion };
