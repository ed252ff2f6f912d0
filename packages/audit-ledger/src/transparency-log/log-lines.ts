import { z } from 'zod';
import { EntryHash, WriterName } from '../ledger/ledger-entry.ts';
import { MerkleTree } from './merkle-tree.ts';

const Size = z.int().min(0);

/** A leaf of the transparency log: the head of a chain that its writer's keys vouch for. */
export const LogLeaf = z.strictObject({
  writer: WriterName,
  sequence: Size,
  hash: EntryHash,
  isLast: z.boolean().describe('True where nothing may follow this entry in its chain'),
});
export type LogLeaf = z.infer<typeof LogLeaf>;

/**
 * A signed head of the transparency log: the root of the Merkle tree over all leaves so far.
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.5
 */
export const TreeHead = z.strictObject({
  size: z.int().min(1).describe('Number of leaves'),
  root: EntryHash,
  time: z.iso.datetime(),
  frontier: z
    .array(EntryHash)
    .describe('Hashes of the largest complete subtrees, from which the tree goes on'),
  signature: z
    .strictObject({ keyId: z.string(), algorithm: z.literal('PS256'), value: z.base64url() })
    .describe('Signature by the audit key over `tree.{size}.{root}.{time}`'),
});
export type TreeHead = z.infer<typeof TreeHead>;

/** Gives the text that the signature of a tree head signs. No entry's place and no manifest begins like it. */
export function treeHeadText({ size, root, time }: Pick<TreeHead, 'size' | 'root' | 'time'>): string {
  return `tree.${size}.${root}.${time}`;
}

/** Reads a line as a tree head whose frontier has its root; undefined where it is none. */
export function parseTreeHead(line: Buffer | string): TreeHead | undefined {
  return asTreeHead(parse(line));
}

/** Reads a line of the log as a leaf or a head; undefined where it is neither. */
export function parseLogLine(
  line: Buffer,
): { readonly leaf: LogLeaf } | { readonly head: TreeHead } | undefined {
  const json = parse(line);
  const isLeaf = typeof json === 'object' && json !== null && 'writer' in json;
  const leaf = isLeaf ? LogLeaf.safeParse(json).data : undefined;
  const head = isLeaf ? undefined : asTreeHead(json);
  return (leaf && { leaf }) ?? (head && { head });
}

function asTreeHead(json: unknown): TreeHead | undefined {
  const { data: head } = TreeHead.safeParse(json);
  return head && MerkleTree.of(head.size, head.frontier)?.root === head.root ? head : undefined;
}

function parse(line: Buffer | string): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}
