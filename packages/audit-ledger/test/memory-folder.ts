import type { FolderFile, WriteAheadFolder } from '../src/write-ahead/write-ahead-folder.ts';

/** A folder in memory. Each operation takes the next fault, which it throws. */
export class MemoryFolder implements WriteAheadFolder {
  readonly files = new Map<string, { bytes: Buffer; modifiedAt: number }>();
  readonly operations: string[] = [];
  readonly faults: (Error | undefined)[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  list(): Promise<readonly FolderFile[]> {
    return this.#run('list', () =>
      [...this.files].map(([name, { modifiedAt }]) => ({ name, modifiedAt: new Date(modifiedAt) })),
    );
  }

  replace(name: string, bytes: Uint8Array): Promise<void> {
    return this.#run('replace', () => this.put(name, bytes));
  }

  append(name: string, bytes: Uint8Array): Promise<boolean> {
    return this.#run('append', () => {
      const file = this.files.get(name);
      if (file) this.put(name, Buffer.concat([file.bytes, bytes]));
      return file !== undefined;
    });
  }

  touch(name: string): Promise<boolean> {
    return this.#run('touch', () => {
      const file = this.files.get(name);
      if (file) file.modifiedAt = this.#now();
      return file !== undefined;
    });
  }

  read(name: string, position: number, length: number): Promise<Buffer> {
    return this.#run('read', () => this.bytesOf(name).subarray(position, position + length));
  }

  rename(name: string, to: string): Promise<boolean> {
    return this.#run('rename', () => {
      const file = this.files.get(name);
      if (!file) return false;
      this.files.delete(name);
      this.files.set(to, file);
      return true;
    });
  }

  remove(name: string): Promise<void> {
    return this.#run('remove', () => void this.files.delete(name));
  }

  put(name: string, bytes: Uint8Array): void {
    this.files.set(name, { bytes: Buffer.from(bytes), modifiedAt: this.#now() });
  }

  bytesOf(name: string): Buffer {
    return this.files.get(name)?.bytes ?? Buffer.alloc(0);
  }

  #run<Result>(operation: string, work: () => Result): Promise<Result> {
    this.operations.push(operation);
    const fault = this.faults.shift();
    return fault ? Promise.reject(fault) : Promise.resolve(work());
  }
}
