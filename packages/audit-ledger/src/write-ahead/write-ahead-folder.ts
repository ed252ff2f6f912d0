/** A file of a folder, by its name in the folder. */
export interface FolderFile {
  readonly name: string;
  readonly modifiedAt: Date;
}

/**
 * The operations on a folder of this machine that write-ahead files need. They throw when the folder can't be used, and
 * when it is not its owner's alone.
 */
export interface WriteAheadFolder {
  /** Lists the files; none where there is no folder. */
  list(): Promise<readonly FolderFile[]>;
  /** Writes a whole file, in place of one of this name. A reader finds the old file or the new one, never a part. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Appends to a file. False when it is gone. The file may end with a part of the bytes when this throws. */
  append(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Sets the time of the last change to the present. False when the file is gone. */
  touch(name: string): Promise<boolean>;
  /** Reads up to `length` bytes from `position`; none behind the end, or where the file is gone. */
  read(name: string, position: number, length: number): Promise<Buffer>;
  /** Gives a file another name. False when it is gone. */
  rename(name: string, to: string): Promise<boolean>;
  /** Deletes a file if it is there. */
  remove(name: string): Promise<void>;
}
