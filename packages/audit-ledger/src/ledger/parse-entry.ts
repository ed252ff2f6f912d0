import { z } from 'zod';

/** An entry of any version. It may be of a kind, and have members, that only a later version knows. */
const AnyEntry = z.looseObject({
  writer: z.string(),
  sequence: z.int().min(0),
  previous: z.string(),
  time: z.iso.datetime(),
  kind: z.string(),
});
export type AnyEntry = z.infer<typeof AnyEntry>;

/** Reads a line as an entry of any version; undefined where it is none. */
export function parseEntry(line: Buffer): AnyEntry | undefined {
  try {
    return AnyEntry.safeParse(JSON.parse(line.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
