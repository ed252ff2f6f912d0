/** Formats a path: `['instances', 3, 'width']` becomes `instances[3].width`. A key is cut at 60 characters. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 60)}`))
    .join('')
    .replace(/^\./, '');
}
