import { createDetectors } from '../src/detectors.ts';
import { KINDS } from '../src/kinds.ts';
import { makeSentences } from './sentences.ts';

const detectors = createDetectors(new Set(Object.keys(KINDS)));

interface Score {
  right: number;
  missed: number;
  wrong: number;
}

/** Counts what is found: a value by its kind, and a false alarm for each detection of another kind. */
function printAccuracy(): void {
  const scores = new Map<string, Score>();
  const scoreOf = (kind: string): Score => {
    const score = scores.get(kind) ?? { right: 0, missed: 0, wrong: 0 };
    scores.set(kind, score);
    return score;
  };
  const sentences = makeSentences(17);
  for (const { text, kind } of sentences) {
    const found = detectors.detect(text).map((detection) => detection.kind);
    if (kind !== undefined) scoreOf(kind)[found.includes(kind) ? 'right' : 'missed'] += 1;
    for (const other of found) {
      if (other === kind) continue;
      scoreOf(other).wrong += 1;
      if (process.argv.includes('--show')) console.log(`${other} instead of ${kind ?? 'nothing'}: ${text}`);
    }
    if (kind !== undefined && !found.includes(kind) && process.argv.includes('--show'))
      console.log(`no ${kind}: ${text}`);
  }
  const clean = sentences.filter(({ kind }) => kind === undefined).length;
  console.log(`${sentences.length} sentences, ${clean} of them without a value`);
  for (const [kind, { right, missed, wrong }] of scores) {
    const precision = right + wrong === 0 ? 1 : right / (right + wrong);
    const recall = right + missed === 0 ? 1 : right / (right + missed);
    console.log(`${kind.padEnd(20)} precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}`);
  }
}

const PROSE =
  'The quarterly report shows that revenue rose by 12.5 % to 3,400 units in 2024, while costs fell. Please summarise the e-mail from Dr. Miller (ada@example.com) and list three action items. const total = items.map((item) => item.price * 1.19); Call 030 1234567 before 17:30. ';

/** The CPU time of a call in microseconds, after warming up. */
function cpuOf(times: number, call: () => void): number {
  for (let count = 0; count < Math.min(times, 50); count++) call();
  const start = process.cpuUsage();
  for (let count = 0; count < times; count++) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}

function printSpeed(): void {
  for (const [name, units, times] of [
    ['1 KB', 1024, 4000],
    ['64 KB', 65_536, 100],
    ['1 MB', 1_048_576, 6],
  ] as const) {
    const text = PROSE.repeat(Math.ceil(units / PROSE.length)).slice(0, units);
    console.log(`${name.padEnd(20)} ${cpuOf(times, () => detectors.detect(text)).toFixed(1)} µs of CPU`);
  }
  const pieces = PROSE.repeat(100).match(/[^]{1,40}/g) ?? [];
  const stream = cpuOf(20, () => {
    const opened = detectors.openStream();
    for (const piece of pieces) opened.push(piece);
    opened.end();
  });
  console.log(`${'a chunk of 40'.padEnd(20)} ${(stream / pieces.length).toFixed(2)} µs of CPU`);
}

printAccuracy();
printSpeed();
