import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * A double of a command line. It records what it is told, and answers as the test says: the first answer whose words are
 * all among the arguments. Without one, it prints nothing and succeeds.
 */
const [command, ...parameters] = process.argv.slice(2);
const { DOUBLES_RECORD, DOUBLES_ANSWERS } = process.env;
appendFileSync(DOUBLES_RECORD, `${JSON.stringify({ command, parameters })}\n`);
const answers = JSON.parse(readFileSync(DOUBLES_ANSWERS, 'utf8'));
const answer = answers.find(
  (one) => one.command === command && one.words.every((word) => parameters.includes(word)),
);

if (command === 'jq') {
  const path = parameters.at(-1).split('.').filter(Boolean);
  const value = path.reduce((found, name) => found[name], JSON.parse(readFileSync(0, 'utf8')));
  process.stdout.write(`${parameters.includes('--raw-output') ? value : JSON.stringify(value)}\n`);
} else {
  for (const [file, text] of Object.entries(answer?.writes ?? {})) writeFileSync(file, text);
  if (answer?.prints !== undefined) process.stdout.write(`${answer.prints}\n`);
  process.exitCode = answer?.status ?? 0;
}
