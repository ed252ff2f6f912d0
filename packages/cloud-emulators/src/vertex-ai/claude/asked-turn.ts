import type { MessagesBody } from './schema.ts';
import { blocksOf, textOf } from './tokens.ts';

const OPENING = '<system-reminder>';
const CLOSING = '</system-reminder>';

/** The user's last turn as the user wrote it. */
export interface AskedTurn {
  /** All text of the turn, with results of tools. */
  readonly text: string;
  /** The last block of text, which says what is wanted; empty when the turn has none, or has the result of a tool. */
  readonly wish: string;
}

/**
 * Reads the user's last turn. Reminders that an agent puts into it are left out, as a model takes them for context.
 * Source: https://code.claude.com/docs/en/llm-gateway-protocol
 */
export function readAskedTurn({ messages }: Pick<MessagesBody, 'messages'>): AskedTurn {
  const blocks = blocksOf(messages.findLast(({ role }) => role === 'user')?.content ?? []);
  const texts = blocks.map((block) => withoutReminders(textOf(block)));
  const written = texts.filter((text, index) => blocks[index]?.type === 'text' && text.trim() !== '');
  const hasResult = blocks.some(({ type }) => type === 'tool_result');
  return { text: texts.join('\n'), wish: hasResult ? '' : (written.at(-1) ?? '') };
}

function withoutReminders(text: string): string {
  const kept: string[] = [];
  for (let at = 0; ;) {
    const opening = text.indexOf(OPENING, at);
    const closing = opening < 0 ? -1 : text.indexOf(CLOSING, opening);
    if (closing < 0) return [...kept, text.slice(at)].join('');
    kept.push(text.slice(at, opening));
    at = closing + CLOSING.length;
  }
}
