import type { Candidate, Reading, Word } from '../scan/reading.ts';

const LONGEST = 100;
/** A verb of giving up or giving away, and within one sentence the instructions that came before. */
const INSTRUCTION =
  /(?:ignore|disregard|forget|override|bypass|reveal|print|repeat|show|output|display|leak|expose|ignoriere|vergiss|missachte|ignorez|oubliez|ignora|olvida|dimentica)\b[^.!?\n]{0,60}?\b(?:(?:system|developer|hidden|initial|original)[ -]?(?:prompt|message|instructions?)|(?:previous|prior|above|earlier|preceding)\s(?:instructions?|prompts?|messages?|rules)|systemprompt|(?:vorherigen|bisherigen|obigen) (?:anweisungen|instruktionen)|instructions précédentes|instrucciones anteriores|istruzioni precedenti)/iy;

/** Looks for an instruction that names the system prompt. It is a signal and no proof. @returns false when it needs more text. */
export function examineInstruction(
  { text, end, isOpen, work }: Reading,
  { start }: Word,
  found: Candidate[],
): boolean {
  const limit = Math.min(end, start + LONGEST);
  work.units += LONGEST;
  const line = text.slice(start, limit);
  INSTRUCTION.lastIndex = 0;
  const match = INSTRUCTION.exec(line);
  if (match === null || start + match[0].length === limit) {
    if (limit === end && isOpen && line.search(/[.!?\n]/) < 0) return false;
  }
  if (match !== null)
    found.push({
      kind: 'prompt-instruction',
      detector: 'prompt-instruction',
      start,
      end: start + match[0].length,
      rank: 70,
    });
  return true;
}
