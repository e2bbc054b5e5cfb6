/** The validator: draws, looks, reveals, accuses, judges, concludes; each a duty of its own, so that a long audit never delays a reveal. */
import type { TermsBook } from '../dispute-case.ts';
import { Duty, type DutyPorts } from '../duty.ts';
import type { Transcripts } from '../transcripts.ts';
import { Accusing, type AccusePorts } from './accuse.ts';
import { Concluding, type ConcludePorts, type ConcludeSettings } from './conclude.ts';
import { CrossChecking, type CrossCheckPorts } from './cross-check.ts';
import { Pursuing, type PursuePorts } from './dispute.ts';
import { Drawing, type DrawPorts, type DrawSettings } from './draw.ts';
import { Judging, type JuryPorts } from './jury.ts';
import { HintBook, type HintPorts } from './hint-book.ts';
import { ReportBook } from './report-book.ts';
import { Looking, type LookPorts, type LookSettings } from './look.ts';
import { Revealing, type RevealPorts } from './reveal.ts';
import type { VerdictRecords } from './records.ts';

export type ValidatorPorts = DutyPorts &
  DrawPorts &
  LookPorts &
  HintPorts &
  RevealPorts &
  AccusePorts &
  CrossCheckPorts &
  PursuePorts &
  JuryPorts &
  ConcludePorts;
export type ValidatorSettings = LookSettings & ConcludeSettings & DrawSettings;

export interface ValidatorMemory {
  readonly records: VerdictRecords;
  readonly book: TermsBook;
  readonly transcripts: Transcripts;
}

export class Validator {
  readonly #duties: readonly Duty[];
  readonly #hints: HintBook;
  readonly #looking: Looking;
  readonly #reports: ReportBook;
  #endListening: ReadonlyArray<() => void> = [];

  constructor(ports: ValidatorPorts, settings: ValidatorSettings, memory: ValidatorMemory) {
    const { records, book, transcripts } = memory;
    const drawing = new Drawing(ports, settings);
    this.#hints = new HintBook(ports, settings);
    const looking = new Looking(ports, settings, records, this.#hints);
    this.#looking = looking;
    const revealing = new Revealing(ports, settings, records);
    const accusing = new Accusing(ports, settings, records, book);
    this.#reports = new ReportBook(ports);
    const checking = new CrossChecking(ports, settings, records, this.#reports);
    const pursuing = new Pursuing(ports, settings, transcripts);
    const judging = new Judging(ports, settings);
    const concluding = new Concluding(ports, settings, records);
    this.#duties = [
      new Duty('drawing', ports, (head, signal) => drawing.act(head, signal)),
      new Duty('auditing', ports, (head, signal) => looking.act(head, signal)),
      new Duty('revealing', ports, (head) => revealing.act(head)),
      new Duty('accusing', ports, (head, signal) => accusing.act(head, signal)),
      new Duty('cross-checking', ports, (head, signal) => checking.act(head, signal)),
      new Duty('pursuing', ports, (head) => pursuing.act(head)),
      new Duty('judging', ports, (head, signal) => judging.act(head, signal)),
      new Duty('concluding', ports, (head) => concluding.act(head)),
    ];
  }

  start(): void {
    this.#endListening = [this.#hints.listen(), this.#reports.listen()];
    for (const duty of this.#duties) duty.start();
  }

  async stop(): Promise<void> {
    for (const end of this.#endListening) end();
    await Promise.all(this.#duties.map((duty) => duty.stop()));
    await this.#looking.settled();
  }
}
