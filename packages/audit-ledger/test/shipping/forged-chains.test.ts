import { createSealKey } from '../../src/keys/seal-key.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import type { MemoryLedger } from '../memory-storage.ts';
import { MemoryLog, openGrowingLog } from '../transparency-log/memory-log.ts';
import { closing, createLedgerWorld, forge, GONE_AFTER_IN_MS, opening } from './ledger-world.ts';

const MADE_UP = '20260101T000000000Z-deadbeef';
const START = { sequence: -1, hash: NO_PREVIOUS };
/** The revision of a record that the victim wrote, as its attacker would have it. */
const REVISION = closing('answered-call', 'forged');
const SEAL_KEY = createSealKey();

/** Something that an attacker does to the ledger, who may write every blob and use no key. */
type Attack = (ledger: MemoryLedger, victim: string) => void;

function textOf(ledger: MemoryLedger, writer: string): string {
  return ledger.bytes(writer, 1).toString();
}

function linesOf(ledger: MemoryLedger, writer: string): string[] {
  return textOf(ledger, writer).trimEnd().split('\n');
}

function headOf(ledger: MemoryLedger, writer: string) {
  const lines = linesOf(ledger, writer);
  return { sequence: lines.length - 1, hash: hashEntry(lines.at(-1) ?? '') };
}

function chainBody(): EntryBody {
  return { kind: 'chain', policyVersion: 'v1', sealKey: SEAL_KEY.publicKey };
}

/** The checkpoint of a chain that the audit key signed. */
function signedIn(ledger: MemoryLedger, writer: string): EntryBody {
  const found = ledger.entries(writer).find((entry) => entry.kind === 'checkpoint');
  if (found?.kind !== 'checkpoint') throw new Error('not founded');
  const { kind, shipped, opened, closed, signature } = found;
  return { kind, shipped, opened, closed, ...(signature && { signature }) };
}

/** The entry without its place in a chain. */
function bodyOf(entry: EntryBody): EntryBody {
  const places = ['v', 'writer', 'sequence', 'previous', 'time'];
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !places.includes(name))) as EntryBody;
}

function recoveredClosing(ledger: MemoryLedger, victim: string): EntryBody {
  const recovered = { writer: victim, ...ledger.placeOf(victim, 1) };
  return { ...closing('open-call', 'forged'), recovered } as EntryBody;
}

const ON_THE_CHAIN: readonly (readonly [string, Attack, string])[] = [
  [
    'a revision after its last entry',
    (ledger, victim) => ledger.write(victim, 1, forge(victim, headOf(ledger, victim), [REVISION])),
    'unsealed',
  ],
  [
    'a revision in a part of its own',
    (ledger, victim) => ledger.write(victim, 2, forge(victim, headOf(ledger, victim), [REVISION])),
    'unsealed',
  ],
  [
    'a revision in a part behind empty ones and foreign ones',
    (ledger, victim) => {
      ledger.write(victim, 2, '');
      ledger.write(victim, 7, 'no entry\n');
      ledger.write(victim, 9, forge(victim, headOf(ledger, victim), [REVISION]));
    },
    'unreadable',
  ],
  [
    'a revision under a copy of its last seal',
    (ledger, victim) => {
      const [forged = ''] = forge(victim, headOf(ledger, victim), [REVISION]).split('\n');
      ledger.write(victim, 1, `${forged}\n${linesOf(ledger, victim).at(-1)}\n`);
    },
    'unsealed',
  ],
  [
    'a revision under the value of its last seal',
    (ledger, victim) => {
      const { value } = JSON.parse(linesOf(ledger, victim).at(-1) ?? '') as { value: string };
      const sealKey = { ...SEAL_KEY, sign: () => value };
      ledger.write(victim, 1, forge(victim, headOf(ledger, victim), [REVISION], sealKey));
    },
    'unsealed',
  ],
  [
    'a revision under a copy of its signature',
    (ledger, victim) => {
      const bodies = [REVISION, signedIn(ledger, victim)];
      ledger.write(victim, 1, forge(victim, headOf(ledger, victim), bodies));
    },
    'unsealed',
  ],
  [
    'a closing of an open call',
    (ledger, victim) =>
      ledger.write(victim, 1, forge(victim, headOf(ledger, victim), [closing('open-call', 'forged')])),
    'unsealed',
  ],
  [
    'the opening of a closed call once more',
    (ledger, victim) => {
      const block = linesOf(ledger, victim).slice(0, 5).join('\n');
      ledger.write(victim, 2, `${block}\n`);
    },
    'unlinked',
  ],
  [
    'a thousand seals',
    (ledger, victim) => {
      let after = headOf(ledger, victim);
      let text = '';
      for (let count = 0; count < 1000; count += 1) {
        text += forge(victim, after, [closing(`call-${count}`, 'forged')], SEAL_KEY);
        after = { sequence: after.sequence + 2, hash: hashEntry(text.trimEnd().split('\n').at(-1) ?? '') };
      }
      ledger.write(victim, 1, text);
    },
    'unsealed',
  ],
  ['half a line', (ledger, victim) => ledger.write(victim, 1, '{"v":1,"kind":"closing"'), 'truncated'],
];

