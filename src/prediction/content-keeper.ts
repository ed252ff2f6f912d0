import type { ContentPart } from '../governance/documents.ts';
import type { Caller } from './caller.ts';

/** Where the encrypted content of a call lies, under whose key, with its hash. */
export interface ContentReference {
  /** The pseudonym of the data subject. */
  readonly subject: string;
  readonly blob: string;
  /** Hex. */
  readonly sha256: string;
}

/** The content of one call, while it is kept. No method throws. */
export interface KeptContent {
  /** Resolves when the content can be encrypted, or when that was waited for long enough. */
  ready(): Promise<void>;
  /** Adds bytes to a part. Ignores a part that wasn't asked for, bytes beyond a bound, and bytes after the seal. */
  add(part: ContentPart, bytes: Uint8Array | string): void;
  /**
   * Encrypts what was added and has it stored in the background. Returns the same reference when called again, and
   * undefined when the content can't be kept.
   */
  seal(): ContentReference | undefined;
  /** Encrypts what was added. Resolves when it is stored, or when it can't be stored in time; `seal` then says which. */
  store(): Promise<void>;
}

/** Keeps contents, encrypted for their data subjects. */
export interface ContentKeeper {
  start(
    recordId: string,
    subject: Pick<Caller, 'identityProvider' | 'objectId'>,
    parts: readonly ContentPart[],
  ): KeptContent;
}
