import { readFileSync, writeFileSync } from 'node:fs';

/** Linux counts CPU time for user space in hundredths of a second: proc_pid_stat(5). */
const MS_PER_TICK = 10;

/** User and system time that a process has used, with all its threads; resolution 10 ms. */
export function readCpuTimeInMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Resident set size in megabytes. */
export function readMemoryInMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Forgets the most memory that a process has had so far. Source: proc_pid_clear_refs(5) */
export function forgetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The largest resident set size in megabytes, since it was forgotten last. */
export function readPeakMemoryInMb(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** The child of a process whose command line holds `part`. @throws Error when there is none. */
export function findChild(pid: number, part: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const found = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(part));
  if (found === undefined) throw new Error(`Process ${pid} has no child ${part}.`);
  return found;
}

/** The environment that a process was started with, but for how its parent talks to it. */
export function readEnvironmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '' && !entry.startsWith('NODE_CHANNEL_'));
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
