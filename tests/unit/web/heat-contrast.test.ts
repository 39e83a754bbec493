import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Contrast as WCAG 2.2 defines it, of the table's text on every step of the heat map, hovered or not. */
const css = readFileSync(new URL('../../../web/theme.css', import.meta.url), 'utf8');

type Rgba = [red: number, green: number, blue: number, alpha: number];

function parse(text: string): Rgba {
  const percent = /rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)/.exec(text);
  if (percent) return [Number(percent[1]), Number(percent[2]), Number(percent[3]), Number(percent[4]) / 100];
  const digits = text.replace('#', '');
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0, alpha = 255] = pairs.map((pair) => parseInt(pair, 16));
  return [red, green, blue, alpha / 255];
}

function token(name: string, theme: 'light' | 'dark'): Rgba {
  const value = new RegExp(`--${name}: light-dark\\((#\\w+|rgb\\([^)]*\\)), (#\\w+|rgb\\([^)]*\\))\\)`).exec(
    css,
  );
  if (!value) throw new Error(`theme.css has no --${name} with two colours`);
  return parse((theme === 'light' ? value[1] : value[2]) ?? '');
}

function over(top: Rgba, [red, green, blue]: Rgba): Rgba {
  const mix = (a: number, b: number) => a * top[3] + b * (1 - top[3]);
  return [mix(top[0], red), mix(top[1], green), mix(top[2], blue), 1];
}

function luminance(colour: Rgba): number {
  const [red, green, blue] = colour.slice(0, 3).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Rgba, b: Rgba): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test.each(['light', 'dark'] as const)('every heat step is readable in %s', (theme) => {
  const text = token('text-table', theme);
  const plain = token('surface-content', theme);
  const hovered = over(token('subtle-hover', theme), plain);
  for (const level of [0, 1, 2, 3, 4])
    for (const row of [plain, hovered])
      expect(
        contrast(text, over(token(`heat-${level}`, theme), row)),
        `level ${level}`,
      ).toBeGreaterThanOrEqual(4.5);
});

test('step 0 in light is the colour of the screenshot', () => {
  const colour = over(token('heat-0', 'light'), [255, 255, 255, 1]).map(Math.round);
  expect(colour.slice(0, 3)).toEqual([0xd9, 0xf4, 0xff]);
});
