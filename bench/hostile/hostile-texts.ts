import { filled, type HostileKind, text } from './hostile-kind.ts';

const PARENT = '/vertex/v1/projects/sample-project/locations';
const chat = { application: 'sandbox-app', path: '/openai/v1/chat/completions' };
const generate = {
  application: 'sandbox-app',
  path: `${PARENT}/us/publishers/google/models/gemini-3.5-flash:generateContent`,
};
const messages = { application: 'sandbox-app', path: '/anthropic/v1/messages' };
const responses = { application: 'sandbox-app', path: '/openai/v1/responses' };
const rawPredict = {
  application: 'scoring-app',
  path: `${PARENT}/us-central1/endpoints/1234567890:rawPredict`,
};

const CHAT = ['{"model":"gemini-fast","messages":[{"role":"user","content":"', '"}]}'] as const;
const PART = ['{"contents":[{"role":"user","parts":[{"text":"', '"}]}]}'] as const;
const CLAUDE = '{"model":"claude-haiku-4-5","max_tokens":5,"messages":';
/** Items are long enough for fewer than a million values in a body, with which they would be refused early. */
const ADDRESS = 'a.bcd@example.com, as was said.';
const WORDS = 'as was said, '.repeat(10);
/** A PNG image's first bytes in base64. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAA';

/** Fills one text with a piece again and again. */
const repeated =
  (head: string, piece: string, tail: string) =>
  (bytes: number): Buffer =>
    Buffer.from(head + piece.repeat(Math.floor((bytes - head.length - tail.length) / piece.length)) + tail);

/** Puts the base64 of a text, as often as is said, into a text. */
const encoded =
  (head: string, tail: string, times: number) =>
  (bytes: number): Buffer => {
    let content = Buffer.from('Hello. '.repeat(Math.floor((bytes * (3 / 4) ** times) / 7)));
    for (let time = 0; time < times; time += 1) content = Buffer.from(content.toString('base64'));
    return Buffer.from(head + content.toString() + tail);
  };

/** Puts the JSON of a long list into a text, as often as is said. */
const inText =
  (head: string, tail: string, times: number) =>
  (bytes: number): Buffer => {
    let content = JSON.stringify(
      Array.from({ length: Math.floor(bytes / (8 * 2 ** (times - 1))) }, () => 'a').concat('"'),
    );
    for (let time = 1; time < times; time += 1) content = JSON.stringify([content]);
    return Buffer.from(`${head}${JSON.stringify(content).slice(1, -1)}${tail}`);
  };

