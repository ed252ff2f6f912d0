// Waiting: delays between tries, limits, and the clock by which both are scheduled.
export { createBackOff } from './time/back-off.ts';
export { loadOnce } from './time/load-once.ts';
export { byTheClock } from './time/schedule.ts';
export { waitAtMost } from './time/time-limit.ts';
