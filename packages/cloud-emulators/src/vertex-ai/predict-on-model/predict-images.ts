import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { badRequest } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { type FieldRule, readParameters } from '../read-parameters.ts';
import { unsupported } from '../refusals.ts';

const SEED = { least: 1, most: 4_294_967_295 };
const PARAMETERS: Readonly<Record<string, FieldRule>> = {
  addWatermark: 'boolean',
  aspectRatio: ['1:1', '3:4', '4:3', '9:16', '16:9'],
  enhancePrompt: 'boolean',
  includeRaiReason: 'boolean',
  includeSafetyAttributes: 'boolean',
  language: ['auto', 'en', 'zh', 'zh-TW', 'hi', 'ja', 'ko', 'pt', 'es'],
  outputOptions: 'object',
  personGeneration: ['allow_all', 'allow_adult', 'dont_allow'],
  safetySetting: [
    'block_low_and_above',
    'block_medium_and_above',
    'block_only_high',
    'block_none',
    'BLOCK_LOW_AND_ABOVE',
    'BLOCK_MEDIUM_AND_ABOVE',
    'BLOCK_ONLY_HIGH',
    'BLOCK_NONE',
  ],
  sampleCount: { least: 1, most: 4 },
  sampleImageSize: ['1K', '2K'],
  seed: SEED,
  storageUri: 'text',
};

/**
 * Makes images: PNGs of one colour, which depends on the prompt.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
 * @throws GoogleError INVALID_ARGUMENT; UNIMPLEMENTED for other image formats
 */
export function predictImages(model: string, instances: readonly unknown[], given: unknown): Json {
  if (instances.length !== 1) {
    throw badRequest([{ field: 'instances', description: 'The request must have exactly one instance.' }]);
  }
  const { prompt } = readParameters(instances[0], 'instances[0]', { prompt: 'text' });
  if (typeof prompt !== 'string' || prompt === '') {
    throw badRequest([{ field: 'instances[0].prompt', description: 'The prompt is empty.' }]);
  }
  const {
    sampleCount = 4,
    seed,
    addWatermark = true,
    outputOptions,
    storageUri,
  } = readParameters(given ?? {}, 'parameters', PARAMETERS);
  if (seed !== undefined && addWatermark === true) {
    throw badRequest([
      { field: 'parameters.seed', description: 'Seed is not supported when watermark is enabled.' },
    ]);
  }
  checkOutput(outputOptions);
  const predictions = Array.from({ length: Number(sampleCount) }, (_image, i) => {
    const colour = createHash('sha256')
      .update(JSON.stringify([model, prompt, seed ?? null, i]))
      .digest()
      .subarray(0, 3);
    return {
      mimeType: 'image/png',
      ...(typeof storageUri === 'string'
        ? { gcsUri: `${storageUri.replace(/\/$/, '')}/sample_${i}.png` }
        : { bytesBase64Encoded: png(colour).toString('base64') }),
    };
  });
  return { predictions };
}

function checkOutput(outputOptions: unknown): void {
  if (outputOptions === undefined) return;
  const { mimeType } = readParameters(outputOptions, 'parameters.outputOptions', {
    mimeType: ['image/png', 'image/jpeg'],
    compressionQuality: { least: 0, most: 100 },
  });
  if (mimeType === 'image/jpeg') throw unsupported('parameters.outputOptions.mimeType other than image/png');
}

/** Makes a PNG of one pixel. Source: https://www.w3.org/TR/png-3/ */
function png(colour: Uint8Array): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat([Buffer.from([0]), colour]))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
