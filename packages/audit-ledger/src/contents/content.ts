import { contentName, type PartName, type PlainPart, sealContent, writeContent } from './sealed-content.ts';
import type { ContentReference } from '../record/record-schema.ts';
import type { StateStore } from '../storage/state-store.ts';
import { type DataSubject, subjectIdOf, type SubjectKey, type SubjectKeys } from './subject-keys.ts';
import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** The content of one call in the making. None of its methods throws or rejects. */
export interface KeptContent {
  /** Resolves when the key to encrypt with is there, or when the time limit has passed. */
  ready(): Promise<void>;
  /**
   * Adds bytes to a part. Parts that weren't asked for and bytes after the seal are ignored; of a part 1 MiB is kept.
   */
  add(part: PartName, bytes: Uint8Array | string): void;
  /**
   * Encrypts the content and starts to store it. A second call does nothing more.
   * @returns the reference to the content; undefined when it can't be kept.
   */
  seal(): ContentReference | undefined;
  /**
   * Encrypts and stores the content. Resolves when it is stored, or when that fails or takes too long; `seal` returns
   * undefined then.
   */
  store(): Promise<void>;
}

/** Keeps contents of calls, encrypted for their data subjects. */
export interface ContentKeeper {
  /** Begins to keep the named parts of a call's content. */
  start(recordId: string, subject: DataSubject, parts: readonly PartName[]): KeptContent;
}

/** The dependencies and limits of a content keeper. */
export interface ContentOptions {
  readonly keys: Pick<SubjectKeys, 'obtain'>;
  /** Called when a content is stored, because storage packages are slow to load. */
  readonly loadStore: () => Promise<StateStore>;
  /**
   * The longest that a call waits for the key of its data subject, and that a strict call waits for storage, in
   * milliseconds.
   */
  readonly timeoutInMs: number;
  /** While more than this many bytes wait for storage, no further content is kept. */
  readonly maximumPendingBytes: number;
  readonly schedule: Schedule;
}

/** A content keeper whose pending contents can be waited for. */
interface ClosableContentKeeper extends ContentKeeper {
  /** Resolves when every pending content is stored or given up. */
  close(): Promise<void>;
}

/** The most bytes that are kept of a part. Its whole size is kept as a number. */
const MAXIMUM_PART_BYTES = 1024 * 1024;
const FIRST_RETRY_IN_MS = 500;
const LAST_RETRY_IN_MS = 30_000;
/** These tries take some four minutes. After them the content is lost, but its record is not. */
const MAXIMUM_TRIES = 14;

/**
 * Keeps contents of calls as blobs, encrypted for their data subjects. A failure here costs a call its content, and
 * never its record or its answer.
 */
export function createContentKeeper(options: ContentOptions): ClosableContentKeeper {
  const { keys, loadStore, timeoutInMs, maximumPendingBytes, schedule } = options;
  const pending = new Set<Promise<boolean>>();
  let pendingBytes = 0;

  const store = async (name: string, value: object): Promise<boolean> => {
    const backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
    for (let tries = 1; ; tries += 1) {
      try {
        // Names are unique, so a blob that exists already was stored by an earlier try whose answer was lost.
        await (await loadStore()).write(name, value, {}, undefined);
        return true;
      } catch {
        if (tries === MAXIMUM_TRIES) return false;
        await new Promise<void>((resume) => schedule(resume, backOff.next()));
      }
    }
  };
  const storeSoon = (name: string, value: object, size: number): Promise<boolean> => {
    pendingBytes += size;
    const work = store(name, value).finally(() => {
      pendingBytes -= size;
      pending.delete(work);
    });
    pending.add(work);
    return work;
  };
  /** True when the work succeeds within the time limit. */
  const isDoneInTime = (work: Promise<boolean>): Promise<boolean> =>
    waitAtMost(work, { schedule, timeoutInMs, onLate: () => false });

  return {
    start(recordId, dataSubject, asked): KeptContent {
      const subject = subjectIdOf(dataSubject);
      const parts = new Map<PartName, { readonly chunks: Uint8Array[]; kept: number; bytes: number }>();
      let key: SubjectKey | undefined;
      let work: Promise<boolean> | undefined;
      let reference: ContentReference | undefined;
      const obtaining = keys.obtain(subject).then(
        (obtained) => {
          key = obtained;
          return true;
        },
        () => false,
      );
      const seal = (): Promise<boolean> | undefined => {
        if (work || !key || pendingBytes > maximumPendingBytes) return work;
        const plain = [...parts].map(([name, { chunks, bytes }]): [PartName, PlainPart] => [
          name,
          { kept: Buffer.concat(chunks), bytes },
        ]);
        const content = sealContent({ recordId, subject }, key, new Map(plain));
        const { text, sha256 } = writeContent(content);
        const blob = contentName(subject, recordId);
        reference = { subject, blob, sha256 };
        work = storeSoon(blob, content, text.length);
        return work;
      };
      return {
        async ready() {
          await isDoneInTime(obtaining);
        },
        add(name, added) {
          if (work || !asked.includes(name)) return;
          const bytes = typeof added === 'string' ? Buffer.from(added) : added;
          const part = parts.get(name) ?? { chunks: [], kept: 0, bytes: 0 };
          parts.set(name, part);
          const fitting = bytes.subarray(0, MAXIMUM_PART_BYTES - part.kept);
          if (fitting.byteLength > 0) part.chunks.push(fitting);
          part.kept += fitting.byteLength;
          part.bytes += bytes.byteLength;
        },
        seal() {
          void seal();
          return reference;
        },
        async store() {
          if (work) return;
          const storing = seal();
          if (storing && !(await isDoneInTime(storing))) reference = undefined;
        },
      };
    },
    async close() {
      await Promise.all(pending);
    },
  };
}
