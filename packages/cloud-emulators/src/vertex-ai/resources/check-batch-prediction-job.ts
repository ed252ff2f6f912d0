import { checkLabels } from '../check-labels.ts';
import { badRequest, type FieldViolation } from '../google-error.ts';
import type { Json } from '../read-message.ts';

const MAXIMUM_DISPLAY_NAME = 128;
const GCS_FILE = /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\/[^\r\n]+$/;
const GCS_PREFIX = /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](\/[^\r\n]*)?$/;
const TABLE = /^bq:\/\/[a-z0-9:.-]+\.\w+\.[\w$-]+$/i;
const DATASET_OR_TABLE = /^bq:\/\/[a-z0-9:-]+(\.\w+(\.[\w$-]+)?)?$/i;

/**
 * Checks the required fields of a new job.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-gemini
 * @throws GoogleError INVALID_ARGUMENT with every violation
 */
export function checkBatchPredictionJob(job: Json): void {
  const violations: FieldViolation[] = [];
  const check = (right: boolean, field: string, description: string): void => {
    if (!right) violations.push({ field: `batch_prediction_job.${field}`, description });
  };
  const name = job.displayName as string | undefined;
  const input = (job.inputConfig ?? {}) as Json;
  const output = (job.outputConfig ?? {}) as Json;
  check(
    name !== undefined && name !== '' && name.length <= MAXIMUM_DISPLAY_NAME,
    'display_name',
    `display_name must have 1 to ${MAXIMUM_DISPLAY_NAME} characters.`,
  );
  check(typeof job.model === 'string' && job.model !== '', 'model', 'model is required.');
  check(
    isInput(input),
    'input_config',
    'input_config must be jsonl with one gs:// file, or bigquery with a bq:// table.',
  );
  check(
    isOutput(output),
    'output_config',
    'output_config must be jsonl with a gs:// prefix, or bigquery with a bq:// destination.',
  );
  if (violations.length > 0) throw badRequest(violations);
  checkLabels((job.labels ?? {}) as Record<string, string>);
}

function isInput({ instancesFormat, gcsSource, bigquerySource }: Json): boolean {
  const { uris = [] } = (gcsSource ?? {}) as { uris?: readonly string[] };
  const { inputUri = '' } = (bigquerySource ?? {}) as { inputUri?: string };
  if (instancesFormat === 'jsonl') return uris.length === 1 && uris.every((uri) => GCS_FILE.test(uri));
  return instancesFormat === 'bigquery' && TABLE.test(inputUri);
}

function isOutput({ predictionsFormat, gcsDestination, bigqueryDestination }: Json): boolean {
  const { outputUriPrefix = '' } = (gcsDestination ?? {}) as { outputUriPrefix?: string };
  const { outputUri = '' } = (bigqueryDestination ?? {}) as { outputUri?: string };
  if (predictionsFormat === 'jsonl') return GCS_PREFIX.test(outputUriPrefix);
  return predictionsFormat === 'bigquery' && DATASET_OR_TABLE.test(outputUri);
}
