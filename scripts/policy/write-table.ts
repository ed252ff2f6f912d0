type Row = readonly string[];

/** Columns that line up; a cell that says the same as the one above it, in the leading columns, is left out. */
export function writeTextTable(header: Row, rows: readonly Row[]): string {
  const lines = [header, ...thinOut(rows)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width) => '─'.repeat(width));
  return [header, rule, ...lines.slice(1)]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A table of GitHub-flavoured Markdown: https://github.github.com/gfm/#tables-extension- */
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
