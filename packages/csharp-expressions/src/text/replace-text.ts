import { spend, spendLength } from '../budget.ts';

/** Returns a text with every occurrence of another, which isn't empty, replaced. How long it gets is known before. */
export function replaceText(text: string, from: string, to: string): string {
  let count = 0;
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length)) count += 1;
  spendLength(text.length + count * (to.length - from.length));
  spend(count >> 4);
  return text.replaceAll(from, to.replaceAll('$', '$$$$'));
}
