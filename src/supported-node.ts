/** The lowest version of Node that all packages in the bundle support. The bundle is built for it. */
export const LOWEST_NODE = '22.19.0';

/**
 * @param version such as `process.versions.node`.
 * @throws Error with a plain sentence for a version of Node that is too old. A function app that throws while it is
 * loaded has no functions, and its host logs why.
 */
export function assertSupportedNode(version: string): void {
  const [given, lowest] = [version, LOWEST_NODE].map((text) => text.split('.').map(Number));
  const difference = lowest?.map((part, index) => (given?.[index] ?? 0) - part).find((part) => part !== 0);
  if ((difference ?? 0) >= 0) return;
  throw new Error(
    `The gateway needs Node ${LOWEST_NODE} or later, and ${version} is running: set the function app's Node version to 24 or 22.`,
  );
}

// The first thing that the bundle does: what it imports next may not even load in an older one.
assertSupportedNode(process.versions.node);
