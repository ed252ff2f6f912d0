import { appendFileSync } from 'node:fs';

/**
 * Preloaded (`--import`) into a process that is measured: notes each turn of its event loop whose callbacks took long, in
 * CPU time of the main thread, which other work on the machine does not lengthen. One line each in the file that
 * `LONGEST_TURNS` names: process id, time since the epoch, milliseconds.
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
