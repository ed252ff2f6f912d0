import {
  defineMessage,
  harmless,
  INPUT,
  INPUT_OR_BYTES,
  OUTPUT,
  refused,
  type Message,
  type Rule,
} from './rules.ts';

/** Members that name a place to read images, videos or other data from. */
const INPUTS = {
  gcsUri: INPUT,
  uri: INPUT,
  uris: INPUT,
  fileUri: INPUT,
  imageUri: INPUT,
  videoUri: INPUT,
  audioUri: INPUT,
  inputUri: INPUT,
  referenceUri: INPUT,
} as const;

/** Members that name a place to write the answer to. */
const OUTPUTS = {
  storageUri: OUTPUT,
  outputUri: OUTPUT,
  outputUriPrefix: OUTPUT,
  outputGcsUri: OUTPUT,
  outputStorageUri: OUTPUT,
  gcsDestination: OUTPUT,
} as const;

/** Text, which may contain an address. An object in its place is judged as an instance. */
export const TEXT: Rule = { is: 'message', of: () => IN_PLACE_OF_TEXT };

const TEXTS = {
  ...harmless('mimeType referenceId'),
  content: TEXT,
  negativePrompt: TEXT,
  prompt: TEXT,
  text: TEXT,
  title: TEXT,
} as const;

/**
 * The rules for an instance of a publisher model's prediction. Each model has a schema of its own, which Google publishes
 * in prose only. An unknown member that looks like a place counts as an input.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/multimodal-embeddings-api
 */
export const INSTANCE = defineMessage(
  { ...TEXTS, ...INPUTS, ...OUTPUTS, bytesBase64Encoded: INPUT_OR_BYTES },
  { others: 'input' },
);

const IN_PLACE_OF_TEXT: Message = { ...INSTANCE, text: { is: 'harmless' } };

/** The rules for a prediction's parameters. A place in an unknown member is refused: it could be read or written. */
export const PARAMETERS = defineMessage({
  negativePrompt: TEXT,
  prompt: TEXT,
  ...OUTPUTS,
  gcsUri: OUTPUT,
  pubsubTopic: refused('must be left out: Google writes to it with an identity that is not the caller’s'),
});

/** The rules for data of a custom container. Google fetches nothing for it, but the container may read Google's storage. */
export const CONTAINER_DATA = defineMessage({}, { others: 'container' });
