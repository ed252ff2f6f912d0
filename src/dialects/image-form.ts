import { invalidBody } from '../errors/invalid-body.ts';

/** The shapes of images that Gemini makes: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-generation */
const RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] as const;
/** A size may differ from a shape by so much, as OpenAI's 1792x1024 does from 16:9. */
const TOLERANCE = 0.02;

/** The sizes of Gemini's images by the most pixels that each is asked for with; `1K` is its default. */
const SIZES = [
  { imageSize: undefined, pixels: 2_000_000 },
  { imageSize: '2K', pixels: 6_000_000 },
  { imageSize: '4K', pixels: 17_000_000 },
] as const;
/** Gemini's smallest images have about 1024 × 1024 pixels, whatever their shape. */
const LEAST_PIXELS = 700_000;

/** The members of Gemini's `imageConfig` that say how large an image is, and of which shape. */
export interface ImageForm {
  readonly aspectRatio?: string;
  readonly imageSize?: string;
}

/**
 * Reads `size` of OpenAI's images, such as `1536x1024`, as the shape and the size of Gemini's that are nearest to it.
 * https://platform.openai.com/docs/api-reference/images/create#images_create-size
 * @param size left out, or `auto`: the model chooses.
 * @throws GatewayError INVALID_REQUEST for a size that Gemini has nothing near to.
 */
export function readImageSize(size: string | null | undefined): ImageForm {
  if (size === undefined || size === null || size === 'auto') return {};
  const [, width = '', height = ''] = /^(\d{2,4})x(\d{2,4})$/.exec(size) ?? [];
  const pixels = Number(width) * Number(height);
  const aspectRatio = RATIOS.find((ratio) => isNear(Number(width) / Number(height), ratio));
  const large = SIZES.find((one) => pixels <= one.pixels);
  if (aspectRatio === undefined || !large || pixels < LEAST_PIXELS) throw notMade();
  return { aspectRatio, ...(large.imageSize !== undefined && { imageSize: large.imageSize }) };
}

function isNear(asked: number, ratio: string): boolean {
  const [width, height] = ratio.split(':').map(Number);
  const made = Number(width) / Number(height);
  return Math.abs(asked - made) <= made * TOLERANCE;
}

function notMade() {
  return invalidBody([
    {
      field: 'size',
      description: `must be auto, or {width}x{height} of 1024x1024 to 4096x4096 pixels and of one of the shapes ${RATIOS.join(', ')}`,
    },
  ]);
}
