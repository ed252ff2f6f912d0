import { opensWithFragment } from './find-fragments.ts';

/** A comment, a name or an expression that a reader of the file alone cannot understand. */
export interface Riddle {
  readonly line: number;
  readonly problem: string;
}

/** The beginning of a schema's description: zod's `describe`, with the text on this line or the next. */
const DESCRIPTION = /\.describe\(\s*(['"`])/g;
/** A sentence may begin with the name of a product that is written in lower case. */
const LOWER_CASE_NAME = /^(?:npm|zod|undici|jose|jest|ajv|esbuild|gcloud|gRPC|protobuf|knip|fetch)\b/;

const DECLARATION = /\b(?:function\*?|const|let|interface|type|class|enum) +([A-Za-z_$][\w$]*)/g;
const RIDDLE_NAME = /^(?:\w+Rooms|Wondered\w*|orNothing|inTime|tell|Told|mayTell)$/;
/** The spread of an object literal only steers the formatter. */
const LITERAL_SPREAD = `${'.'.repeat(3)}{`;
const RIDDLE_FILE =
  /(?:^|\/)(?:cells|call-book|kept-parts|judge-pieces|vertex-shapes|again|credentials\/subject-token)\.ts$/;

/**
 * Finds comments that open with a fragment or in lower case, descriptions of schemas that open with a fragment, names
 * that are riddles, and spreads of object literals in a TypeScript file. Consecutive `//` lines are one comment. A comment behind code on its line is not looked at.
 * @returns the riddles in the order of their lines; lines count from 1.
 */
export function findRiddles(path: string, source: string): Riddle[] {
  const riddles: Riddle[] = [];
  if (RIDDLE_FILE.test(path)) riddles.push({ line: 1, problem: 'the file’s name is a riddle' });
  let isInComment = false;
  source.split('\n').forEach((text, index) => {
    const line = index + 1;
    const [, mark, opening = ''] = /^\s*(\/\*\*?|\/\/|\*)\s*(.*)$/.exec(text) ?? [];
    if (mark === undefined) {
      isInComment = false;
      for (const [, name = ''] of text.matchAll(DECLARATION))
        if (RIDDLE_NAME.test(name)) riddles.push({ line, problem: `the name ${name} is a riddle` });
      if (text.includes(LITERAL_SPREAD)) riddles.push({ line, problem: 'an object literal is spread' });
      return;
    }
    if (mark === '/**' || mark === '/*') isInComment = false;
    const words = opening.replace(/\*\/.*$/, '').trim();
    if (words === '') return;
    if (!isInComment) {
      const problem = findProblem(words);
      if (problem !== undefined) riddles.push({ line, problem: `${problem}: ${words}` });
    }
    isInComment = !text.includes('*/');
  });
  for (const { index, 0: opening } of source.matchAll(DESCRIPTION)) {
    const start = index + opening.length;
    const text = source.slice(start, source.indexOf('\n', start));
    if (!opensWithFragment(text)) continue;
    const line = source.slice(0, start).split('\n').length;
    riddles.push({ line, problem: `the description opens with a fragment, not with its subject: ${text}` });
  }
  return riddles.toSorted((one, other) => one.line - other.line);
}

function findProblem(words: string): string | undefined {
  if (opensWithFragment(words)) return 'the comment opens with a fragment, not with its subject';
  if (/^[a-z]+(?:[ ,;.]|$)/.test(words) && !LOWER_CASE_NAME.test(words))
    return 'the comment opens in lower case';
  return undefined;
}
