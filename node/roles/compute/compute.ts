/** The compute node: claims shards, runs them, commits each epoch to its proofs, defends them, collects what they earned. */
import type { Log } from '#protocol/ports.ts';
import { Duty, type DutyPorts } from '../duty.ts';
import type { JobBook } from '../job-book.ts';
import type { ProofIndex } from '../proof-index.ts';
import type { Transcripts } from '../transcripts.ts';
import { Claiming, type ClaimSettings } from './claim.ts';
import { Collecting, type CollectPorts, type CollectSettings } from './collect.ts';
import { Committing, type CommitPorts, type CommitSettings } from './commit.ts';
import { Defending, type DefendPorts } from './defend.ts';
import type { Shelf } from './shelf.ts';
import { Working, type WorkPorts, type WorkSettings } from './work.ts';

type ClaimingPorts = ConstructorParameters<typeof Claiming>[0];

export type ComputePorts = DutyPorts &
  ClaimingPorts &
  WorkPorts &
  CommitPorts &
  CollectPorts &
  DefendPorts & { readonly log: Log };
export type ComputeSettings = ClaimSettings & WorkSettings & CommitSettings & CollectSettings;

export interface ComputeMemory {
  readonly book: JobBook;
  readonly index: ProofIndex;
  readonly shelf: Shelf;
  readonly transcripts: Transcripts;
}

export class Compute {
  readonly #duties: readonly Duty[];
  readonly #working: Working;

  constructor(ports: ComputePorts, settings: ComputeSettings, memory: ComputeMemory) {
    const claiming = new Claiming(ports, settings, memory.book, memory.index);
    this.#working = new Working(ports, settings, memory);
    const committing = new Committing(ports, settings, memory);
    const collecting = new Collecting(ports, settings);
    const defending = new Defending(ports, settings.self, memory.transcripts);
    const wake = (signal: AbortSignal) => memory.index.nextProof(signal);
    this.#duties = [
      new Duty('claiming shards', ports, (head, signal) => claiming.act(head, signal), wake),
      new Duty('working', ports, (head, signal) => this.#working.act(head, signal), wake),
      new Duty('committing', ports, (head, signal) => committing.act(head, signal)),
      new Duty('collecting', ports, (head, signal) => collecting.act(head, signal)),
      new Duty('defending', ports, (head) => defending.act(head)),
    ];
  }

  start(): void {
    for (const duty of this.#duties) duty.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#duties.map((duty) => duty.stop()));
    await this.#working.settle();
  }
}
