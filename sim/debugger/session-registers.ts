import type { TypedValue } from './expressions/typed-value.js';
import { ALIASES, CODE_POINTERS, POINTER_TYPES, USER_REGISTERS } from './pseudo-registers.js';
import type { Session } from './session.js';
import { baseType, pointerTo } from './types/type.js';
import { REGISTERS, SEGMENTS, type Context, type Register } from './unwind/context.js';
import { partOfRegister, writeRegister } from './unwind/register-parts.js';

const MOST_PUSHED = 0x1000;

/** Registers and pseudo-registers of a session's scope, as expressions name them. */
export class SessionRegisters {
  readonly #session: Session;
  #users = new Map<string, bigint>();
  readonly #pushed: Map<string, bigint>[] = [];
  /** Contexts that were written to, and what they were. */
  readonly #originals = new Map<Context, Context>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Value of a register without its `@`; `undefined` for a name that is none. */
  value(name: string): bigint | undefined {
    const lower = name.toLowerCase();
    if (lower in ALIASES) return ALIASES[lower]!(this.#session);
    if (USER_REGISTERS.test(lower)) return this.#users.get(lower) ?? 0n;
    const { scope, user, currentProcessor } = this.#session;
    const { context } = scope;
    if (lower === 'rip') return context.rip;
    if (lower === 'eip') return context.rip & 0xffffffffn;
    if (lower === 'ip') return context.rip & 0xffffn;
    if (lower === 'efl') return BigInt(context.eflags);
    if ((REGISTERS as readonly string[]).includes(lower)) return context.registers[lower as Register];
    if ((SEGMENTS as readonly string[]).includes(lower)) return BigInt(context.segments[lower as 'cs']);
    const special = user ? context.debug[lower] : currentProcessor?.special[lower];
    return special ?? partOfRegister(lower, context);
  }

  /** The same with a type, where the register has one (`$proc`). */
  typed(name: string): TypedValue | undefined {
    const lower = name.toLowerCase();
    if (CODE_POINTERS.includes(lower)) {
      const code = this.value(name);
      return code === undefined ? undefined : { type: pointerTo(baseType('uchar', 1)), constant: code };
    }
    const type = POINTER_TYPES[lower];
    const value = type === undefined ? undefined : this.value(name);
    const found = type === undefined ? undefined : this.#session.type(type);
    return found && value !== undefined ? { type: pointerTo(found), constant: value } : undefined;
  }

  /** Names that {@link value} knows, pseudo-registers first. */
  get names(): readonly string[] {
    const users = Array.from({ length: 20 }, (_, i) => `$t${i}`);
    return [...Object.keys(ALIASES), ...users, ...REGISTERS, 'rip', 'efl', ...SEGMENTS];
  }

  /**
   * Gives a register another value, until another processor or thread is chosen; the dump stays as it is.
   * @returns whether there is one of that name that can be written: not in what `.cxr` and its like show
   */
  set(name: string, value: bigint): boolean {
    const lower = name.toLowerCase();
    if (USER_REGISTERS.test(lower)) {
      this.#users.set(lower, value);
      return true;
    }
    const { context, isOther } = this.#session.scope;
    if (isOther) return false;
    if (!this.#originals.has(context)) this.#originals.set(context, context.copy());
    return writeRegister(lower === '$ip' ? 'rip' : lower, value, context);
  }

  /** Keeps what the user's pseudo-registers are now.; a loop of it must not fill the memory */
  push(): void {
    if (this.#pushed.length < MOST_PUSHED) this.#pushed.push(new Map(this.#users));
  }

  /** Gives them what was kept last. @returns whether something was */
  pop(): boolean {
    const users = this.#pushed.pop();
    if (users) this.#users = users;
    return users !== undefined;
  }

  /** A context as the dump has it, whatever was written to it. */
  ofDump(context: Context): Context {
    return this.#originals.get(context) ?? context;
  }

  /** Registers of processors and threads are those of the dump again. */
  restore(): void {
    for (const [context, original] of this.#originals) Object.assign(context, original);
    this.#originals.clear();
  }
}
