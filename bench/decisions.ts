import { createSchemaCompiler } from '../src/governance/compile-schemas.ts';
import { createGovernance, type Governance } from '../src/governance/governance.ts';
import { createCalls, createDocuments } from './decision-documents.ts';
import { quantile } from './statistics.ts';

/** The goal: a decision takes less than this, whatever the number of rules. */
const TARGET_IN_MICROSECONDS = 20;
const RULES = [10, 100, 1_000, 10_000];
const WARM_UP = 20_000;
const DECISIONS = 100_000;

const calls = createCalls(DECISIONS);
const rows = RULES.map((rules) => measure(rules));
console.log(
  `Node ${process.version}; 1,000 catalog entries; ${DECISIONS.toLocaleString('en')} decisions each.\n`,
);
printRow(['rules', 'allowed', 'load', 'p50', 'p99']);
for (const { rules, allowed, loadInMs, p50, p99 } of rows) {
  const part = `${((100 * allowed) / DECISIONS).toFixed(0)} %`;
  printRow([
    rules.toLocaleString('en'),
    part,
    `${loadInMs.toFixed(0)} ms`,
    `${p50.toFixed(2)} µs`,
    `${p99.toFixed(2)} µs`,
  ]);
}
const worst = Math.max(...rows.map(({ p99 }) => p99));
if (worst >= TARGET_IN_MICROSECONDS) {
  console.error(`\nThe slowest p99 is ${worst.toFixed(1)} µs; the target is ${TARGET_IN_MICROSECONDS} µs.`);
  process.exitCode = 1;
}

function measure(rules: number) {
  const documents = createDocuments(rules);
  const start = performance.now();
  const governance = createGovernance(documents, 'bench', createSchemaCompiler());
  const loadInMs = performance.now() - start;
  decideAll(governance, WARM_UP);
  const { allowed, samples } = decideAll(governance, DECISIONS);
  return { rules, allowed, loadInMs, p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

/** Measures each decision by itself, in microseconds. */
function decideAll(governance: Governance, count: number): { allowed: number; samples: number[] } {
  const samples: number[] = [];
  let allowed = 0;
  for (const { principal, target } of calls.slice(0, count)) {
    const start = process.hrtime.bigint();
    const decision = governance.decide(principal, target);
    samples.push(Number(process.hrtime.bigint() - start) / 1000);
    if (decision.allowed) allowed += 1;
  }
  return { allowed, samples };
}

function printRow(cells: readonly string[]): void {
  console.log(cells.map((cell) => cell.padStart(10)).join(''));
}
