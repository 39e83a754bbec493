import type { Page } from 'playwright';
import { deltaE, fromCss, fromHex, type Rgb } from './colour.js';

type Theme = 'light' | 'dark';
type Colours = Partial<Record<Theme, string>>;
/** CSS px, or a part of the width of what it is relative to. */
type Length = number | `${number}%`;
const EDGES = ['x', 'y', 'right', 'bottom', 'centreX', 'centreY', 'width', 'height'] as const;
const STYLES = ['fontSize', 'fontWeight', 'borderRadius', 'textAlign'] as const;

/** A measured part; see measures/README.md. */
export type Part = {
  part: string;
  selector: string;
  from?: string;
  text?: Colours;
  pixels?: readonly ({ at: readonly [number, number]; why?: string } & Colours)[];
} & Partial<Record<(typeof EDGES)[number], Length>> &
  Partial<Record<(typeof STYLES)[number], number | string>>;

export interface Scene {
  scene: string;
  steps: readonly Partial<Record<'click' | 'rightClick' | 'hover', string>>[];
  parts: readonly Part[];
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const TOLERANCE = 2;
const MOST_DELTA_E = 3;
const WINDOW = 'll-window:visible';

/** Does what leads to a scene. */
export async function play(page: Page, { steps }: Scene): Promise<void> {
  for (const { click, rightClick, hover } of steps) {
    if (click) await page.locator(click).first().click();
    if (rightClick)
      await page
        .locator(rightClick)
        .first()
        .click({ button: 'right', position: { x: 60, y: 14 } });
    if (hover) await page.locator(hover).first().hover();
  }
}

async function boxOf(page: Page, selector: string): Promise<Box> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not on the screen`);
  return box;
}

/** Colours of points of the page, from a screenshot. */
async function pixels(page: Page, points: readonly (readonly [number, number])[]): Promise<Rgb[]> {
  const png = (await page.screenshot({ animations: 'disabled' })).toString('base64');
  return page.evaluate(
    async ([data, wanted]) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      return wanted.map(([x, y]) => {
        const [red, green, blue] = context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
        return [red!, green!, blue!] as const;
      });
    },
    [png, points] as const,
  );
}

function actual(edge: (typeof EDGES)[number], box: Box, from: Box): number {
  switch (edge) {
    case 'x':
      return box.x - from.x;
    case 'y':
      return box.y - from.y;
    case 'right':
      return from.x + from.width - box.x - box.width;
    case 'bottom':
      return from.y + from.height - box.y - box.height;
    case 'centreX':
      return box.x + box.width / 2 - from.x;
    case 'centreY':
      return box.y + box.height / 2 - from.y;
    case 'width':
    case 'height':
      return box[edge];
  }
}

function toPx(length: Length, from: Box): number {
  return typeof length === 'number' ? length : (Number.parseFloat(length) / 100) * from.width;
}

/** What is wrong with a part's place, type and colours: a sentence each. */
async function faultsOf(page: Page, part: Part, theme: Theme): Promise<string[]> {
  const faults: string[] = [];
  const box = await boxOf(page, part.selector);
  const from = await boxOf(page, part.from ?? WINDOW);
  for (const edge of EDGES) {
    const expected = part[edge];
    if (expected === undefined) continue;
    const [want, got] = [toPx(expected, from), actual(edge, box, from)];
    if (Math.abs(want - got) > TOLERANCE) faults.push(`${part.part}: ${edge} is ${got}, measured ${want}`);
  }
  const computed = await page
    .locator(part.selector)
    .first()
    .evaluate((element) => {
      const { fontSize, fontWeight, borderTopLeftRadius, textAlign, color } = getComputedStyle(element);
      return { fontSize, fontWeight, borderRadius: borderTopLeftRadius, textAlign, color };
    });
  for (const style of STYLES) {
    const expected = part[style];
    const wanted =
      typeof expected === 'number' && style !== 'fontWeight' ? `${expected}px` : String(expected);
    if (expected !== undefined && computed[style] !== wanted)
      faults.push(`${part.part}: ${style} is ${computed[style]}, measured ${wanted}`);
  }
  const compare = (what: string, got: Rgb, hex: string) => {
    const distance = deltaE(got, fromHex(hex));
    if (distance > MOST_DELTA_E)
      faults.push(
        `${part.part}: ${what} is rgb(${got.join(' ')}), measured ${hex}: ΔE ${distance.toFixed(1)}`,
      );
  };
  const text = part.text?.[theme];
  if (text) compare('text', fromCss(computed.color), text);
  const wanted = (part.pixels ?? []).filter((pixel) => pixel[theme] !== undefined);
  const points = wanted.map(
    ({ at: [x, y] }) => [box.x + (x < 0 ? box.width + x : x), box.y + (y < 0 ? box.height + y : y)] as const,
  );
  const seen = points.length > 0 ? await pixels(page, points) : [];
  for (const [index, pixel] of wanted.entries()) compare(`pixel ${pixel.at}`, seen[index]!, pixel[theme]!);
  return faults;
}

/** What of a scene is not as measured. */
export async function faultsOfScene(page: Page, { parts }: Scene, theme: Theme): Promise<string[]> {
  const faults: string[] = [];
  for (const part of parts) faults.push(...(await faultsOf(page, part, theme)));
  return faults;
}
