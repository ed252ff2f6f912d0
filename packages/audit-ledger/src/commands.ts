// The command lines. Each is loaded when it is called, because most of them need packages that verifying a bundle does not.

/** Runs `audit:verify`. The module says what it promises. */
export async function verify(environmentFile: URL): Promise<void> {
  await (await import('./commands/verify.ts')).verify(environmentFile);
}

/** Runs `audit:export`. The module says what it promises. */
export async function exportBundle(environmentFile: URL): Promise<void> {
  await (await import('./commands/export.ts')).exportBundle(environmentFile);
}

/** Runs `audit:witness`. The module says what it promises. */
export async function writeWitness(environmentFile: URL): Promise<void> {
  await (await import('./commands/witness.ts')).writeWitness(environmentFile);
}

/** Runs `audit:content`. The module says what it promises. */
export async function showContent(environmentFile: URL): Promise<void> {
  await (await import('./commands/content.ts')).showContent(environmentFile);
}

/** Runs `audit:erase`. The module says what it promises. */
export async function erase(environmentFile: URL): Promise<void> {
  await (await import('./commands/erase.ts')).erase(environmentFile);
}
