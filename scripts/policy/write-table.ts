type Row = readonly string[];

/** Longer cells wrap, so that a table with a few columns fits a terminal. */
const MAXIMUM_WIDTH = 28;

/** Writes a table with aligned columns. Leading cells that repeat the row above are left empty. */
export function writeTextTable(header: Row, rows: readonly Row[]): string {
  const body = thinOut(rows).flatMap(wrapRow);
  const widths = header.map((name, column) =>
    Math.max(name.length, ...body.map((line) => line[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '─'.repeat(width));
  return [header, rule, ...body]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function wrapRow(row: Row): Row[] {
  const cells = row.map(wrapCell);
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ''));
}

/** Wraps after spaces and `+` only: a longer name makes its column wider. */
function wrapCell(cell: string): string[] {
  return cell.split(/(?<=[ +])/).reduce<string[]>((lines, word) => {
    const longer = `${lines.at(-1) ?? ''}${word}`;
    return lines.length > 0 && longer.trimEnd().length <= MAXIMUM_WIDTH
      ? [...lines.slice(0, -1), longer]
      : [...lines, word];
  }, []);
}

/** Writes a table of GitHub-flavoured Markdown: https://github.github.com/gfm/#tables-extension- */
export function writeMarkdownTable(header: Row, rows: readonly Row[]): string {
  return [header, header.map(() => '---'), ...thinOut(rows)]
    .map((line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

function thinOut(rows: readonly Row[]): Row[] {
  return rows.map((row, index) => {
    const above = rows[index - 1];
    const firstNew = row.findIndex((cell, column) => cell !== above?.[column]);
    return row.map((cell, column) => (column < firstNew ? '' : cell));
  });
}
