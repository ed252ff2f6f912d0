import { isDeepStrictEqual } from 'node:util';
import { joinNames } from '../../src/governance/join-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Writes a clause for each field that differs, such as `callsPerMinute is now 1200, it was 600`. */
export function describeFields(before: Fields, after: Fields): string[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (isDeepStrictEqual(was, is)) return [];
    if (isListOfNames(was) && isListOfNames(is)) return [describeList(name, was, is)];
    if (was === undefined) return [`${name} is now ${show(is)}, it was not set`];
    if (is === undefined) return [`${name} is no longer set, it was ${show(was)}`];
    const [shownBefore, shownAfter] = [show(was), show(is)];
    return [
      shownBefore === shownAfter ? `${name} changes` : `${name} is now ${shownAfter}, it was ${shownBefore}`,
    ];
  });
}

function describeList(name: string, before: readonly string[], after: readonly string[]): string {
  const gained = after.filter((item) => !before.includes(item));
  const lost = before.filter((item) => !after.includes(item));
  const clauses = [
    ...(gained.length > 0 ? [`gain ${joinNames(gained)}`] : []),
    ...(lost.length > 0 ? [`lose ${joinNames(lost)}`] : []),
  ];
  return `${name} ${clauses.length > 0 ? clauses.join(' and ') : `are in another order: ${after.join(', ')}`}`;
}

function isListOfNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Shows a short value as it is; a schema or another long value by its kind only. */
function show(value: unknown): string {
  if (isListOfNames(value)) return joinNames(value);
  const text = JSON.stringify(value);
  return text.length <= MAXIMUM_LENGTH ? text : 'another';
}

/** Longer values, in characters, are better read in the documents themselves. */
const MAXIMUM_LENGTH = 320;
