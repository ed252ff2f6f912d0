/** The module of the thread that ships. The bundle has its own place for it. */
export const SHIPPING_WORKER = new URL('./shipping-worker.ts', import.meta.url);
