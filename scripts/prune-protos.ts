/** A protobufjs JSON descriptor: a namespace, a message, an enum or a service, by its keys. */
interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
  readonly methods?: Readonly<
    Record<string, { readonly requestType: string; readonly responseType: string }>
  >;
  readonly values?: unknown;
}

/**
 * Keeps the named services and packages of a protobufjs JSON descriptor, and every type that they reach. A client of the
 * SDK builds its types from the descriptor of all services when it is constructed, which takes seconds.
 * @param keep full names, such as `google.rpc`.
 * @throws Error for a name that is not there.
 */
export function pruneProtos<T extends object>(root: T & Descriptor, keep: readonly string[]): T {
  const kept = new Set<string>();
  for (const name of keep) {
    const descriptor = find(root, name);
    if (!descriptor) throw new Error(`The protos have no "${name}".`);
    visit(root, name, descriptor, kept);
  }
  return { ...root, ...retain(root, '', kept) };
}

function visit(root: Descriptor, name: string, descriptor: Descriptor, kept: Set<string>): void {
  if (kept.has(name)) return;
  kept.add(name);
  for (const [child, nested] of Object.entries(descriptor.nested ?? {}))
    visit(root, `${name}.${child}`, nested, kept);
  const types = [
    ...Object.values(descriptor.fields ?? {}).map(({ type }) => type),
    ...Object.values(descriptor.methods ?? {}).flatMap((method) => [method.requestType, method.responseType]),
  ];
  for (const type of types) {
    const resolved = resolve(root, name, type);
    const target = resolved === undefined ? undefined : find(root, resolved);
    if (resolved !== undefined && target) visit(root, resolved, target, kept);
  }
}

/** Resolves the full name of a type that `scope` refers to; undefined for a scalar. */
function resolve(root: Descriptor, scope: string, type: string): string | undefined {
  const name = type.replace(/^\./, '');
  const parts = type.startsWith('.') ? [] : scope.split('.');
  for (let length = parts.length; length >= 0; length -= 1) {
    const candidate = [...parts.slice(0, length), name].join('.');
    if (isType(find(root, candidate))) return candidate;
  }
  return undefined;
}

function isType(descriptor: Descriptor | undefined): boolean {
  return descriptor?.fields !== undefined || descriptor?.values !== undefined;
}

function find(root: Descriptor, name: string): Descriptor | undefined {
  return name
    .split('.')
    .reduce<Descriptor | undefined>((descriptor, part) => descriptor?.nested?.[part], root);
}

function retain(descriptor: Descriptor, name: string, kept: ReadonlySet<string>): Descriptor {
  const nested = Object.entries(descriptor.nested ?? {}).flatMap(([child, inner]) => {
    const full = name === '' ? child : `${name}.${child}`;
    const holds = kept.has(full) || [...kept].some((other) => other.startsWith(`${full}.`));
    return holds ? [[child, retain(inner, full, kept)] as const] : [];
  });
  return descriptor.nested ? { ...descriptor, nested: Object.fromEntries(nested) } : descriptor;
}
