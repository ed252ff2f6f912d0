import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts CPU time for user space in hundredths of a second: proc_pid_stat(5). */
const MS_PER_TICK = 10;

/** The user and system time of a process with all its threads, in steps of 10 ms. */
export function readCpuTimeInMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/**
 * The time that the threads of a process have run, in milliseconds and exact to far less than one. Threads that have ended
 * are not in it. Source: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function readCpuTimeOfThreadsInMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1_000_000;
  }, 0);
}

/** Lists a process and everything that it and its children have started and that still runs. */
export function listTree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => listTree(Number(child))))];
}

/**
 * The user and system time of a process and all its descendants, those that have ended included, in steps of 10 ms.
 */
export function readCpuTimeOfTreeInMs(pid: number): number {
  return listTree(pid).reduce((sum, one) => sum + readCpuTimeInMs(one) + readCpuTimeOfEndedInMs(one), 0);
}

/** The user and system time of a process's children that have ended. */
function readCpuTimeOfEndedInMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK;
}

/**
 * The memory of a process and all its descendants, in megabytes. Pages that several share count once.
 * Source: proc_pid_smaps(5)
 */
export function readMemoryOfTreeInMb(pid: number): number {
  return listTree(pid).reduce((sum, one) => {
    const rollup = readFileSync(`/proc/${one}/smaps_rollup`, 'utf8');
    return sum + Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]) / 1024;
  }, 0);
}

/** The resident set size of a process, in megabytes. */
export function readMemoryInMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Resets the peak memory of a process. Source: proc_pid_clear_refs(5) */
export function forgetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The largest resident set size of a process since its last reset, in megabytes. */
export function readPeakMemoryInMb(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Finds the child of a process whose command line contains `part`. @throws Error when there is none. */
export function findChild(pid: number, part: string): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const found = children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(part));
  if (found === undefined) throw new Error(`Process ${pid} has no child ${part}.`);
  return found;
}
