/** All books of one deployment: what every account and epoch holds after each step, to the wei. tools/law.ts compares them with the contracts. */
import type { BeaconChain } from '../time/beacon.ts';
import { BeaconBook } from './beacon-book.ts';
import { CourtBook } from './court-book.ts';
import { CredentialBook } from './credential-book.ts';
import { MarketBook } from './market-book.ts';
import type { EconomyLaw, Moment } from './moment.ts';
import { PoolBook } from './pool-book.ts';
import { StakeBook } from './stake-book.ts';
import { TokenBook } from './token-book.ts';
import { WorkBook } from './work-book.ts';

/**
 * A step is a call of one of the books' methods, by their names in the contracts; what the law refuses throws Refusal and
 * changes nothing. Time passes by setting `moment.time`.
 * @example const book = new Book(law, chain); book.moment.time = law.genesis; book.stakes.register(alice, true, true);
 */
export class Book {
  readonly moment: Moment;
  readonly token: TokenBook;
  readonly beacon: BeaconBook;
  readonly stakes: StakeBook;
  readonly court: CourtBook;
  readonly credential: CredentialBook;
  readonly work: WorkBook;
  readonly market: MarketBook;
  readonly pool: PoolBook;

  constructor(law: EconomyLaw, chain: BeaconChain) {
    const moment: Moment = { law, time: 0 };
    this.moment = moment;
    this.token = new TokenBook();
    this.beacon = new BeaconBook(moment, chain);
    this.stakes = new StakeBook(moment, this.token);
    this.court = new CourtBook(moment, this.token, this.beacon, this.stakes, (worker, of) =>
      this.work.isPending(worker, of),
    );
    this.credential = new CredentialBook();
    this.work = new WorkBook(moment, this.beacon, this.stakes, this.court, this.credential, (worker) =>
      this.market.qualityOf(worker),
    );
    this.market = new MarketBook(moment, this.token, this.stakes, this.work, this.court);
    this.pool = new PoolBook(moment, this.token, this.beacon, this.stakes, this.work, this.court, this.market);
  }
}
