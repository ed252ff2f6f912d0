/** A comment, a name or an expression that a reader of the file alone cannot understand. */
export interface Riddle {
  readonly line: number;
  readonly problem: string;
}

/** A clause or a phrase without its subject begins so. */
const FRAGMENT = /^(?:What|Whether|How|Which|Who|Whom|Whose|Why|Where|When|Of|Such|Those|Likewise|Because)\b/;
/** A sentence may begin with the name of a product that is written in lower case. */
const LOWER_CASE_NAME = /^(?:npm|zod|undici|jose|jest|ajv|esbuild|gcloud|gRPC|protobuf|knip|fetch)\b/;

const DECLARATION = /\b(?:function\*?|const|let|interface|type|class|enum) +([A-Za-z_$][\w$]*)/g;
const RIDDLE_NAME = /^(?:\w+Rooms|Wondered\w*|orNothing|inTime|tell|Told|mayTell)$/;
/** The spread of an object literal only steers the formatter. */
const LITERAL_SPREAD = `${'.'.repeat(3)}{`;
const RIDDLE_FILE =
  /(?:^|\/)(?:cells|call-book|kept-parts|judge-pieces|vertex-shapes|again|credentials\/subject-token)\.ts$/;

/**
 * Finds comments that open with a fragment or in lower case, names that are riddles, and spreads of object literals in
 * a TypeScript file. Consecutive `//` lines are one comment. A comment behind code on its line is not looked at.
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
  return riddles;
}

function findProblem(words: string): string | undefined {
  if (FRAGMENT.test(words)) return 'the comment opens with a fragment, not with its subject';
  if (/^[a-z]+(?:[ ,;.]|$)/.test(words) && !LOWER_CASE_NAME.test(words))
    return 'the comment opens in lower case';
  return undefined;
}