/** A process that wrote a record and the opening of another call, in two blocks, and is killed. */
async function startVictim() {
  const log = new MemoryLog();
  const world = createLedgerWorld({ openHeads: () => openGrowingLog(log) });
  const victim = world.startProcess();
  await victim.write(opening('open-call'), opening('answered-call'), closing('answered-call'));
  await victim.found();
  const sweeper = world.startProcess();
  await sweeper.found();
  return { ...world, victim, sweeper, log };
}

test.each(ON_THE_CHAIN)(
  'what a killed process wrote is shipped and recovered, and not %s',
  async (_, attack, problem) => {
    const { victim, sweeper, ledger, clock, pass, sweep, shipped, problems, recoveredBy } =
      await startVictim();
    const { sequence } = headOf(ledger, victim.name);
    attack(ledger, victim.name);
    await clock.advance(GONE_AFTER_IN_MS);
    expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1, failedChains: 0 });
    await pass();
    expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 0, failedChains: 0, bytes: 0 });
    await pass();
    expect(shipped()).toEqual(['answered-call answered', 'open-call interrupted']);
    expect(recoveredBy(sweeper)).toEqual(['open-call']);
    expect(problems()).toEqual([`${sequence + 1} ${problem}`]);
  },
);

test.each(ON_THE_CHAIN)('what a process wrote that ended is shipped, and not %s', async (_, attack) => {
  const { victim, sweeper, ledger, clock, pass, sweep, shipped, problems, recoveredBy } = await startVictim();
  await victim.write(closing('open-call'), { kind: 'end', opened: 2, closed: 2 });
  await victim.shipping.close(5000);
  const { sequence } = headOf(ledger, victim.name);
  attack(ledger, victim.name);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  await sweep(sweeper);
  expect(shipped()).toEqual(['answered-call answered', 'open-call answered']);
  expect(recoveredBy(sweeper)).toEqual([]);
  expect(problems()).toEqual([`${sequence + 1} after-end`]);
});

test('what follows the end of a chain is not shipped though the key of the chain has sealed it', async () => {
  const { victim, sweeper, ledger, clock, pass, sweep, shipped, problems, log } = await startVictim();
  await victim.write(closing('open-call'), { kind: 'end', opened: 2, closed: 2 });
  await victim.shipping.close(5000);
  const { sequence } = headOf(ledger, victim.name);
  const after = async (body: EntryBody) => {
    await victim.write(body);
    await clock.advance(GONE_AFTER_IN_MS);
    await sweep(sweeper);
    await pass();
  };
  await after(REVISION);
  await after(closing('late-call'));
  expect(shipped()).toEqual(['answered-call answered', 'open-call answered']);
  expect(problems()).toEqual([`${sequence + 1} after-end`, `${sequence + 1} after-end`]);
  const leaves = [...log.blobs.keys()].flatMap((name) => log.text(name).split('\n'));
  const last = leaves.findLast((line) => line.includes(victim.name));
  expect(last).toContain(`"sequence":${sequence},`);
});

test.each(ON_THE_CHAIN)(
  'what a process writes that lives on is shipped by itself, and not %s',
  async (_, attack) => {
    const { victim, sweeper, ledger, clock, pass, sweep, shipped, problems } = await startVictim();
    await pass();
    attack(ledger, victim.name);
    await victim.write(closing('open-call'));
    await pass(10);
    await victim.write(closing('later-call'));
    await pass(10);
    const written = ['answered-call answered', 'later-call answered', 'open-call answered'];
    expect(shipped()).toEqual(written);
    // Foreign parts that nothing of its own follows yet are told when it is lost.
    await clock.advance(GONE_AFTER_IN_MS);
    await sweep(sweeper);
    expect(shipped()).toEqual(written);
    expect(problems()).toHaveLength(1);
  },
);

