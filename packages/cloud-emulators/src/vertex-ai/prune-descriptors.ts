/** A namespace, message, enum or service in protobufjs' JSON form. */
export interface Descriptor {
  nested?: Record<string, Descriptor>;
  fields?: Readonly<Record<string, { readonly type: string; readonly id: number }>>;
  oneofs?: Readonly<Record<string, unknown>>;
  readonly methods?: Readonly<Record<string, unknown>>;
}

/** Prunes a tree of descriptors to the named messages and all types that their fields reach. */
export function pruneDescriptors(root: Descriptor, names: readonly string[]): Descriptor {
  const pruned: Descriptor = {};
  const seen = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const path = name.split('.');
    const found = findDescriptor(root, path);
    if (!found) throw new Error(`The SDK's descriptors have no ${name}.`);
    place(pruned, path, found);
    for (const { type } of Object.values(found.fields ?? {})) {
      const reached = resolve(root, path, type);
      if (reached !== undefined) waiting.push(reached);
    }
  }
  return pruned;
}

/** Finds a descriptor by the names that lead to it. */
export function findDescriptor(root: Descriptor, path: readonly string[]): Descriptor | undefined {
  let at: Descriptor | undefined = root;
  for (const name of path) at = at?.nested?.[name];
  return at;
}

/** Finds the full name of a type that a field refers to; the innermost scope that has it wins. Scalars have none. */
function resolve(root: Descriptor, scope: readonly string[], type: string): string | undefined {
  for (let depth = scope.length; depth >= 0; depth -= 1) {
    const path = [...scope.slice(0, depth), ...type.split('.')];
    if (findDescriptor(root, path)) return path.join('.');
  }
  return undefined;
}

/** Copies one type without its nested types, which are copied when they are reached. */
function place(pruned: Descriptor, path: readonly string[], found: Descriptor): void {
  let parent = pruned;
  for (const name of path.slice(0, -1)) {
    parent.nested ??= {};
    parent = parent.nested[name] ??= {};
  }
  parent.nested ??= {};
  const last = path.at(-1) ?? '';
  const own = { ...found };
  delete own.nested;
  const { nested } = parent.nested[last] ?? {};
  parent.nested[last] = { ...own, ...(nested ? { nested } : {}) };
}
