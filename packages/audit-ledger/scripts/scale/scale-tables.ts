import { MOST_CHAINS } from '../../src/shipping/log-chain-heads.ts';
import { chooseOpenDays } from '../../src/shipping/open-days.ts';
import { PHASE_IN_MS } from '../../src/shipping/sweep.ts';
import { dayOf } from '../../src/transparency-log/log-parts.ts';
import { INTENDED_RECORDS } from '../../src/verification/read-shipped-records.ts';
import { LIMITS, linked, PRICES } from './azure-figures.ts';
import { type InstanceWork, measureInstance } from './measure-instance.ts';

/** A table: its heading and its rows, cell by cell. */
export interface Table {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The work of an instance whose calls are all standard, and of one whose calls are all strict. */
interface Measured {
  readonly standard: InstanceWork;
  readonly strict: InstanceWork;
}

const INSTANCES = 1_000;
/** So many fewer instances, each with so many times the calls, are looked at too. */
const BUSIER = 10;
const RECORDS = 1e9;
const MONTHS_KEPT = 7 * 12;
const LOAD = { callsPerSecond: 10, storageInMs: 10, ingestionInMs: 50, keyVaultInMs: 20 };
/** A process lives for a day, and each begins a chain. */
const DAY_IN_S = 86_400;
/** The ages of a ledger, in days, at which the lists of a sweep are counted: a month, a year and seven. */
const AGES = [31, 366, 2_557];
const DAYS_KEPT = 2_557;
const DAY_IN_MS = DAY_IN_S * 1_000;
/** The cursor, the recovery and the logged head of each chain, which a sweep lists too. */
const STATES_OF_CHAIN = 3;
/** The time of a page of a list. Azure promises none, so this is an assumption. */
const PAGE_IN_MS = 500;
const MEBIBYTE = 1024 ** 2;
/** The time for checking a MiB of chains line by line, as a sweep does. */
const CHECKING_IN_MS = 10;
/** The time for verifying a MiB of chains on one core, as `npm run bench:verification` measures it. */
const VERIFYING_IN_MS = 3;
/** The memory for the ids of a million calls while they are verified, in GB. */
const GIGABYTES_OF_MILLION_IDS = 0.016;

/**
 * Works out what the audit trail needs at 1,000 instances of 10 calls a second each, and for 10⁹ records kept for seven
 * years. The code itself runs for the figures of an instance.
 */
export async function workOutScale(): Promise<{ readonly limits: Table; readonly costs: Table }> {
  const measured = await measure(LOAD.callsPerSecond);
  const busy = await measure(LOAD.callsPerSecond * BUSIER);
  return { limits: limitsOf(measured, busy), costs: costsOf(measured) };
}

async function measure(callsPerSecond: number): Promise<Measured> {
  const load = { ...LOAD, callsPerSecond };
  return {
    standard: await measureInstance({ durability: 'standard', ...load }),
    strict: await measureInstance({ durability: 'strict', ...load }),
  };
}

/** @param busy what was measured of an instance with `BUSIER` times as many calls. */
function limitsOf(measured: Measured, busy: Measured): Table {
  const { strict } = measured;
  const requests = (work: InstanceWork) => work.appends + work.reads + work.cursorWrites;
  const blobsOfDay = (work: InstanceWork) => Math.ceil((work.appends * DAY_IN_S) / LIMITS.blocks.value);
  const pagesOf = (blobs: number) => Math.ceil((INSTANCES * blobs) / LIMITS.listed.value);
  const pages = (blobsOfChain: number) =>
    mostDaysListed(DAYS_KEPT) * (pagesOf(blobsOfChain) + STATES_OF_CHAIN * pagesOf(1)) + 1;
  const sweptBytes = (PHASE_IN_MS / (LOAD.storageInMs + CHECKING_IN_MS)) * MEBIBYTE;
  const { signatures } = strict;
  const unwraps = 1 / 6;
  const subjects = (limit: number) => Math.floor(limit / INSTANCES / unwraps);
  const itemsOfCall = strict.events / strict.calls + 1;
  const callsPerSecond = INSTANCES * LOAD.callsPerSecond;
  const shippedBytes = callsPerSecond * eventBytesOf(strict);
  const queries = RECORDS / INTENDED_RECORDS;
  return {
    heading: ['limit', 'Azure’s figure', 'needed', 'passed'],
    rows: [
      [
        'requests to an account',
        linked(LIMITS.accountRequests, `${whole(LIMITS.accountRequests.value)}/s; 40,000/s in some regions`),
        both(measured, (work) => `${whole(requests(work) * INSTANCES)}/s`),
        both(measured, (work) => `at ${whole(LIMITS.accountRequests.value / requests(work))} instances`),
      ],
      [
        `the same, by ${whole(INSTANCES / BUSIER)} instances`,
        'the same',
        both(busy, (work) => `${whole((requests(work) * INSTANCES) / BUSIER)}/s`),
        both(
          busy,
          (work) => `at ${whole((LIMITS.accountRequests.value / requests(work)) * work.calls)} calls/s`,
        ),
      ],
      [
        'size of an account',
        linked(LIMITS.accountBytes, '5 PiB'),
        both(measured, (work) => `${tenths((bytesOf(work) * RECORDS) / 1e12)} TB`),
        both(
          measured,
          (work) => `at ${tenths(LIMITS.accountBytes.value / bytesOf(work) / 1e12)} × 10¹² records`,
        ),
      ],
      [
        'blocks of a blob',
        linked(LIMITS.blocks, whole(LIMITS.blocks.value)),
        both(measured, (work) => `${blobsOfDay(work)} blobs a day of an instance`),
        'never: the writer goes on in the next blob',
      ],
      [
        'listing in a sweep, 50 s',
        linked(LIMITS.listed, `${whole(LIMITS.listed.value)} blobs a page`),
        `${AGES.map((days) => whole(mostDaysListed(days))).join(', ')} days of ${AGES.map(whole).join(', ')}; at the peak all day ${both(measured, (work) => `${pages(blobsOfDay(work))} pages`)}`,
        `never by age; ${both(measured, (work) => `${tenths((pages(blobsOfDay(work)) * PAGE_IN_MS) / 1000)} s`)}`,
      ],
      [
        'reading the chain of a killed process',
        'none',
        both(
          measured,
          (work) => `${tenths((bytesOf(work) * LOAD.callsPerSecond * DAY_IN_S) / 1e9)} GB a day of a chain`,
        ),
        both(
          measured,
          (work) => `it takes ${whole((bytesOf(work) * LOAD.callsPerSecond * DAY_IN_S) / sweptBytes)} sweeps`,
        ),
      ],
      [
        'reading the chains of all killed processes',
        'none',
        'those of processes that did not end in order, each after a day at the peak',
        both(
          measured,
          (work) =>
            `at ${whole((sweptBytes * 60) / (bytesOf(work) * LOAD.callsPerSecond * DAY_IN_S))} an hour`,
        ),
      ],
      [
        'heads of chains in sweeps',
        'none',
        `${whole(INSTANCES)} an hour, all at once after a deployment`,
        `at ${whole(MOST_CHAINS * 60)} instances`,
      ],
      [
        'signatures, RSA 3,072',
        linked(
          LIMITS.softwareKey,
          `${whole(LIMITS.softwareKey.value)} in 10 s; ${LIMITS.hardwareKey.value} in an HSM`,
        ),
        `${tenths(10 * (signatures * INSTANCES + INSTANCES / DAY_IN_S + 1 / 60))} in 10 s: one of each process, and one a minute for all chains`,
        `by ${whole(LIMITS.softwareKey.value)} processes that start in 10 s; HSM by ${whole(LIMITS.hardwareKey.value)}; others are signed some seconds later`,
      ],
      [
        'keys of contents, RSA 3,072',
        'the same limit',
        `${whole(unwraps * INSTANCES)} in 10 s for each subject that calls every instance each minute`,
        `with ${subjects(LIMITS.softwareKey.value)} subjects an instance; HSM with ${subjects(LIMITS.hardwareKey.value)}`,
      ],
      [
        'telemetry items',
        linked(LIMITS.telemetryItems, `${whole(LIMITS.telemetryItems.value)}/s`),
        `${whole(itemsOfCall * callsPerSecond)}/s with the edge’s requests`,
        `at ${whole(LIMITS.telemetryItems.value / itemsOfCall)} calls/s`,
      ],
      [
        'telemetry of a day',
        linked(LIMITS.telemetryDay, '100 GB, unless raised'),
        `${tenths((shippedBytes * DAY_IN_S) / 1e12)} TB at the peak all day, without the edge’s requests`,
        `after ${whole(LIMITS.telemetryDay.value / shippedBytes / 60)} minutes of the peak`,
      ],
      [
        'ingestion of a workspace',
        linked(LIMITS.workspaceMinute, 'about 6 GB a minute'),
        `${tenths((shippedBytes * 60) / 1e9)} GB a minute, without the edge’s requests`,
        `at ${whole(LIMITS.workspaceMinute.value / 60 / eventBytesOf(strict))} calls/s`,
      ],
      [
        'queries of a verification',
        linked(LIMITS.queries, `${LIMITS.queries.value} in 30 s`),
        `${whole(queries)} for 10⁹ records`,
        `never, but they take ${tenths(((queries / LIMITS.queries.value) * 30) / 3600)} h`,
      ],
      [
        'verifying the ledger',
        'none',
        `10⁹ records in one run: ${both(measured, (work) => `${tenths((((bytesOf(work) * RECORDS) / MEBIBYTE) * VERIFYING_IN_MS) / 3_600_000)} h`)}, and ${whole((GIGABYTES_OF_MILLION_IDS * RECORDS) / 1e6)} GB of memory`,
        'by the memory of the machine',
      ],
      [
        'instances of an app',
        linked(
          LIMITS.instances,
          `${whole(LIMITS.instances.value)}; 512,000 MB a region, which is 250 of 2,048 MB`,
        ),
        whole(INSTANCES),
        'at 250 instances, unless raised',
      ],
    ],
  };
}

/** Counts the days that a sweep lists at most, of a ledger that has chains of as many days. */
function mostDaysListed(count: number): number {
  const start = Date.UTC(2026, 0, 1, 12);
  const days = Array.from({ length: count }, (_, before) =>
    dayOf(new Date(start - before * DAY_IN_MS)),
  ).sort();
  // Within an hour the days of the last month have had their turn once or twice.
  const listed = Array.from({ length: 60 }, (_, minute) => {
    const asOf = new Date(start + minute * 60_000);
    return chooseOpenDays(days, { asOf, leaves: [], unfinished: new Set() }).length;
  });
  return Math.max(...listed);
}

function costsOf(measured: Measured): Table {
  const row = (
    label: string,
    unit: string,
    price: keyof typeof PRICES,
    amount: (work: InstanceWork) => number,
  ) => [
    label,
    both(measured, (work) => `${tenths(amount(work))} ${unit}`),
    linked(PRICES[price], PRICES[price].text),
    both(measured, (work) => `$${(amount(work) * PRICES[price].value).toFixed(2)}`),
  ];
  const millionsOf = (name: 'appends' | 'reads' | 'cursorWrites') => (work: InstanceWork) =>
    work[name] / work.calls;
  return {
    heading: ['a million records', 'amount', 'price', 'cost'],
    rows: [
      row('appends', 'million', 'millionWrites', millionsOf('appends')),
      row('cursors', 'million', 'millionWrites', millionsOf('cursorWrites')),
      row('reads of shipping', 'million', 'millionReads', millionsOf('reads')),
      row(
        'the ledger for seven years',
        'GB-months',
        'storedGigabyteMonth',
        (work) => (bytesOf(work) * 1e6 * MONTHS_KEPT) / 1e9,
      ),
      row(
        'records in Application Insights',
        'GB',
        'loggedGigabyte',
        (work) => (eventBytesOf(work) * 1e6) / 1e9,
      ),
      [
        'signatures',
        both(measured, (work) => whole(((work.signatures + 1 / DAY_IN_S) / work.calls) * 1e6)),
        'not known',
        'not known',
      ],
      [
        'the edge’s requests',
        '1 million, of a size that is not measured',
        linked(PRICES.loggedGigabyte, PRICES.loggedGigabyte.text),
        'not known',
      ],
    ],
  };
}

/** The bytes on the ledger for one call. */
function bytesOf({ appendedBytes, calls }: InstanceWork): number {
  return appendedBytes / calls;
}

/** The bytes of events for one call. */
function eventBytesOf({ eventBytes, calls }: InstanceWork): number {
  return eventBytes / calls;
}

function both({ standard, strict }: Measured, write: (work: InstanceWork) => string): string {
  return `${write(standard)}; strict ${write(strict)}`;
}

function whole(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}

function tenths(figure: number): string {
  return figure.toFixed(1);
}
