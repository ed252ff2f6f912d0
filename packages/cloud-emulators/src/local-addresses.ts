/** Addresses of the clouds, each with the one on this machine that stands for it. */
export class LocalAddresses {
  readonly #replacements: (readonly [cloud: string, local: string])[] = [];

  /** Adds an address of a cloud, without a slash at its end, such as `https://vault.azure.net`. */
  add(cloud: string, local: string): this {
    this.#replacements.push([cloud, local.replace(/\/$/, '')]);
    return this;
  }

  /** Replaces the addresses in a text. An address ends where the text does, or at a slash or a semicolon. */
  localize(text: string): string {
    return this.#replacements.reduce(
      (replaced, [cloud, local]) =>
        replaced
          .split(cloud)
          .reduce((before, after) => before + (/^([/;]|$)/.test(after) ? local : cloud) + after),
      text,
    );
  }

  /** Replaces the addresses in each of these values. */
  localizeAll(values: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.localize(value)]));
  }
}
