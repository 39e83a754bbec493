import { Arguments } from './arguments.js';
import { SyntaxProblem, type Command } from './command.js';
import { takeBlock } from './split.js';

export type JumpKind = 'break' | 'continue' | 'leave' | 'redo';

/** A command sends the run elsewhere: out of a loop, to its next turn, out of `.catch`, or to the start of the line. */
export class Jump extends Error {
  override name = 'Jump';

  constructor(
    readonly kind: JumpKind,
    /** As it was typed. */
    readonly command: string,
  ) {
    super(kind);
  }

  /** What is wrong with it where nothing takes it. */
  get problem(): SyntaxProblem {
    const scope = this.kind === 'leave' ? '.catch' : 'scope';
    return new SyntaxProblem(`.${this.kind} outside of ${scope} error`, this.command.length);
  }
}

/** A command's words were off, which has been told: nothing runs any more but what stands behind a `.catch`. */
export class Abandoned extends Error {
  override name = 'Abandoned';
}

/** Runs what may send the run elsewhere. @returns the kind of jump, where it is one of these */
export function jumpOf(run: () => void, kinds: readonly JumpKind[]): JumpKind | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Jump && kinds.includes(error.kind)) return error.kind;
    throw error;
  }
}

const jumpCommand = (kind: JumpKind): Command => ({
  names: [`.${kind}`],
  run: () => {
    throw new Jump(kind, `.${kind}`);
  },
});

export const breakCommand = jumpCommand('break');
export const continueCommand = jumpCommand('continue');
export const leaveCommand = jumpCommand('leave');

/** `.catch`: commands that `.leave` goes out of. */
export const catchCommand: Command = {
  names: ['.catch'],
  run(context, args) {
    const body = takeBlock(args);
    if (!body) throw new SyntaxProblem('Syntax error', '.catch '.length);
    try {
      jumpOf(() => context.run(body.block), ['leave']);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  },
};

/** `z(CONDITION)`: the commands before it once more, as long as the condition holds. */
export const redo: Command = {
  names: ['z'],
  run({ session }, args) {
    if (new Arguments(session, args).value() !== 0n) throw new Jump('redo', `z${args}`);
  },
};
