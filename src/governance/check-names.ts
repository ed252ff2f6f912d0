import { LOCATIONS } from './locations.ts';
import { suggest } from './suggest.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

/**
 * Refuses the first name that is unknown or repeated.
 * @param path of the list of names in the document.
 * @param kind noun for the message, such as `role`.
 */
export function checkNames(
  document: YamlDocument<unknown>,
  names: readonly string[] | undefined,
  known: ReadonlySet<string>,
  path: Path,
  kind: string,
): void {
  names?.forEach((name, index) => {
    checkName(document, name, known, [...path, index], kind);
  });
  refuseDuplicates(document, names ?? [], (index) => [...path, index]);
}

/** Refuses an unknown name. The message suggests the nearest known one. */
export function checkName(
  document: YamlDocument<unknown>,
  name: string,
  known: ReadonlySet<string>,
  path: Path,
  kind: string,
): void {
  if (!known.has(name)) document.refuse(path, `"${name}" is not a known ${kind}. ${suggest(name, known)}`);
}

/** Refuses the first location that Vertex AI does not have, or that is repeated. */
export function checkLocations(
  document: YamlDocument<unknown>,
  locations: readonly string[] | undefined,
  path: Path,
): void {
  checkNames(document, locations, LOCATIONS, path, 'location of Vertex AI');
}

/** Refuses the second of two equal values at its path in the document. */
export function refuseDuplicates(
  document: YamlDocument<unknown>,
  values: readonly string[],
  placeOf: (index: number) => Path,
): void {
  const seen = new Set<string>();
  values.forEach((value, index) => {
    if (seen.has(value)) document.refuse(placeOf(index), `"${value}" occurs twice.`);
    seen.add(value);
  });
}
