import type { JsonValue } from '../json/json-value.ts';
import type { Usage } from '../prediction/answer.ts';

/** The defaults of parameters that a request leaves out, of every Veo model. */
const DEFAULTS = { durationSeconds: 8, sampleCount: 1 };
const MOST_SECONDS = 3_600;
const MOST_SAMPLES = 100;

/**
 * Reads the seconds of video that the body of a `predictLongRunning` orders, which no answer reports. None are known for
 * parameters that cannot be; Vertex AI refuses them.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation#parameters
 */
export function readOrderedVideo(json: JsonValue): Usage {
  const parameters = json.member('parameters');
  const duration = countIn(parameters, 'durationSeconds', MOST_SECONDS);
  const samples = countIn(parameters, 'sampleCount', MOST_SAMPLES);
  if (duration === undefined || samples === undefined) return {};
  const isSilent = parameters?.member('generateAudio')?.toJson() === false;
  return isSilent ? { silentVideoSeconds: duration * samples } : { videoSeconds: duration * samples };
}

/** Returns a parameter or its default; undefined for a value that cannot be a count up to `most`. */
function countIn(
  parameters: JsonValue | undefined,
  name: keyof typeof DEFAULTS,
  most: number,
): number | undefined {
  const given = parameters?.member(name);
  if (!given || given.kind === 'null') return DEFAULTS[name];
  const value = given.kind === 'number' ? Number(given.toJson()) : Number.NaN;
  return Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
}
