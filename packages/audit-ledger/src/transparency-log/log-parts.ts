import type { ContainerClient } from '@azure/storage-blob';
import { type LedgerReader, readBlob } from '../ledger/ledger-reader.ts';
import { partFile, partOf } from '../ledger/part-names.ts';
import { limitSignal } from '../time/limit-signal.ts';

/** The name of a part of the transparency log. Parts count from 1 on each day. */
export interface LogPartName {
  /** The day of the part's first head: `yyyymmdd`, in UTC. */
  readonly day: string;
  readonly part: number;
}

/**
 * Reads the transparency log as it stands in storage. Errors of the storage service are thrown. A part is read by the
 * folder of its day, as a part of a chain is by its writer.
 */
export interface LogReader extends Pick<LedgerReader, 'read'> {
  /** Lists the parts, oldest first. */
  listParts(abortSignal?: AbortSignal): Promise<LogPartName[]>;
}

/** The folder of the transparency log, beside those of the chains. */
export const LOG_FOLDER = 'tree';

const LIST_TIMEOUT_IN_MS = 60_000;
const PART_NAME = /^tree\/(\d{8})\/([^/]+)$/;

/** Reads the append blobs `tree/{yyyymmdd}/{part}.jsonl` of the ledger's container. */
export function createLogReader(container: ContainerClient): LogReader {
  return {
    read: (ofDay, part, offset, maximumBytes, abortSignal) =>
      readBlob(container, `${ofDay}/${partFile(part)}`, offset, maximumBytes, abortSignal),
    async listParts(abortSignal) {
      const options = {
        prefix: `${LOG_FOLDER}/`,
        abortSignal: limitSignal(LIST_TIMEOUT_IN_MS, abortSignal),
      };
      const names: string[] = [];
      for await (const { name } of container.listBlobsFlat(options)) names.push(name);
      return readPartNames(names);
    },
  };
}

/** Reads the names of parts from paths such as `tree/20261122/000001.jsonl`, in the order of the log. Other paths are left out. */
export function readPartNames(paths: Iterable<string>): LogPartName[] {
  const names: LogPartName[] = [];
  for (const path of paths) {
    const [, day, file = ''] = PART_NAME.exec(path) ?? [];
    const part = partOf(file);
    if (day !== undefined && part !== undefined) names.push({ day, part });
  }
  return names.sort(compareParts);
}

/** The period of heads that are needed. */
export interface LogPeriod {
  readonly from: Date;
  /** Parts of the days after it are left out; undefined for the end of the log. */
  readonly to: Date | undefined;
}

/**
 * Chooses the parts that have the heads of a period. The last day before the period is among them, because its last
 * head may be of the period.
 * @param names in the order of the log.
 */
export function choosePartsOf({ from, to }: LogPeriod, names: readonly LogPartName[]): LogPartName[] {
  const start = names.findLast(({ day }) => day < dayOf(from))?.day ?? '';
  const end = to && dayOf(to);
  return names.filter(({ day }) => day >= start && (end === undefined || day <= end));
}

/** Compares two parts by their order in the log. */
export function compareParts(one: LogPartName, other: LogPartName): number {
  return one.day === other.day ? one.part - other.part : one.day < other.day ? -1 : 1;
}

/** The name of the blob that holds a part of the log. */
export function logPartName(name: LogPartName): string {
  return `${folderOf(name)}/${partFile(name.part)}`;
}

/** The folder of a day's parts, by which they are read like a chain. */
export function folderOf({ day }: Pick<LogPartName, 'day'>): string {
  return `${LOG_FOLDER}/${day}`;
}

/** The day of a time: `yyyymmdd`, in UTC. */
export function dayOf(time: Date | string): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '');
}
