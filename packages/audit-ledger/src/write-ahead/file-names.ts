const FILE_NAME = /^(\d{8}T\d{9}Z-[0-9a-f]{8})(?:\.(\d{8}T\d{9}Z-[0-9a-f]{8}))?\.wal$/;
const UNREADABLE_SUFFIX = '.unreadable';

/** The name of a write-ahead file says whose entries it holds, and which process works with it. */
export interface FileOwner {
  /** The writer of the entries. */
  readonly writer: string;
  /** The writer of the process that the file belongs to. */
  readonly owner: string;
}

/** Gives the name of a file that its owner works with. */
export function fileName({ writer, owner }: FileOwner): string {
  return writer === owner ? `${writer}.wal` : `${writer}.${owner}.wal`;
}

/** Reads the name of a file; undefined for any other name. */
export function readFileName(name: string): FileOwner | undefined {
  const [, writer, owner = writer] = FILE_NAME.exec(name) ?? [];
  return writer === undefined || owner === undefined ? undefined : { writer, owner };
}

/** Gives the name under which a file that can't be read is kept apart. */
export function unreadableName(name: string): string {
  return `${name}${UNREADABLE_SUFFIX}`;
}

/** Tells whether a file is kept apart. */
export function isUnreadable(name: string): boolean {
  return name.endsWith(UNREADABLE_SUFFIX);
}
