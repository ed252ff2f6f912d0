import { z } from 'zod';
import { invalidBody } from '../../errors/invalid-body.ts';

const Base64 = z.string().regex(/^[\w+/-]*={0,2}$/);

/**
 * A signature of Gemini's thoughts. It belongs to the part that follows, or to the text before.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures
 */
const GoogleReasoning = z.strictObject({ signature: Base64, of: z.enum(['next', 'previous']) });

/**
 * Claude's blocks of thoughts, which it wants back as they were.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
const AnthropicReasoning = z.strictObject({
  blocks: z
    .array(
      z.union([
        z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
        z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() }),
      ]),
    )
    .min(1)
    .max(100),
});

/** The reasoning of an earlier answer that a client carries back to the model. */
export type CarriedReasoning =
  | ({ readonly by: 'google' } & z.infer<typeof GoogleReasoning>)
  | ({ readonly by: 'anthropic' } & z.infer<typeof AnthropicReasoning>);

const FORMS = { google: GoogleReasoning, anthropic: AnthropicReasoning } as const;
/** The beginning of each text that the gateway writes; the version and the vendor are in it. */
const WRITTEN = /^vertex1-(google|anthropic)-([\w-]*)$/;

/** Writes reasoning as the `encrypted_content` of an item. Vendors sign it, and the gateway adds no secret of its own. */
export function writeCarried({ by, ...reasoning }: CarriedReasoning): string {
  return `vertex1-${by}-${Buffer.from(JSON.stringify(reasoning)).toString('base64url')}`;
}

/**
 * Reads the `encrypted_content` of an item.
 * @param field the path of the member.
 * @returns undefined for a text that the gateway has not written: the reasoning of a model elsewhere, of no use here.
 * @throws GatewayError INVALID_REQUEST for one that the gateway has written otherwise.
 */
export function readCarried(text: string, field: string): CarriedReasoning | undefined {
  if (!text.startsWith('vertex1-')) return undefined;
  const [, vendor, content = ''] = WRITTEN.exec(text) ?? [];
  const by = vendor as CarriedReasoning['by'] | undefined;
  const read = by && FORMS[by].safeParse(parse(content));
  if (!read?.success)
    throw invalidBody([
      { field, description: 'must be as the gateway has sent it, or left out with its item' },
    ]);
  return { by, ...read.data } as CarriedReasoning;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(Buffer.from(content, 'base64url').toString());
  } catch {
    return undefined;
  }
}
