/**
 * Loads items in their order, some of them ahead of the one that is asked for. The items are asked for one at a time.
 * @param ahead the number of items that are loaded while the one before them is used.
 * @throws what the items and the loading throw, when the item is asked for.
 */
export async function* loadAhead<Item, Value>(
  items: AsyncIterator<Item, unknown> | Iterator<Item, unknown>,
  load: (item: Item) => Promise<Value>,
  ahead: number,
): AsyncGenerator<Value, void> {
  const loading: Promise<{ readonly value: Value } | undefined>[] = [];
  let asked: Promise<unknown> = Promise.resolve();
  const start = (): void => {
    const next = asked.then(() => items.next());
    asked = next;
    const loaded = next.then(async (item) =>
      item.done === true ? undefined : { value: await load(item.value) },
    );
    // A failure is thrown when its item is asked for, which may be later or never.
    loaded.catch(() => undefined);
    loading.push(loaded);
  };
  for (;;) {
    while (loading.length <= ahead) start();
    const loaded = await loading.shift();
    if (!loaded) return;
    yield loaded.value;
  }
}
