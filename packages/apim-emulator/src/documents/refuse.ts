/** Told what a service's folder has that isn't supported or allowed: it throws that, or goes on and collects. */
export type Refuse = (error: Error) => void;

/** Ends at the first refusal. */
export function raise(error: Error): never {
  throw error;
}