const MADE_UP_CHAINS: readonly (readonly [string, Attack])[] = [
  [
    'with a revision and a recovered closing',
    (ledger, victim) => {
      const bodies = [chainBody(), REVISION, recoveredClosing(ledger, victim)];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, SEAL_KEY));
    },
  ],
  [
    'with the signature of another chain',
    (ledger, victim) => {
      const bodies = [chainBody(), signedIn(ledger, victim), REVISION, recoveredClosing(ledger, victim)];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, SEAL_KEY));
    },
  ],
  [
    'with a signature of its own entry by another key',
    (ledger, victim) => {
      const signed = signedIn(ledger, victim);
      if (signed.kind !== 'checkpoint') throw new Error('no checkpoint');
      const first = forge(MADE_UP, START, [chainBody()]).split('\n')[0] ?? '';
      const signature = { ...signed.signature, sequence: 0, hash: hashEntry(first) };
      const bodies = [chainBody(), { ...signed, signature } as EntryBody, recoveredClosing(ledger, victim)];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, SEAL_KEY));
    },
  ],
  [
    'with a signature that is none',
    (ledger, victim) => {
      const signed = signedIn(ledger, victim);
      const bodies = [
        chainBody(),
        { ...signed, signature: 'none' } as unknown as EntryBody,
        recoveredClosing(ledger, victim),
      ];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, SEAL_KEY));
    },
  ],
  [
    'with another chain’s seal key and its seals',
    (ledger, victim) => {
      const [first] = ledger.entries(victim);
      if (first?.kind !== 'chain') throw new Error('no chain');
      const { value } = JSON.parse(linesOf(ledger, victim).at(-1) ?? '') as { value: string };
      const bodies = [
        { kind: 'chain', policyVersion: 'v1', sealKey: first.sealKey } as const,
        signedIn(ledger, victim),
        recoveredClosing(ledger, victim),
      ];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, { ...SEAL_KEY, sign: () => value }));
    },
  ],
  [
    'with a seal key that is no point of the curve',
    (ledger, victim) => {
      const sealKey = { ...SEAL_KEY.publicKey, x: 'A'.repeat(43) };
      const bodies = [
        { kind: 'chain', policyVersion: 'v1', sealKey } as const,
        signedIn(ledger, victim),
        REVISION,
      ];
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, bodies, SEAL_KEY));
    },
  ],
  [
    'without a beginning',
    (ledger) =>
      ledger.write(MADE_UP, 1, forge(MADE_UP, { sequence: 7, hash: 'a'.repeat(64) }, [REVISION], SEAL_KEY)),
  ],
  ['as a copy of a genuine one', (ledger, victim) => ledger.write(MADE_UP, 1, textOf(ledger, victim))],
  [
    'as a copy of a genuine one under a name of its own',
    (ledger, victim) => ledger.write(MADE_UP, 1, textOf(ledger, victim).replaceAll(victim, MADE_UP)),
  ],
  [
    'as a copy of a genuine one, linked and sealed anew',
    (ledger, victim) => {
      const bodies = ledger
        .entries(victim)
        .filter(({ kind }) => kind !== 'seal')
        .map((entry) => (entry.kind === 'chain' ? chainBody() : bodyOf(entry)));
      ledger.write(MADE_UP, 1, forge(MADE_UP, START, [...bodies, REVISION], SEAL_KEY));
    },
  ],
  ['of no entries', (ledger) => ledger.write(MADE_UP, 1, '{}\n[]\nnull\n{"kind":"chain"}\n')],
];

test.each(MADE_UP_CHAINS)(
  'nothing is shipped of a made-up chain %s, and it is counted for a day',
  async (_, attack) => {
    const { victim, sweeper, ledger, clock, ingestion, pass, sweep, shipped, problems, recoveredBy } =
      await startVictim();
    attack(ledger, victim.name);
    await clock.advance(GONE_AFTER_IN_MS);
    expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1, failedChains: 0 });
    await pass();
    expect(await sweep(sweeper)).toMatchObject({ chains: 0, bytes: 0, unvouchedChains: 1 });
    expect(ingestion.named('gateway.audit.backlog').at(-1)?.measurements).toMatchObject({
      unvouchedChains: 1,
    });
    expect(shipped()).toEqual(['answered-call answered', 'open-call interrupted']);
    expect(recoveredBy(sweeper)).toEqual(['open-call']);
    expect(problems()).toEqual([]);
    await clock.advance(86_400_000);
    expect(await sweep(sweeper)).toMatchObject({ chains: 0, bytes: 0, unvouchedChains: 0 });
  },
);

test('a chain that is cut within its founding and written on is none', async () => {
  const { victim, sweeper, ledger, clock, pass, sweep, shipped, recoveredBy } = await startVictim();
  const signed = signedIn(ledger, victim.name);
  const kept = linesOf(ledger, victim.name).slice(0, 4);
  const after = { sequence: 3, hash: hashEntry(kept.at(-1) ?? '') };
  const text =
    kept.map((line) => `${line}\n`).join('') + forge(victim.name, after, [signed, REVISION], SEAL_KEY);
  await victim.shipping.close(0);
  ledger.rewrite(victim.name, 1, text);
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1 });
  await pass();
  expect(shipped()).not.toContainEqual('answered-call forged');
  expect(recoveredBy(sweeper)).toEqual([]);
});

