/** A place in a policy document; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An attribute's value or an element's text, entities decoded, and where it starts. */
export interface PolicyText {
  readonly value: string;
  readonly position: Position;
}

/** One element of a policy document. `text` is what stands between its children, untrimmed; comments are dropped. */
export interface PolicyElement {
  readonly name: string;
  readonly position: Position;
  readonly attributes: ReadonlyMap<string, PolicyText>;
  readonly children: readonly PolicyElement[];
  readonly text: PolicyText;
}
