/** Whether a comparison of C++ holds. Texts are compared by their characters. */
export function holds<T extends bigint | string>(operator: string, a: T, b: T): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    default:
      return a > b;
  }
}

/** A comparison of integers, or one of `||` and `&&`. */
export function compare(operator: string, a: bigint, b: bigint): boolean {
  if (operator === '||') return a !== 0n || b !== 0n;
  if (operator === '&&') return a !== 0n && b !== 0n;
  return holds(operator, a, b);
}

/** What an operator of C++ makes of two integers, of any length. @throws RangeError for a division by zero */
export function arithmetic(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '<<':
      return a << (b & 63n);
    case '>>':
      return a >> (b & 63n);
    case '&':
      return a & b;
    case '|':
      return a | b;
    default:
      return a ^ b;
  }
}