test('a chain that is rewritten from its beginning under its own signatures is none', async () => {
  const { victim, sweeper, ledger, clock, pass, sweep, shipped, recoveredBy } = await startVictim();
  const bodies = [
    chainBody(),
    opening('open-call'),
    closing('one', 'forged'),
    closing('two', 'forged'),
    signedIn(ledger, victim.name),
    REVISION,
  ];
  void victim.shipping.close(0);
  ledger.rewrite(victim.name, 1, forge(victim.name, START, bodies, SEAL_KEY));
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1 });
  await pass();
  expect(shipped().filter((record) => record.endsWith('forged'))).toEqual([]);
  expect(recoveredBy(sweeper)).toEqual([]);
});

test('a chain that is cut behind a seal and written on is shipped and recovered as far as it is genuine', async () => {
  const { victim, sweeper, ledger, clock, pass, sweep, shipped, problems, recoveredBy } = await startVictim();
  const after = headOf(ledger, victim.name);
  const kept = textOf(ledger, victim.name);
  await victim.write(closing('open-call'));
  ledger.rewrite(
    victim.name,
    1,
    kept + forge(victim.name, after, [closing('open-call', 'forged'), REVISION], SEAL_KEY),
  );
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(shipped()).toEqual(['answered-call answered', 'open-call interrupted']);
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
  expect(problems()).toEqual([`${after.sequence + 1} unsealed`]);
});

test('a chain that is rewritten under a known seal key is not shipped again', async () => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, shipped, problems } = await startVictim();
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  const before = shipped();
  // The sweeper knows that this chain is founded.
  const bodies = [chainBody(), signedIn(ledger, victim.name), REVISION];
  ledger.rewrite(victim.name, 1, forge(victim.name, START, bodies, SEAL_KEY));
  state.delete(stateName('shipping/', victim.name));
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(shipped()).toEqual(before);
  expect(problems()).toEqual(['0 unsealed']);
});

test('forged entries are read as far as a block can reach, whatever their size and number', async () => {
  const { victim, sweeper, ledger, clock, sweep, shipped } = await startVictim();
  const lines = forge(victim.name, headOf(ledger, victim.name), [closing('x'.repeat(1_000_000), 'forged')]);
  const [entry = ''] = lines.split('\n');
  let after = { sequence: headOf(ledger, victim.name).sequence + 1, hash: hashEntry(entry) };
  ledger.write(victim.name, 1, `${entry}\n`);
  for (let count = 0; count < 20; count += 1) {
    const [next = ''] = forge(victim.name, after, [closing('x'.repeat(1_000_000), 'forged')]).split('\n');
    ledger.write(victim.name, 1, `${next}\n`);
    after = { sequence: after.sequence + 1, hash: hashEntry(next) };
  }
  for (let part = 2; part < 200; part += 1) ledger.write(victim.name, part, 'no entry\n');
  await clock.advance(GONE_AFTER_IN_MS);
  const [reads, bytesRead] = [ledger.reads, ledger.bytesRead];
  await sweep(sweeper);
  // The chain is read for its founding, its recovery and its shipping.
  expect(ledger.bytesRead - bytesRead).toBeLessThan(3 * 10 * 1024 * 1024);
  expect(ledger.reads - reads).toBeLessThan(3 * 60);
  expect(shipped()).toEqual(['answered-call answered', 'open-call interrupted']);
  const readsBetween = ledger.reads;
  await sweep(sweeper);
  expect(ledger.reads - readsBetween).toBeLessThan(10);
});

test('a made-up chain is read for its founding up to 64 MiB, and no more until it changes', async () => {
  const { sweeper, ledger, clock, sweep } = await startVictim();
  let after = START;
  let text = forge(MADE_UP, after, [chainBody()], SEAL_KEY);
  const filler = 'x'.repeat(1_000_000);
  const blocks: Buffer[] = [];
  for (let count = 0; count < 80; count += 1) {
    blocks.push(Buffer.from(text));
    after = { sequence: after.sequence + 2, hash: hashEntry(text.trimEnd().split('\n').at(-1) ?? '') };
    text = forge(MADE_UP, after, [closing(filler, 'forged')], SEAL_KEY);
  }
  ledger.write(MADE_UP, 1, Buffer.concat(blocks));
  await clock.advance(GONE_AFTER_IN_MS);
  const before = ledger.bytesRead;
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1 });
  const read = ledger.bytesRead - before;
  expect(read).toBeLessThan(68 * 1024 * 1024);
  expect(await sweep(sweeper)).toMatchObject({ unvouchedChains: 1 });
  expect(ledger.bytesRead - before - read).toBeLessThan(10_000);
});
