import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { Usage } from '../prediction/answer.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { PartialRequest, Prediction, SplitPayload, VertexRequest } from '../prediction/prediction.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readImageSize } from './image-form.ts';
import { readAnswer } from './json-answers.ts';
import { checkImageModel } from './openai-models.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { resourceName } from './resource-names.ts';
import { endingOf } from './responses/gemini-finish-reasons.ts';
import { readCapacity } from './service-tier.ts';
import { type Scalars, validateBody } from './validate-body.ts';

/** A choice of which Gemini has but one; OpenAI's clients send the others. @param advice ends the sentence of a refusal. */
const only = (values: readonly [string, ...string[]], advice: string) =>
  z.enum(values, `must be ${values.join(' or ')}, or left out: ${advice}`).nullish();

/** https://platform.openai.com/docs/api-reference/images/create#images_create-n */
const MAXIMUM_IMAGES = 10;
/** A bound that no finish reason reaches, in bytes of JSON. */
const MAXIMUM_REASON_BYTES = 128;

/**
 * https://platform.openai.com/docs/api-reference/images/create. The schema is strict, because an unknown member would be
 * lost in the body for Vertex AI. Ids of users are accepted and not sent on: they serve OpenAI's own abuse detection.
 */
const ImagesBody = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1, 'must not be empty'),
  n: z.int().min(1).max(MAXIMUM_IMAGES).nullish(),
  size: z.string().nullish(),
  output_format: only(['png', 'jpeg'], 'Gemini makes no others'),
  output_compression: z.int().min(0).max(100).nullish(),
  response_format: only(['b64_json'], 'the gateway keeps no images that an address could name'),
  quality: only(['auto', 'standard'], 'Gemini has one quality. Ask for more pixels by size'),
  background: only(['auto', 'opaque'], 'Gemini makes no transparent images'),
  moderation: only(['auto'], 'Google’s own filters apply'),
  stream: z.literal(false, 'must be false or left out: images come whole').nullish(),
  partial_images: z.literal(0, 'must be 0 or left out: images come whole').nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
});
type ImagesBody = Scalars<z.infer<typeof ImagesBody>>;

/**
 * Reads a request for images of OpenAI's images API. Gemini makes one image a request, so that it becomes `n` of them.
 * @throws GatewayError INVALID_JSON, INVALID_REQUEST.
 */
export async function readImages({ body, header }: DialectRequest): Promise<Prediction> {
  const json = await readJson(body);
  const asked = await validateBody(ImagesBody, json);
  const capacity = readCapacity(header);
  const headers = { ...forwardedHeaders(header, ['traceparent']), ...capacity.headers };
  const generationConfig = writeConfig(asked);
  const write = (call: AuthorizedCall) =>
    writeRequest(json.member('prompt'), generationConfig, headers, call);
  return {
    ...readOpenAiTarget(asked.model, 'generateContent'),
    ...capacity.target,
    body: json,
    check: checkImageModel,
    payload: {
      kind: 'bytes',
      format: 'gemini',
      split: splitOf(asked, write),
      request: () => {
        throw new TypeError('images are made by a request each');
      },
    },
  };
}

function writeConfig({ size, output_format: format, output_compression: quality }: ImagesBody): string {
  if (typeof quality === 'number' && format !== 'jpeg')
    throw invalidBody([
      { field: 'output_compression', description: 'must be left out unless output_format is jpeg' },
    ]);
  return JSON.stringify({
    responseModalities: ['IMAGE'],
    imageConfig: {
      ...readImageSize(size),
      imageOutputOptions: {
        mimeType: `image/${format ?? 'png'}`,
        ...(typeof quality === 'number' && { compressionQuality: quality }),
      },
    },
  });
}

function writeRequest(
  prompt: JsonValue | undefined,
  generationConfig: string,
  headers: Readonly<Record<string, string>>,
  call: AuthorizedCall,
): VertexRequest {
  return {
    method: 'POST',
    path: `/v1/${resourceName(call)}:generateContent`,
    headers,
    body: Buffer.concat([
      Buffer.from('{"contents":[{"role":"user","parts":[{"text":'),
      prompt ? prompt.body.subarray(prompt.start, prompt.end) : Buffer.from('""'),
      Buffer.from(`}]}],"generationConfig":${generationConfig}}`),
    ]),
  };
}

function splitOf({ n, output_format: format }: ImagesBody, write: (call: AuthorizedCall) => VertexRequest) {
  const reasons: string[] = [];
  return {
    requests: (call) =>
      Array.from({ length: n ?? 1 }, (_, index): PartialRequest => ({
        subject: `the image ${index + 1}`,
        write: () => write(call),
        read: async (body) => {
          const answer = await readAnswer(body);
          const image = findImage(answer);
          if (image) return Buffer.concat([Buffer.from('{"b64_json":'), image, Buffer.from('}')]);
          reasons.push(readReason(answer));
          return Buffer.of();
        },
      })),
    join: (parts, { usage }) => {
      const images = parts.filter(({ byteLength }) => byteLength > 0);
      if (images.length === 0) throw noImage(reasons[0] ?? '');
      const start = `{"created":${Math.floor(Date.now() / 1000)},"output_format":"${format ?? 'png'}","data":[`;
      const end = `],"usage":${JSON.stringify(describeUsage(usage))}}`;
      const data = images.flatMap((image, index) => (index === 0 ? [image] : [Buffer.from(','), image]));
      return Buffer.concat([Buffer.from(start), ...data, Buffer.from(end)]);
    },
  } satisfies SplitPayload;
}

/** Returns the JSON text of an answer's last image, as Google has written it. Earlier ones are drafts of a model that thinks. */
function findImage(answer: JsonValue): Buffer | undefined {
  const [candidate] = answer.member('candidates')?.items() ?? [];
  let found: JsonValue | undefined;
  for (const part of candidate?.member('content')?.member('parts')?.items() ?? []) {
    const data = part.member('inlineData')?.member('data');
    if (data?.kind === 'string' && part.member('thought')?.toJson() !== true) found = data;
  }
  return found && Buffer.from(found.body.subarray(found.start, found.end));
}

function readReason(answer: JsonValue): string {
  const [candidate] = answer.member('candidates')?.items() ?? [];
  const blocked = answer.member('promptFeedback')?.member('blockReason');
  return (blocked ?? candidate?.member('finishReason'))?.readText(MAXIMUM_REASON_BYTES) ?? '';
}

/** Creates the error for a call of which no image came. OpenAI's own API answers 400 for what its filters hold back, too. */
function noImage(reason: string): GatewayError {
  const ending = endingOf(reason);
  if (ending.status === 'failed') return new GatewayError('VERTEX_FAILED', ending.error.message);
  return new GatewayError(
    'VERTEX_INVALID_ARGUMENT',
    ending.status === 'incomplete' && ending.reason === 'content_filter'
      ? 'The filters of Google held the image back. Change the prompt.'
      : 'The model made no image. Ask for one in the prompt.',
  );
}

/** https://platform.openai.com/docs/api-reference/images/object#images_object-usage */
function describeUsage({ inputTokens = 0, outputTokens = 0, totalTokens = 0 }: Usage): object {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { image_tokens: 0, text_tokens: inputTokens },
    output_tokens: outputTokens,
    total_tokens: totalTokens,
  };
}
