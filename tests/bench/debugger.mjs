import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withServedPage } from '../../scripts/lib/served-page.mjs';
import { median } from './measure.mjs';

const comlink = createRequire(import.meta.url).resolve('comlink/dist/umd/comlink.js');
const ENGINE = 'tests/oracles/windbg/windbg.sh';
const ENGINE_FOLDER = process.env.WINDBG_ENGINE_DIR ?? 'build/windbg';
const THREADS = 1500;
/** Free memory that a workstation leaves to a dump of its user pages: it cuts the dump a little over 2 GiB. */
const AVAILABLE = '2560MiB';
const MAKE = ['--machine', 'workstation', '--user-pages', '--no-abort', '--available-memory', AVAILABLE];

/** What is asked, and by which name its time goes. Extension commands are not in the engine itself. */
const QUESTIONS = [
  { name: 'lm', line: () => 'lm' },
  { name: 'k', line: () => 'k' },
  { name: 'walk', line: (threads) => `.foreach /s (t "${threads.join(' ')}") { .thread t; k }` },
  { name: 'process', line: () => '!process 0 0', onlyOurs: true },
];

/**
 * Opens a dump of over 2 GiB in the page's debugger, as a dropped file and on the machine's disk, and in WinDbg's
 * engine, in turn, and asks all the same.
 * @returns bytes of the dump, and medians in milliseconds of each question: `dropped`, `onDisk`, and `engine` where it
 * is installed
 */
export async function measureDebugger(cli, runs) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'livedump-bench-'));
  try {
    const [dump, symbols, truth, profile] = ['big.dmp', 'symbols', 'truth.json', 'profile'].map((name) =>
      join(folder, name),
    );
    execFileSync(process.execPath, [
      ...[cli, 'generate', ...MAKE, '--json', '--out', dump, '--symbols', symbols, '--truth', truth],
    ]);
    const lines = questions(truth);
    const rounds = { dropped: [], onDisk: [], engine: [] };
    await withServedPage(async (browser, url) => {
      const page = await openWorkersPage(browser, url, dump, pdbs(symbols));
      for (let i = 0; i < runs; i++) {
        rounds.dropped.push(await askPage(page, lines, false));
        rounds.onDisk.push(await askPage(page, lines, true));
        if (existsSync(join(ENGINE_FOLDER, 'windbg.exe')))
          rounds.engine.push(await askEngine(dump, symbols, lines));
      }
    }, profile);
    const bytes = statSync(dump).size;
    if (bytes < 2 ** 31) throw new Error(`the dump has ${bytes} bytes only`);
    return { bytes, threads: THREADS, ...mapped(rounds, (all) => all.length > 0 && medians(all)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

function questions(truth) {
  const { processes } = JSON.parse(readFileSync(truth, 'utf8'));
  const all = processes.flatMap(({ threads }) => threads.map(({ address }) => address.replace(/^0x/, '')));
  const step = Math.floor(all.length / THREADS);
  const threads = all.filter((_, i) => i % step === 0).slice(0, THREADS);
  if (threads.length < THREADS) throw new Error(`the machine has ${all.length} threads only`);
  return QUESTIONS.map(({ line, ...question }) => ({ ...question, line: line(threads) }));
}

function pdbs(folder) {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((file) => file.isFile() && file.name.endsWith('.pdb'))
    .map((file) => join(file.parentPath, file.name));
}

function medians(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((name) => [name, median(rounds.map((round) => round[name]))]),
  );
}

/** A page that has the files chosen, and the dump on the machine's disk as well. */
async function openWorkersPage(context, url, dump, symbols) {
  const page = await context.newPage();
  const assets = readdirSync('dist/web/assets');
  const worker = `assets/${assets.find((name) => /^start-debugger-.*\.js$/.test(name))}`;
  // Shown as text, it is of the page's origin and runs nothing: the page itself would boot a machine of its own.
  await page.goto(url + worker);
  await page.addScriptTag({ path: comlink });
  await page.evaluate((worker) => {
    globalThis.debuggersWorker = worker;
    const inputs = '<input type=file id=dump><input type=file multiple id=pdbs>';
    document.body.insertAdjacentHTML('beforeend', inputs);
  }, `/${worker}`);
  await page.setInputFiles('#dump', dump);
  await page.setInputFiles('#pdbs', symbols);
  await page.evaluate(async () => {
    const disk = await navigator.storage.getDirectory();
    const copy = await disk.getFileHandle('big.dmp', { create: true });
    const [file] = document.getElementById('dump').files;
    await file.stream().pipeTo(await copy.createWritable());
  });
  return page;
}

/** A debugger of its own each time: nothing is known of the file. */
async function askPage(page, lines, isOnDisk) {
  const { said, times } = await page.evaluate(askWorker, { lines, isOnDisk });
  return checked(said, times, lines);
}

/** In the page. */
async function askWorker({ lines, isOnDisk }) {
  const chosen = (id) => [...document.getElementById(id).files];
  const worker = new Worker(globalThis.debuggersWorker, { type: 'module' });
  const debug = Comlink.wrap(worker);
  await debug.addSymbols(
    'bench',
    chosen('pdbs').map((blob) => ({ path: blob.name, blob })),
  );
  const disk = await navigator.storage.getDirectory();
  const dump = isOnDisk ? await disk.getFileHandle('big.dmp') : chosen('dump')[0];
  const times = {};
  const said = {};
  let start = performance.now();
  await debug.open('big.dmp', dump);
  times.open = performance.now() - start;
  for (const { name, line } of lines) {
    let text = '';
    start = performance.now();
    await debug.execute(
      line,
      '',
      Comlink.proxy((piece) => (text += piece)),
    );
    times[name] = performance.now() - start;
    said[name] = text;
  }
  worker.terminate();
  return { times, said };
}

async function askEngine(dump, symbols, lines) {
  const start = performance.now();
  const child = spawn(ENGINE, [dump, symbols, symbols, '--session'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const answers = (async function* () {
    let text = '';
    for await (const piece of child.stdout.setEncoding('latin1')) {
      text += piece;
      if (!/^@\r?\n$/m.test(text.slice(-4))) continue;
      yield text;
      text = '';
    }
  })();
  const ask = async (line) => {
    child.stdin.write(`${line}@flush\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error("WinDbg's engine has ended");
    return value;
  };
  await ask('');
  const times = { open: performance.now() - start };
  const said = {};
  for (const { name, line } of lines.filter(({ onlyOurs }) => !onlyOurs)) {
    const asked = performance.now();
    said[name] = await ask(`${line}\n`);
    times[name] = performance.now() - asked;
  }
  child.stdin.end();
  await closed;
  return checked(said, times, lines);
}

/** The times, when what was said is an answer. */
function checked(said, times, lines) {
  const least = { lm: /^\S+`\S+ \S+`\S+ +nt /m, k: /nt!/, process: /explorer\.exe/ };
  for (const { name } of lines)
    if (name in said && name in least && !least[name].test(said[name]))
      throw new Error(`${name} was not answered: ${said[name].slice(0, 1000)}`);
  const stacks = said.walk.match(/nt!KiSwapContext/g)?.length ?? 0;
  if (stacks < 0.9 * THREADS)
    throw new Error(`only ${stacks} stacks of ${THREADS}: ${said.walk.slice(0, 1000)}`);
  return times;
}
