/** Opcodes of a program, docs/disputes.md; contracts/src/libraries/OpcodeLib.sol has the same numbers. Only append. */

/** Forms with rules of their own; from ADD on, one operation an element. */
export const OPCODES = {
  FEED: 0,
  CONST: 1,
  STATE: 2,
  NONE: 3,
  MOVE: 4,
  TAKE: 5,
  SCATTER: 6,
  DOT: 7,
  SUM: 8,
  MAX: 9,
  ADD: 16,
  SUB: 17,
  MUL: 18,
  DIV: 19,
  SQRT: 20,
  NEG: 21,
  ABS: 22,
  RELU: 23,
  MAX2: 24,
  MIN2: 25,
  FLOOR: 26,
  CEIL: 27,
  ROUND: 28,
  SIGN: 29,
  LESS: 30,
  EQUAL: 31,
  GREATER: 32,
  WHERE: 33,
  CAST: 34,
  EXP: 35,
  ERF: 36,
  TANH: 37,
  SIGMOID: 38,
  AND: 39,
  OR: 40,
  NOT: 41,
} as const;

export type OpcodeName = keyof typeof OPCODES;
export type Opcode = (typeof OPCODES)[OpcodeName];

const NAMES = new Map<number, OpcodeName>(Object.entries(OPCODES).map(([name, code]) => [code, name as OpcodeName]));

/** undefined: there is no such code. */
export const opcodeName = (code: number): OpcodeName | undefined => NAMES.get(code);

/** Where a DOT adds its bias. */
export const BIAS = { NONE: 0, FRONT: 1, BEHIND: 2 } as const;

/** Has it operands that a contract can compute the element from? */
export const hasForm = (op: Opcode): boolean => op >= OPCODES.MOVE;

/**
 * Terms of an element that a transaction has gas for, whatever the operands are (docs/adjudication.md): a worker must be able to open
 * them, so that instructions with more have no form. Everything else has one term.
 */
export const MOST_TERMS: Readonly<Partial<Record<number, number>>> = {
  [OPCODES.SCATTER]: 2048,
  [OPCODES.DOT]: 4096,
  [OPCODES.SUM]: 4096,
  [OPCODES.MAX]: 4096,
};

/** Bytes of an instruction with a form; both sides post it with their moves. */
export const MOST_INSTRUCTION = 8192;
