import { writeCarried } from '../../../../src/dialects/responses/carried-reasoning.ts';
import { writeGeminiRequest } from '../../../../src/dialects/responses/gemini-request.ts';
import { rejectedBy } from '../../thrown-by.ts';
import { callOf, conversationOf, FUNCTION } from './conversation-of.ts';

interface Written {
  readonly contents: readonly { readonly role: string; readonly parts: readonly object[] }[];
  readonly generationConfig: { readonly thinkingConfig?: object };
}

async function write(body: object, model = 'gemini-3.5-flash'): Promise<Written> {
  const call = callOf('google', model, 'generateContent');
  return JSON.parse(Buffer.from(writeGeminiRequest(await conversationOf(body), call)).toString()) as Written;
}

const signed = (signature: string, of: 'next' | 'previous' = 'next') => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  encrypted_content: writeCarried({ by: 'google', signature, of }),
});
const call = (id: string, args = '{"word":"narwhal"}') => ({
  type: 'function_call',
  call_id: id,
  name: 'look_up',
  arguments: args,
});
const output = (id: string, text: unknown = 'A whale.') => ({
  type: 'function_call_output',
  call_id: id,
  output: text,
});
const PIXEL = 'iVBORw0KGgo=';

test('a text is a turn of the user, and instructions are the system’s in their order', async () => {
  const body = {
    instructions: 'First.',
    input: [
      { role: 'developer', content: 'Second.' },
      { role: 'user', content: 'Grüße "an" alle\n' },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Third.' }] },
    ],
  };
  expect(await write(body)).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'Grüße "an" alle\n' }] }],
    systemInstruction: { parts: [{ text: 'First.' }, { text: 'Second.' }, { text: 'Third.' }] },
    generationConfig: {},
  });
});

test('parallel calls are one turn, their results another, and a further message one of its own', async () => {
  const input = [
    { role: 'user', content: 'Look up.' },
    { role: 'assistant', content: [{ type: 'output_text', text: 'I do.', annotations: [] }] },
    signed('AAAA'),
    call('c1'),
    call('c2', ''),
    output('c1'),
    output('c2', [
      { type: 'input_text', text: 'One.' },
      { type: 'input_text', text: 'Two.' },
    ]),
    { role: 'user', content: 'And?' },
  ];
  const { contents } = await write({ input, tools: [FUNCTION] });
  expect(contents).toEqual([
    { role: 'user', parts: [{ text: 'Look up.' }] },
    {
      role: 'model',
      parts: [
        { text: 'I do.' },
        { functionCall: { name: 'look_up', args: { word: 'narwhal' } }, thoughtSignature: 'AAAA' },
        { functionCall: { name: 'look_up', args: {} } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { name: 'look_up', response: { output: 'A whale.' } } },
        { functionResponse: { name: 'look_up', response: { output: ['One.', 'Two.'] } } },
      ],
    },
    { role: 'user', parts: [{ text: 'And?' }] },
  ]);
});

test('a signature of a text goes back with the text before it', async () => {
  const input = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello!' },
    signed('BBBB', 'previous'),
    { role: 'user', content: 'Again' },
  ];
  const { contents } = await write({ input });
  expect(contents[1]).toEqual({ role: 'model', parts: [{ text: 'Hello!', thoughtSignature: 'BBBB' }] });
});

test.each([
  ['gemini-3.5-flash', 'skip_thought_signature_validator'],
  ['gemini-2.5-flash', undefined],
])('the first call of a step that %s signed nowhere has the signature %s', async (model, signature) => {
  const input = [{ role: 'user', content: 'x' }, call('c1'), call('c2'), output('c1'), output('c2')];
  const { contents } = await write({ input, tools: [FUNCTION] }, model);
  expect(contents[1]?.parts).toMatchObject([{ functionCall: {} }, { functionCall: {} }]);
  const signatures = contents[1]?.parts.map((part) => 'thoughtSignature' in part && part.thoughtSignature);
  expect(signatures).toEqual([signature ?? false, false]);
});

test('reasoning of other vendors is left out', async () => {
  const foreign = [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAABo-of-OpenAI' },
    { type: 'reasoning', id: 'rs_2', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    {
      type: 'reasoning',
      summary: [],
      encrypted_content: writeCarried({
        by: 'anthropic',
        blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 'S' }],
      }),
    },
    { type: 'item_reference', id: 'rs_3' },
    { id: 'rs_4' },
  ];
  const { contents } = await write({ input: [{ role: 'user', content: 'x' }, ...foreign] });
  expect(contents).toEqual([{ role: 'user', parts: [{ text: 'x' }] }]);
});

test.each([
  [
    { type: 'input_image', image_url: `data:image/PNG;base64,${PIXEL}`, detail: 'auto' },
    { inlineData: { mimeType: 'image/png', data: PIXEL } },
  ],
  [
    { type: 'input_image', image_url: 'https://example.com/a.webp?size=1' },
    { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp?size=1' } },
  ],
  [
    { type: 'input_image', image_url: 'gs://bucket/picture' },
    { fileData: { mimeType: 'image/jpeg', fileUri: 'gs://bucket/picture' } },
  ],
  [
    { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;name=a.pdf;base64,JVBERg==' },
    { inlineData: { mimeType: 'application/pdf', data: 'JVBERg==' } },
  ],
  [
    { type: 'input_file', filename: 'a.txt', file_data: 'SGVsbG8=' },
    { inlineData: { mimeType: 'text/plain', data: 'SGVsbG8=' } },
  ],
  [
    { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } },
  ],
  [
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
    { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } },
  ],
])('the part %j becomes Gemini’s', async (part, expected) => {
  const { contents } = await write({ input: [{ role: 'user', content: [part] }] });
  expect(contents).toEqual([{ role: 'user', parts: [expected] }]);
});

