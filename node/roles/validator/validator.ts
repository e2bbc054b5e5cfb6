/** The validator: draws, looks, reveals, concludes; each a duty of its own, so that a long audit never delays a reveal. */
import { Duty, type DutyPorts } from '../duty.ts';
import { Concluding, type ConcludePorts, type ConcludeSettings } from './conclude.ts';
import { Drawing, type DrawPorts, type DrawSettings } from './draw.ts';
import { Looking, type LookPorts, type LookSettings } from './look.ts';
import { Revealing, type RevealPorts } from './reveal.ts';
import type { VerdictRecords } from './records.ts';

export type ValidatorPorts = DutyPorts & DrawPorts & LookPorts & RevealPorts & ConcludePorts;
export type ValidatorSettings = LookSettings & ConcludeSettings & DrawSettings;

export class Validator {
  readonly #duties: readonly Duty[];

  constructor(ports: ValidatorPorts, settings: ValidatorSettings, records: VerdictRecords) {
    const drawing = new Drawing(ports, settings);
    const looking = new Looking(ports, settings, records);
    const revealing = new Revealing(ports, settings, records);
    const concluding = new Concluding(ports, settings, records);
    this.#duties = [
      new Duty('drawing', ports, (head, signal) => drawing.act(head, signal)),
      new Duty('auditing', ports, (head, signal) => looking.act(head, signal)),
      new Duty('revealing', ports, (head) => revealing.act(head)),
      new Duty('concluding', ports, (head) => concluding.act(head)),
    ];
  }

  start(): void {
    for (const duty of this.#duties) duty.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#duties.map((duty) => duty.stop()));
  }
}
