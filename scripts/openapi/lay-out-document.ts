import { findLosses } from './find-losses.ts';
import type { Surface } from './surface.ts';
import { writeDocument } from './write-document.ts';

/**
 * Writes the OpenAPI document of an API, with its path below the project's root.
 * @throws Error for a document that API Management could not import whole.
 */
export function layOutDocument(surface: Surface): { path: string; text: string } {
  const path = `apim/apis/${surface.id}/specification.json`;
  const text = writeDocument(surface);
  const losses = findLosses(text);
  if (losses.length > 0) throw new Error([`${path} would not be imported whole.`, ...losses].join('\n'));
  return { path, text };
}
