/** A row of results: a figure for each target, the bare proxy's first. */
export interface Row {
  readonly label: string;
  readonly unit: string;
  readonly figures: readonly number[];
}

const LABEL_WIDTH = 46;
const COLUMN_WIDTH = 24;

/** Prints each figure with its ratio to the bare proxy's; `-` where a target has none. */
export function printTable(title: string, targets: readonly string[], rows: readonly Row[]): void {
  console.log(`\n${title.padEnd(LABEL_WIDTH)}${targets.map(column).join('')}`);
  for (const { label, unit, figures } of rows) {
    const [base = Number.NaN] = figures;
    const cells = figures.map((figure, index) => {
      if (Number.isNaN(figure)) return '-';
      const ratio = index === 0 || Number.isNaN(base) ? '' : `  × ${(figure / base).toFixed(1)}`;
      return `${figure.toFixed(digitsOf(figure))} ${unit}${ratio}`;
    });
    console.log(label.padEnd(LABEL_WIDTH) + cells.map(column).join(''));
  }
}

function column(text: string): string {
  return text.padStart(COLUMN_WIDTH);
}

function digitsOf(figure: number): number {
  if (figure >= 100) return 0;
  return figure >= 10 ? 1 : 2;
}
