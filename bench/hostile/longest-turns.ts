import { appendFileSync } from 'node:fs';

/**
 * This module is preloaded (`--import`) into a measured process. It writes each long turn of the event loop, by CPU time of
 * the main thread, which other work on the machine does not lengthen. The file that `LONGEST_TURNS` names gets a line for
 * each: process id, time since the epoch, milliseconds.
 */
const INTERVAL_IN_MS = 5;
const LEAST_IN_MS = 10;
const file = process.env.LONGEST_TURNS ?? '';

let before = usedInMs();
setInterval(() => {
  const now = usedInMs();
  if (now - before >= LEAST_IN_MS) appendFileSync(file, `${process.pid} ${Date.now()} ${now - before}\n`);
  before = usedInMs();
}, INTERVAL_IN_MS).unref();

function usedInMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