test('an image in the result of a call stays with the result', async () => {
  const parts = [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }];
  const input = [{ role: 'user', content: 'x' }, call('c1'), output('c1', parts)];
  const { contents } = await write({ input, tools: [FUNCTION] });
  expect(contents[2]?.parts).toEqual([
    {
      functionResponse: {
        name: 'look_up',
        response: { output: '' },
        parts: [{ inlineData: { mimeType: 'image/png', data: PIXEL } }],
      },
    },
  ]);
});

test('functions, custom tools and namespaces are declared, and a call goes back under the same name', async () => {
  const patch = { type: 'custom', name: 'patch', description: 'Patches.', format: { type: 'text' } };
  const tools = [
    FUNCTION,
    patch,
    { type: 'namespace', name: 'files', description: 'Files.', tools: [FUNCTION] },
  ];
  const input = [
    { role: 'user', content: 'x' },
    { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: 'a\n"b"' },
    { type: 'custom_tool_call_output', call_id: 'c1', output: 'Done.' },
    { ...call('c2'), namespace: 'files' },
    output('c2'),
  ];
  const written = await write({ input, tools }, 'gemini-2.5-flash');
  const { name, description, parameters: parametersJsonSchema } = FUNCTION;
  const text = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
  expect(written).toMatchObject({
    tools: [
      {
        functionDeclarations: [
          { name, description, parametersJsonSchema },
          { name: 'patch', description: 'Patches.', parametersJsonSchema: text },
          { name: `files__${name}`, description, parametersJsonSchema },
        ],
      },
    ],
    toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
  });
  expect(written.contents.flatMap(({ parts }) => parts).slice(1)).toEqual([
    { functionCall: { name: 'patch', args: { input: 'a\n"b"' } } },
    { functionResponse: { name: 'patch', response: { output: 'Done.' } } },
    { functionCall: { name: 'files__look_up', args: { word: 'narwhal' } } },
    { functionResponse: { name: 'files__look_up', response: { output: 'A whale.' } } },
  ]);
});

test.each([
  ['none', { mode: 'NONE' }],
  ['required', { mode: 'ANY' }],
  [
    { type: 'function', name: 'look_up' },
    { mode: 'ANY', allowedFunctionNames: ['look_up'] },
  ],
])('the choice %j becomes Gemini’s', async (choice, functionCallingConfig) => {
  const other = { ...FUNCTION, name: 'other' };
  expect(await write({ tools: [FUNCTION, other], tool_choice: choice })).toMatchObject({
    toolConfig: { functionCallingConfig },
  });
});

test('tools that are not allowed are not declared', async () => {
  const other = { ...FUNCTION, name: 'other' };
  const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'other' }] };
  expect(await write({ tools: [FUNCTION, other], tool_choice: choice })).toMatchObject({
    tools: [{ functionDeclarations: [{ name: 'other' }] }],
    toolConfig: { functionCallingConfig: { mode: 'ANY' } },
  });
});

test.each([
  ['gemini-3.5-flash', { effort: 'none' }, { thinkingLevel: 'MINIMAL' }],
  ['gemini-3.1-pro-preview', { effort: 'minimal' }, { thinkingLevel: 'LOW' }],
  ['gemini-3.8-flash', { effort: 'none' }, { thinkingLevel: 'LOW' }],
  [
    'gemini-3.5-flash',
    { effort: 'medium', summary: 'auto' },
    { thinkingLevel: 'MEDIUM', includeThoughts: true },
  ],
  ['gemini-12-flash', { effort: 'xhigh' }, { thinkingLevel: 'HIGH' }],
  ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 1024 }],
  ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }],
  ['gemini-3.5-flash', { summary: 'none' }, undefined],
  ['gemini-3.5-flash', { generate_summary: 'concise' }, { includeThoughts: true }],
  ['gemini-3.5-flash', null, undefined],
])('%s thinks as %j says', async (model, reasoning, thinkingConfig) => {
  expect((await write({ reasoning }, model)).generationConfig.thinkingConfig).toEqual(thinkingConfig);
});

test('numbers, and the schema of the text byte for byte, are in the configuration', async () => {
  const schema = { type: 'object', properties: { b: { type: 'number' }, a: { type: 'string' } } };
  const body = {
    max_output_tokens: 100,
    temperature: 0.5,
    top_p: 1e-7,
    text: { format: { type: 'json_schema', name: 'x', strict: true, schema }, verbosity: 'low' },
  };
  expect((await write(body)).generationConfig).toEqual({
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 1e-7,
    responseMimeType: 'application/json',
    responseJsonSchema: schema,
  });
  const any = await write({ text: { format: { type: 'json_object' } } });
  expect(any.generationConfig).toEqual({ responseMimeType: 'application/json' });
});

test('one call at a time can’t be had of Gemini, and the error says so', async () => {
  const error = await rejectedBy(write({ tools: [FUNCTION], parallel_tool_calls: false }));
  expect(error).toMatchObject({
    code: 'UNSUPPORTED_PARAMETER',
    violations: [{ field: 'parallel_tool_calls' }],
  });
});