/** Bodies of which the texts, rather than the shape, take work: what is looked for in them, and what they hold. */
export const HOSTILE_TEXTS: readonly HostileKind[] = [
  { ...chat, name: 'text: placeholders', body: repeated(CHAT[0], '[A_1]', CHAT[1]) },
  { ...chat, name: 'text: opening brackets', body: repeated(CHAT[0], '[', CHAT[1]) },
  { ...chat, name: 'text: addresses in one text', body: repeated(CHAT[0], 'a.bcd@example.com ', CHAT[1]) },
  {
    ...chat,
    name: 'text: an address in each message',
    body: filled(
      '{"model":"gemini-fast","messages":[',
      `{"role":"user","content":"${ADDRESS}${WORDS}${WORDS}"}`,
      ']}',
    ),
  },
  {
    ...generate,
    name: 'text: an address in each part',
    body: filled('{"contents":[{"role":"user","parts":[', `{"text":"${ADDRESS}"}`, ']}]}'),
  },
  { ...chat, name: 'text: escapes', body: repeated(CHAT[0], '\\u0041', CHAT[1]) },
  { ...chat, name: 'text: backslashes', body: repeated(CHAT[0], '\\\\', CHAT[1]) },
  { ...chat, name: 'text: halves of surrogate pairs', body: repeated(CHAT[0], '\\ud83d', CHAT[1]) },
  { ...chat, name: 'text: white space', body: repeated(CHAT[0], ' ', CHAT[1]) },
  { ...generate, name: 'text: characters of four bytes', body: repeated(PART[0], '😀', PART[1]) },
  { ...chat, name: 'text: base64', body: encoded(CHAT[0], CHAT[1], 1) },
  { ...chat, name: 'text: base64 in base64', body: encoded(CHAT[0], CHAT[1], 4) },
  { ...chat, name: 'text: JSON', body: inText(CHAT[0], CHAT[1], 1) },
  { ...chat, name: 'text: JSON in JSON', body: inText(CHAT[0], CHAT[1], 4) },
  { ...chat, name: 'text: JSON without end', body: repeated(CHAT[0], '[[[[[[[[[[1],', CHAT[1]) },
  { ...chat, name: 'text: digits', body: repeated(CHAT[0], '4111111111111111 ', CHAT[1]) },
  {
    ...chat,
    name: 'text: image of an address',
    body: repeated(
      `{"model":"gemini-fast","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,${PNG}`,
      'AAAA',
      '"}}]}]}',
    ),
  },
  {
    ...chat,
    name: 'text: escaped text of an address',
    body: repeated(
      '{"model":"gemini-fast","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:text/plain,',
      '%41',
      '"}}]}]}',
    ),
  },
  {
    ...generate,
    name: 'text: image inline',
    body: repeated(
      `{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"${PNG}`,
      'AAAA',
      '"}}]}]}',
    ),
  },
  {
    ...generate,
    name: 'text: plain text inline',
    body: encoded(
      '{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"text/plain","data":"',
      '"}}]}]}',
      1,
    ),
  },
  {
    ...generate,
    name: 'text: base64 with white space inline',
    body: repeated(
      '{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"text/plain","data":"',
      'QUFB ',
      '"}}]}]}',
    ),
  },
  {
    ...chat,
    name: 'text: many tools',
    body: filled(
      '{"model":"gemini-fast","messages":[{"role":"user","content":"a"}],"tools":[',
      `{"type":"function","function":{"name":"a","description":"${WORDS}"}}`,
      ']}',
    ),
  },
  {
    ...generate,
    name: 'text: many declarations',
    body: filled(
      '{"contents":[{"role":"user","parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[',
      `{"name":"a","description":"${WORDS}"}`,
      ']}]}',
    ),
  },
  {
    ...generate,
    name: 'text: deep schemas of tools',
    body: filled(
      '{"contents":[{"role":"user","parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[',
      `{"name":"a","parameters":${`{"description":"${WORDS}","items":`.repeat(36)}{}${'}'.repeat(36)}}`,
      ']}]}',
    ),
  },
  {
    ...generate,
    name: 'text: many arguments of calls',
    body: filled(
      '{"contents":[{"role":"model","parts":[',
      `{"functionCall":{"name":"a","args":{"b":"${WORDS}"}}}`,
      ']}]}',
    ),
  },
  {
    ...generate,
    name: 'text: many labels',
    body: (bytes) =>
      Buffer.from(
        `{"contents":[{"role":"user","parts":[{"text":"a"}]}],"labels":{${Array.from(
          { length: 90_000 },
          (_, index) => `"k${String(index)}":"${'v'.repeat(Math.floor(bytes / 90_000) - 12)}"`,
        ).join(',')}}}`,
      ),
  },
  {
    ...generate,
    name: 'text: many words that stop',
    body: filled(
      '{"contents":[{"role":"user","parts":[{"text":"a"}]}],"generationConfig":{"stopSequences":[',
      `"${WORDS}"`,
      ']}}',
    ),
  },
  {
    ...generate,
    name: 'text: members twice',
    body: filled('{"contents":[{"role":"user","parts":[{"text":"a"}]}],"labels":{', '"a":"b"', '}}'),
  },
  {
    ...rawPredict,
    name: 'text: long numbers',
    bytes: 10 * 1024 * 1024 - 1024,
    body: filled('{"instances":[', '1'.repeat(1_000), ']}'),
  },
  {
    ...rawPredict,
    name: 'text: numbers of cards',
    bytes: 10 * 1024 * 1024 - 1024,
    body: filled('{"instances":[', '4111111111111111', ']}'),
  },
  {
    ...messages,
    name: 'text: many blocks of Claude',
    body: filled(
      `${CLAUDE}[{"role":"user","content":[`,
      `{"type":"text","text":"${ADDRESS}${ADDRESS}"}`,
      ']}]}',
    ),
  },
  {
    ...messages,
    name: 'text: document of Claude',
    body: text(
      `${CLAUDE}[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"`,
      '"}}]}]}',
    ),
  },
  {
    ...responses,
    name: 'text: many items of a response',
    body: filled(
      '{"model":"gemini-fast","input":[',
      `{"role":"user","content":"${ADDRESS}${WORDS}${WORDS}"}`,
      ']}',
    ),
  },
  {
    ...responses,
    name: 'text: input of a response',
    body: text('{"model":"gemini-fast","input":"', '"}'),
  },
  {
    ...responses,
    name: 'text: many tools of a response',
    body: filled(
      '{"model":"gemini-fast","input":"a","tools":[',
      `{"type":"function","name":"a","description":"${WORDS}","parameters":{}}`,
      ']}',
    ),
  },
  {
    ...responses,
    name: 'text: arguments of a response',
    body: inText(
      '{"model":"gemini-fast","input":[{"role":"user","content":"a"},{"type":"function_call","call_id":"1","name":"a","arguments":"',
      '"}]}',
      1,
    ),
  },
];
