import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { faultsOfScene, play, type Scene } from './support/measures.js';
import { row } from './support/task-manager.js';

const FOLDER = new URL('measures/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const scenes = files.flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Scene[]);

const openPage = useBrowser();

describe.each(['light', 'dark'] as const)('Task Manager is as measured in %s', (colorScheme) => {
  test.each(scenes)('$scene', async (scene) => {
    const page = await openPage({ colorScheme, reducedMotion: 'reduce' });
    await row(page, 'System').waitFor();
    await play(page, scene);
    expect(await faultsOfScene(page, scene, colorScheme)).toEqual([]);
  });
});
