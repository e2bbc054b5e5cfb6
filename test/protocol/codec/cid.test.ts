/** CIDs: known addresses, both ways to digests, and text that is none. */
import t from 'tap';
import { cidOf, cidOfDigest, codecOf, digestOf, isCid, parseCid } from '#protocol/codec/cid.ts';

const hello = new TextEncoder().encode('hello');
const CID = 'bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq';

t.test('a known address', (t) => {
  t.equal(cidOf(hello, 'raw'), CID);
  t.equal(digestOf(cidOf(hello, 'raw')), '0x2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824');
  t.equal(codecOf(parseCid(CID)), 'raw');
  t.end();
});

t.test('digest and back, in both codecs', (t) => {
  for (const codec of ['raw', 'dag-cbor'] as const) {
    const cid = cidOf(hello, codec);
    t.equal(cidOfDigest(digestOf(cid), codec), cid);
    t.equal(codecOf(cid), codec);
  }
  t.not(cidOf(hello, 'raw'), cidOf(hello, 'dag-cbor'));
  t.end();
});

t.test('text that is no CID of ours', (t) => {
  const bad = [
    '',
    'x',
    CID.slice(1),
    CID.toUpperCase(),
    `${CID}a`,
    `${CID.slice(0, -1)}r`,
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
    // sha2-256 with codec dag-pb
    'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  ];
  for (const text of bad) {
    t.equal(isCid(text), false, text);
    t.throws(() => parseCid(text), { code: 'CID_MALFORMED' });
  }
  t.end();
});
