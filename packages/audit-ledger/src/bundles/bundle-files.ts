import { inputInvalid } from '../input-invalid.ts';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Finding } from '../verification/finding.ts';
import { pathIn } from './hash-file.ts';

/** The files of a bundle, and what checking them found. */
export interface BundleFiles {
  readonly folder: string;
  /** The paths of its regular files. Links, devices and pipes are left out. */
  readonly paths: ReadonlySet<string>;
  readonly findings: Finding[];
  /** A sentence for each thing that could not be checked. */
  readonly notChecked: string[];
}

/** The longest manifest, signature, file of keys or file of anchors. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * Lists the files of a bundle. What is no regular file is a finding. @throws AuditError AUDIT_INPUT_INVALID when there is no such
 * folder.
 */
export async function listBundleFiles(folder: string): Promise<BundleFiles> {
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw inputInvalid('The bundle is not there: --bundle must name a folder.');
  const paths = new Set<string>();
  const findings: Finding[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = pathIn(folder, join(entry.parentPath, entry.name));
    if (entry.isFile()) paths.add(path);
    else if (!entry.isDirectory())
      findings.push(wrongFile(path, `${showPath(path)} is no file of the bundle's own, and was not read.`));
  }
  return { folder, paths, findings, notChecked: [] };
}

/** Reads a file as text; undefined where there is no such file, and, with a finding, where it is too long. */
export async function readText(
  { folder, paths, findings }: BundleFiles,
  path: string,
): Promise<string | undefined> {
  if (!paths.has(path)) return undefined;
  const file = join(folder, path);
  const { size } = await lstat(file);
  if (size <= MOST_BYTES) return readFile(file, 'utf8');
  findings.push(wrongFile(path, `The file ${showPath(path)} is too long to be one of a bundle.`));
  return undefined;
}

/** Parses JSON by a schema. For other text it adds a finding and returns undefined. @param path the file of the text. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  path: string,
  { findings }: BundleFiles,
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    findings.push(wrongFile(path, `The file ${path} is not as audit:export writes it.`));
    return undefined;
  }
}

/** Writes a path for people. Letters that look like others are written by their number, as in `ledg\u{435}r`. */
export function showPath(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/gu, (letter) => `\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** Makes the finding of a file that is not as it should be. */
export function wrongFile(file: string, message: string, kind: Finding['kind'] = 'bundle-file'): Finding {
  return { kind, file, message };
}
