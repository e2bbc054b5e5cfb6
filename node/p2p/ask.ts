/** Small questions between nodes: implements the Ask port, and carries the records that nodes exchange. */
import type { Address, PeerName } from '#protocol/ids.ts';
import type { Ask, Log } from '#protocol/ports.ts';
import {
  type Answer,
  askProtocol,
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
  MAX_ANSWER,
  MAX_QUESTION,
  type Question,
} from '#protocol/wire/ask.ts';
import type { Exchange } from '#protocol/wire/exchange.ts';

export interface AskerPorts {
  readonly exchange: Exchange;
  readonly log: Log;
}

export interface AskerSettings {
  readonly network: string;
  readonly operator: Address;
  readonly timeoutMs: number;
}

type Handler = (question: unknown, from: PeerName) => Promise<unknown>;
type OwnKind = Exclude<Question['kind'], 'role'>;

/** Peers of one operator that are asked before giving up. */
const MAX_TRIES = 3;
const NO_ANSWER: Answer = { ok: false };

export class Asker implements Ask {
  readonly #ports: AskerPorts;
  readonly #settings: AskerSettings;
  readonly #own = new Map<OwnKind, (question: Question, from: PeerName) => Promise<unknown>>();
  #role: Handler | null = null;
  #peersOf: (operator: Address) => readonly PeerName[] = () => [];
  #stopServing: () => Promise<void> = async () => {};

  constructor(ports: AskerPorts, settings: AskerSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    const limits = { maxBytes: MAX_QUESTION, timeoutMs: this.#settings.timeoutMs, burst: 200, perSecond: 50 };
    this.#stopServing = await this.#ports.exchange.serve(askProtocol(this.#settings.network), limits, (bytes, from) =>
      this.#reply(bytes, from),
    );
  }

  stop(): Promise<void> {
    return this.#stopServing();
  }

  answer(handler: Handler): void {
    this.#role = handler;
  }

  /** The directory answers its own kinds of questions, and knows who runs which peer. */
  useDirectory(
    own: ReadonlyArray<readonly [OwnKind, (question: Question, from: PeerName) => Promise<unknown>]>,
    peersOf: (operator: Address) => readonly PeerName[],
  ): void {
    for (const [kind, handler] of own) this.#own.set(kind, handler);
    this.#peersOf = peersOf;
  }

  async ask(operator: Address, question: unknown): Promise<unknown> {
    const { operator: self } = this.#settings;
    for (const peer of this.#peersOf(operator).slice(0, MAX_TRIES)) {
      const answer = await this.put(peer, { kind: 'role', question });
      if (answer?.ok === true) return answer.answer;
    }
    // An operator's validator may well ask its own compute role.
    return operator === self && this.#role !== null ? this.#role(question, 'self' as PeerName) : null;
  }

  /** One question to one peer; null when it does not answer in time. */
  async put(peer: PeerName, question: Question): Promise<Answer | null> {
    const { network, timeoutMs } = this.#settings;
    // Encoding first: a question that has no CBOR form is the caller's mistake and throws.
    const bytes = encodeQuestion(question);
    try {
      return decodeAnswer(
        await this.#ports.exchange.request(peer, askProtocol(network), bytes, { maxBytes: MAX_ANSWER, timeoutMs }),
      );
    } catch (error) {
      this.#ports.log.debug(
        { peer, kind: question.kind, reason: error instanceof Error ? error.message : String(error) },
        'a question got no answer',
      );
      return null;
    }
  }

  async #reply(bytes: Uint8Array, from: PeerName): Promise<Uint8Array> {
    const question = decodeQuestion(bytes);
    return encodeAnswer(question === null ? NO_ANSWER : await this.#answerTo(question, from));
  }

  async #answerTo(question: Question, from: PeerName): Promise<Answer> {
    const found =
      question.kind === 'role'
        ? await this.#role?.(question.question, from)
        : await this.#own.get(question.kind)?.(question, from);
    return found === undefined || found === null ? NO_ANSWER : { ok: true, answer: found };
  }
}
