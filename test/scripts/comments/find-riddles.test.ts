import { findRiddles } from '../../../scripts/comments/find-riddles.ts';

function problemsOf(source: string, path = 'src/example.ts'): string[] {
  return findRiddles(path, source).map(({ line, problem }) => `${line}: ${problem}`);
}

test.each([
  '/** What is left of a call. */',
  '/** Of a stream. */',
  '/** Such as an image. */',
  '// Whether anybody asks.',
  '/** How many there are. */',
  '/** Where the call goes. */',
  '/** Those of this process. */',
  '  /** When it ends. */',
])('a fragment is found: %s', (comment) => {
  expect(problemsOf(`${comment}\nconst one = 1;`)).toEqual([
    expect.stringContaining('1: the comment opens with a fragment'),
  ]);
});

test('a comment in lower case is found, at the line of its first words', () => {
  expect(problemsOf('/**\n * likewise for a job\n */\nconst one = 1;')).toEqual([
    '2: the comment opens in lower case: likewise for a job',
  ]);
});

test.each([
  '/** The shape of the answer when the call streams; undefined otherwise. */',
  '/** `strict`: the ledger comes first. */',
  '/** https://www.rfc-editor.org/rfc/rfc9110 */',
  '// eslint-disable-next-line no-console',
  '// zod reads it.',
  '/** Whatever the caller sends is bounded. */',
  '/** Offers nothing. */',
  '/** @returns whether it is there. */',
])('a sentence is left alone: %s', (comment) => {
  expect(problemsOf(`${comment}\nconst one = 1;`)).toEqual([]);
});

test('the later lines of a comment may begin with any word', () => {
  expect(problemsOf('/**\n * The place\n * of a call.\n */\n// It ends\n// when nobody waits.')).toEqual([]);
});

test('two comments one after the other are both looked at', () => {
  expect(problemsOf('// The first.\nconst one = 1;\n// Of two.')).toEqual([
    expect.stringContaining('3: the comment opens with a fragment'),
  ]);
});

test.each([
  ['interface', 'ServingRooms', '{}'],
  ['export async function', 'inTime', '() {}'],
  ['const', 'tell', ' = 1;'],
  ['type', 'WonderedCall', ' = string;'],
])('a riddle of a name is found: %s %s', (keyword, name, rest) => {
  expect(problemsOf(`${keyword} ${name}${rest}`)).toEqual([`1: the name ${name} is a riddle`]);
});

test('a name that only holds one of those is left alone', () => {
  expect(problemsOf('const isDoneInTime = teller(rooms);')).toEqual([]);
});

test('a riddle of a file name is found', () => {
  expect(problemsOf('', 'src/governance/cells.ts')).toEqual(['1: the file’s name is a riddle']);
  expect(problemsOf('', 'src/governance/cellophane.ts')).toEqual([]);
});

test('the spread of an object literal is found, any other spread is left alone', () => {
  const dots = '.'.repeat(3);
  expect(problemsOf(`const one = {\n  ${dots}{ a, b },\n  c,\n};`)).toEqual([
    '2: an object literal is spread',
  ]);
  expect(problemsOf('const one = { ...other, ...(isRight && { a }) };')).toEqual([]);
});

test.each(["'How many there are'", '"What it is."', '\n    `Whether it is there`,\n  ', "'Its name'"])(
  'a description of a schema that opens with a fragment is found: %s',
  (text) => {
    expect(problemsOf(`const One = z.string().describe(${text});`)).toEqual([
      expect.stringMatching(/^[12]: the description opens with a fragment/),
    ]);
  },
);

test.each(["'The number of items, of which one is left.'", 'TEXT', '`${WHAT} is left`'])(
  'a description that opens with its subject, or with a constant, is left alone: %s',
  (text) => {
    expect(problemsOf(`const One = z.string().describe(${text});`)).toEqual([]);
  },
);
