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

/** What images, videos and the like are called where they are read from a place. */
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

const OUTPUTS = {
  storageUri: OUTPUT,
  outputUri: OUTPUT,
  outputUriPrefix: OUTPUT,
  outputGcsUri: OUTPUT,
  outputStorageUri: OUTPUT,
  gcsDestination: OUTPUT,
} as const;

/** Text, of which one may begin with an address; what stands in its place, or beside it in a list, is an instance. */
export const TEXT: Rule = { is: 'message', of: () => IN_PLACE_OF_TEXT };

const TEXTS = {
  ...harmless('mimeType', 'referenceId'),
  content: TEXT,
  negativePrompt: TEXT,
  prompt: TEXT,
  text: TEXT,
  title: TEXT,
} as const;

/**
 * An instance of what publishers' models predict from: each model has a schema of its own, which Google publishes in prose
 * alone. What is neither text nor known, and looks like a place, is one that is read.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/veo-video-generation
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/multimodal-embeddings-api
 */
export const INSTANCE = defineMessage(
  { ...TEXTS, ...INPUTS, ...OUTPUTS, bytesBase64Encoded: INPUT_OR_BYTES },
  { others: 'input' },
);

const IN_PLACE_OF_TEXT: Message = { ...INSTANCE, text: { is: 'harmless' } };

/** How a publisher's model shall predict. What it does with a place that isn't known nobody could judge. */
export const PARAMETERS = defineMessage({
  negativePrompt: TEXT,
  prompt: TEXT,
  ...OUTPUTS,
  gcsUri: OUTPUT,
  pubsubTopic: refused('would be written to by an identity that is not the caller’s'),
});

/** What a container of one's own is sent. Google reads none of it, but the container may read Google's storage. */
export const OWN_DATA = defineMessage({}, { others: 'own' });
