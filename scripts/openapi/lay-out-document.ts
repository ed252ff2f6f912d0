import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { findLosses } from './find-losses.ts';
import type { Surface } from './surface.ts';
import { writeDocument } from './write-document.ts';

/**
 * The OpenAPI document of an API, as the rest of the project has its YAML.
 * @param root of the project
 * @throws Error for a document that API Management could not import whole.
 */
export async function layOutDocument(
  root: string,
  surface: Surface,
): Promise<{ path: string; text: string }> {
  const path = `apim/apis/${surface.id}/specification.yaml`;
  const filepath = join(root, path);
  const text = await format(writeDocument(surface), { ...(await resolveConfig(filepath)), filepath });
  const losses = findLosses(text);
  if (losses.length > 0) throw new Error([`${path} would not be imported whole.`, ...losses].join('\n'));
  return { path, text };
}
