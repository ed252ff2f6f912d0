const PLAIN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** System.Guid, as its 32 lower-case digits with hyphens. */
export class Guid {
  readonly type = 'Guid';
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static readonly empty = new Guid('00000000-0000-0000-0000-000000000000');

  /** Reads the forms N, D, B and P; null for anything else. */
  static parse(input: string): Guid | null {
    if (PLAIN.test(input)) return new Guid(input);
    const text = input.trim().toLowerCase();
    const plain = /^[0-9a-f]{32}$/.test(text)
      ? text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      : /^\{.*\}$|^\(.*\)$/.test(text)
        ? text.slice(1, -1)
        : text;
    return PLAIN.test(plain) ? new Guid(plain) : null;
  }

  /** The bytes in .NET's order: the first three groups little-endian. */
  toBytes(): Uint8Array {
    const bytes = Buffer.from(this.text.replaceAll('-', ''), 'hex');
    bytes.subarray(0, 4).reverse();
    bytes.subarray(4, 6).reverse();
    bytes.subarray(6, 8).reverse();
    return new Uint8Array(bytes);
  }

  /** As .NET's: its four numbers of 32 bits, combined. */
  hashCode(): number {
    const { buffer } = this.toBytes();
    return new Int32Array(buffer).reduce((hash, number) => hash ^ number, 0);
  }

  compareTo(other: Guid): number {
    return this.text < other.text ? -1 : this.text > other.text ? 1 : 0;
  }

  equals(other: unknown): boolean {
    return other instanceof Guid && other.text === this.text;
  }

  keyOf(): string {
    return `Guid ${this.text}`;
  }
}
