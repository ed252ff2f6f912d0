/** Receives each part of a service's folder that isn't supported or allowed: it throws the error, or collects it. */
export type Refuse = (error: Error) => void;

/** Ends at the first refusal. */
export function raise(error: Error): never {
  throw error;
}
