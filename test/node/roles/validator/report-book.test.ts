/** Where reports are: what members say of themselves is remembered, what others say of them or of unknown work is not. */
import t from 'tap';
import { epoch, type PeerName } from '#protocol/ids.ts';
import type { CommitmentView } from '#protocol/ports.ts';
import { ReportBook } from '#node/roles/validator/report-book.ts';
import { ann, bob, cidFor } from '#test/ports/memory.ts';

const PEER = '12D3KooWbob' as PeerName;
const of = epoch(3);
const work = { epoch: of, worker: ann.address };

function bookOf() {
  const view = { commitments: (at: number) => (at === of ? [{ ...work } as CommitmentView] : []) };
  const peers = { peersOf: (operator: string) => (operator === bob.address ? [PEER] : []) };
  return new ReportBook({ view, peers, gossip: { subscribe: () => () => undefined } });
}

const said = (report = cidFor('report')) => ({ ...work, validator: bob.address, verdict: 'ok', report });
const place = { ...work, validator: bob.address };

t.test('a member says where its own report is, and says it again', async (t) => {
  const book = bookOf();
  t.equal(book.get(place), null);
  t.equal(book.take(said(), PEER), 'accept');
  t.equal(book.get(place), cidFor('report'));
  t.equal(book.take(said(cidFor('later')), PEER), 'accept');
  t.equal(book.get(place), cidFor('later'));
});

t.test('nobody says it for another, of no unknown work, and in no other form', async (t) => {
  const book = bookOf();
  t.equal(book.take(said(), '12D3KooWeve' as PeerName), 'ignore');
  t.equal(book.take({ ...said(), validator: ann.address }, PEER), 'ignore');
  t.equal(book.take({ ...said(), worker: bob.address }, PEER), 'ignore');
  t.equal(book.take({ ...said(), epoch: 4 }, PEER), 'ignore');
  t.equal(book.take({ ...said(), more: 1 }, PEER), 'reject');
  t.equal(book.get(place), null);
});

t.test('old epochs are forgotten', async (t) => {
  const book = bookOf();
  book.take(said(), PEER);
  book.retain(new Set([of]));
  t.equal(book.get(place), cidFor('report'));
  book.retain(new Set([epoch(4)]));
  t.equal(book.get(place), null);
});
