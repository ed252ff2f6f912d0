import { z } from 'zod';

const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, dashes; at most 63');
/** A Google Cloud location: a region such as `europe-west4`, a multi-region or `global`. */
const Location = z
  .string()
  .regex(/^[a-z]+(-[a-z]+\d{1,2})?$/, 'a Google Cloud location such as europe-west4 or global');
const Project = z
  .string()
  .regex(/^([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,20})$/, 'a Google Cloud project id or number');
const Operation = z.enum(['predict', 'generateContent', 'streamGenerateContent']);

const Entry = {
  name: Name,
  project: Project,
  locations: z.array(Location).min(1),
  operations: z.array(Operation).min(1),
};

/** A publisher model or a custom endpoint, with where and how it may be called. */
export const CatalogEntry = z.union([
  z.strictObject({ ...Entry, endpoint: Name }),
  z.strictObject({ ...Entry, publisher: Name, model: Name }),
]);
export type CatalogEntry = z.infer<typeof CatalogEntry>;

export const Catalog = z.strictObject({ entries: z.array(CatalogEntry) });
export type Catalog = z.infer<typeof Catalog>;

/** Lets holders of any of the roles use the entries; `reason` is one line that users read. */
export const Grant = z.strictObject({
  id: Name,
  reason: z.string().min(1),
  roles: z.array(Name).min(1),
  entries: z.array(Name).min(1),
  locations: z.array(Location).min(1).optional(),
  operations: z.array(Operation).min(1).optional(),
});
export type Grant = z.infer<typeof Grant>;

export const Access = z.strictObject({ grants: z.array(Grant) });
export type Access = z.infer<typeof Access>;
