/** Thrown for a folder that is not used though it could be. The message says why. */
export class FolderError extends Error {}

/** The reasons by the code of the system's error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'its folder is read-only',
  EACCES: 'its folder may not be used by this process',
  EPERM: 'its folder may not be used by this process',
  ENOTDIR: 'its folder cannot be made, because a file is in the way',
  EEXIST: 'its folder cannot be made, because a file is in the way',
};

/** Gives the code of a system's error, such as `ENOSPC`; undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}

/** Says in plain English why a folder or file can't be used. */
export function describeDiskError(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) return REASONS[code] ?? `its disk cannot be used (${code})`;
  return error instanceof FolderError ? error.message : 'its disk cannot be used';
}
