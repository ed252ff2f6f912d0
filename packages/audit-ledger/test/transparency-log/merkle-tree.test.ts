import fc from 'fast-check';
import { MerkleTree } from '../../src/transparency-log/merkle-tree.ts';

/**
 * The leaves of the reference tree of Certificate Transparency, in hex, and its roots by size:
 * https://github.com/transparency-dev/merkle/blob/main/testonly/constants.go
 */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** The complete subtrees of the reference tree with seven leaves, from the same file. */
const FRONTIER_OF_SEVEN = [
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
];

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = MerkleTree.empty();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

const referenceLeaves = LEAVES.map((leaf) => Buffer.from(leaf, 'hex'));

test.each(ROOTS.map((root, size) => ({ size, root })))(
  'the reference tree of Certificate Transparency has its root with $size leaves',
  ({ size, root }) => {
    expect(treeOf(referenceLeaves.slice(0, size))).toMatchObject({ size, root });
  },
);

test('the frontier is that of the reference tree', () => {
  expect(treeOf(referenceLeaves.slice(0, 7)).frontier).toEqual(FRONTIER_OF_SEVEN);
});

test('a leaf has the hash of the reference implementation', () => {
  expect(treeOf([Buffer.from('L123456')]).root).toBe(
    '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
  );
});

test('a tree goes on from the frontier of any size as if it had all leaves', () => {
  const leaves = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(leaves, fc.nat(80), (all, cut) => {
      const before = treeOf(all.slice(0, cut));
      const resumed = MerkleTree.of(before.size, before.frontier);
      for (const leaf of all.slice(cut)) resumed?.append(leaf);
      expect(resumed?.root).toBe(treeOf(all).root);
    }),
  );
});

test('a copy grows by itself', () => {
  const tree = treeOf(referenceLeaves.slice(0, 3));
  tree.copy().append(Buffer.of(1));
  expect(tree.root).toBe(ROOTS[3]);
});

test.each([
  { size: 7, frontier: FRONTIER_OF_SEVEN.slice(1) },
  { size: 8, frontier: FRONTIER_OF_SEVEN },
  { size: 0, frontier: FRONTIER_OF_SEVEN },
  { size: -1, frontier: FRONTIER_OF_SEVEN },
])('a frontier that is not of the size $size makes no tree', ({ size, frontier }) => {
  expect(MerkleTree.of(size, frontier)).toBeUndefined();
});

test('a tree of more leaves than 32 bits count has a root', () => {
  const size = 2 ** 40 + 1;
  const tree = MerkleTree.of(size, FRONTIER_OF_SEVEN.slice(1));
  tree?.append(Buffer.of(0));
  expect(tree).toMatchObject({ size: size + 1, frontier: { length: 2 } });
});
