/** A floating-point number as C's `%g` writes it, with the three-digit exponents of Microsoft's runtime. */
export function shortFloat(value: number, digits = 6): string {
  const special = specialFloat(value);
  if (special) return special;
  if (value === 0) return '0';
  const exponent = Number(value.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split('e') as [string, string];
    return `${trimmed(mantissa)}e${power[0]}${power.slice(1).padStart(3, '0')}`;
  }
  return trimmed(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** What Microsoft's runtime prints of values that are no numbers. */
export function specialFloat(value: number): string | undefined {
  if (Number.isNaN(value)) return '-1.#IND';
  if (value === Infinity) return '1.#INF';
  return value === -Infinity ? '-1.#INF' : undefined;
}
