import type { ExpressionError } from '../../expressions/scanner.js';
import type { Session } from '../../session.js';
import { DxError } from './model.js';

/** What the data model says where a C++ expression cannot be evaluated; `undefined` where it says the same. */
export function boundError(session: Session, { message, rest }: ExpressionError): DxError | undefined {
  if (message.startsWith('Type does not have given member'))
    return new DxError(`Unable to bind name '${/^\w*/.exec(rest)![0]}'`);
  if (message.startsWith('Syntax error'))
    return new DxError(`Expected expression at ${rest === '' ? 'end of expression' : `'${rest}'`}`);
  if (message.startsWith('Unexpected token') && rest === '')
    return new DxError("Expected ')' at end of expression");
  if (message.startsWith('Operand error')) return new DxError('Illegal division by zero');
  return message.startsWith("Couldn't resolve") ? unresolved(session, rest) : undefined;
}

function unresolved(session: Session, rest: string): DxError | undefined {
  const [whole, module, name, behind] = /^(\w+)!(\w+)\s*(.?)/.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  if (!session.module(module!)) {
    const isCast = /^\w+!\w+[\s*]*\)/.test(rest);
    return isCast ? new DxError(`Unable to find module '${module}' for qualified type lookup.`) : undefined;
  }
  if (session.type(`${module}!${name}`)) {
    return behind === '' ? new DxError('Illegal use of type name as an expression') : undefined;
  }
  return behind === '' ? new DxError(`Unable to bind name '${name}'`) : undefined;
}
