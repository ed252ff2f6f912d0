import { type Table, workOutScale } from './scale/scale-tables.ts';

/** Prints the tables of the scale of the audit trail, as docs/operations.md has them. */
const { limits, costs } = await workOutScale();
console.log(`${write(limits)}\n\n${write(costs)}`);

function write({ heading, rows }: Table): string {
  return [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
