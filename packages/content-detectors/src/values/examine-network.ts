import { isIPv6 } from 'node:net';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const MAC = /^(?:[\dA-F]{2}:){5}[\dA-F]{2}$|^(?:[\dA-F]{2}-){5}[\dA-F]{2}$/i;
const ADDRESS = /^[\dA-Fa-f:.]{3,45}/;
const LONGEST = 64;

/** Looks for IPv6 and MAC addresses, which have two or more colons or five hyphens. */
export function examineNetwork(
  { text, units, work }: Reading,
  word: Word,
  kinds: ReadonlySet<string>,
  found: Candidate[],
): void {
  if (word.end - word.start > LONGEST || !hasMarks(units, word)) return;
  work.units += 4 * (word.end - word.start);
  const value = text.slice(word.start, word.end);
  for (const { index, 0: part } of value.matchAll(/[\dA-Fa-f:][\dA-Fa-f:.-]{2,63}/g)) {
    if (index > 0 && /[\w.-]/.test(value.charAt(index - 1))) continue;
    const start = word.start + index;
    const whole = part.replace(/[:.-]+$/, (end) => (end === '::' ? end : ''));
    if (/\w/.test(value.charAt(index + part.length))) continue;
    if (MAC.test(whole)) {
      const isNobody =
        /^(?:00[:-]){5}00$|^(?:ff[:-]){5}ff$/i.test(whole) || (whole.includes('-') && !/[A-F]/i.test(whole));
      if (kinds.has('mac-address') && !isNobody)
        found.push({
          kind: 'mac-address',
          detector: 'mac-address',
          start,
          end: start + whole.length,
          rank: 20,
        });
      continue;
    }
    const [address = ''] = ADDRESS.exec(whole) ?? [];
    if (!address.includes(':') || address === '::1' || address === '::') continue;
    if (address.replaceAll(':', '').length < 4 || !/\d/.test(address) || !isIPv6(address)) continue;
    if (kinds.has('ip-address'))
      found.push({
        kind: 'ip-address',
        detector: 'ip-address',
        start,
        end: start + address.length,
        rank: 20,
      });
  }
}

/** Tells if a word has two colons or five hyphens. */
function hasMarks(units: Uint16Array, { start, end }: Word): boolean {
  let colons = 0;
  let hyphens = 0;
  for (let at = start; at < end; at++) {
    const unit = units[at];
    if (unit === 0x3a) colons += 1;
    else if (unit === 0x2d) hyphens += 1;
  }
  return colons >= 2 || hyphens >= 5;
}
