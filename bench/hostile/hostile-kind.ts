/** A body that is made to cost its receiver as much as possible, and its destination. */
export interface HostileKind {
  readonly name: string;
  /** The sample application that sends it. */
  readonly application: string;
  readonly path: string;
  /** Makes a body of about this many bytes. */
  readonly body: (bytes: number) => Buffer;
  /** The only size to send; when left out, every size of `SIZES`. */
  readonly bytes?: number;
}

/** Fills a body with an item between head and tail. */
export const filled =
  (head: string, item: string, tail: string) =>
  (bytes: number): Buffer => {
    const count = Math.max(1, Math.floor((bytes - head.length - tail.length) / (item.length + 1)));
    return Buffer.from(`${head}${`${item},`.repeat(count - 1)}${item}${tail}`);
  };

/** Fills a JSON object with members between head and tail. */
export const members =
  (head: string, tail: string) =>
  (bytes: number): Buffer => {
    const parts: string[] = [];
    for (let length = head.length, index = 0; length < bytes; index += 1) {
      const part = `"m${index}":1`;
      parts.push(part);
      length += part.length + 1;
    }
    return Buffer.from(head + parts.join(',') + tail);
  };

/** Fills a text between head and tail. */
export const text =
  (head: string, tail: string) =>
  (bytes: number): Buffer =>
    Buffer.from(head + 'a'.repeat(bytes) + tail);

/** Nests as many arrays as there is room for. */
export const nested =
  (head: string, tail: string) =>
  (bytes: number): Buffer =>
    Buffer.from(head + '['.repeat(bytes / 2) + ']'.repeat(bytes / 2) + tail);
