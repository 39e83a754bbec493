/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** `#1b1b1b` as its parts. */
export function fromHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** `rgb(27, 27, 27)`, as browsers compute colours without transparency. @throws Error for any other */
export function fromCss(css: string): Rgb {
  const parts = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(css);
  if (!parts) throw new Error(`${css} is not a colour without transparency`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** CIE L*a*b* of an sRGB colour, white point D65 (IEC 61966-2-1, CIE 15). */
function lab(colour: Rgb): readonly [number, number, number] {
  const [r, g, b] = colour.map(linear) as [number, number, number];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** ΔE*ab of 1976: the distance of two colours in L*a*b*. 2.3 is just noticeable. */
export function deltaE(one: Rgb, other: Rgb): number {
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
