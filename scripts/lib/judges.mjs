import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from './run.mjs';

const BROWSER = [{ program: 'chromium', packages: ['chromium'] }];
const ORACLES = [
  { program: 'llvm-pdbutil', packages: ['llvm'] },
  { program: 'llvm-readobj', packages: ['llvm'] },
  { program: 'lldb', packages: ['lldb'] },
  { program: 'wine64', packages: ['wine64'] },
  { program: 'x86_64-w64-mingw32-g++', packages: ['g++-mingw-w64-x86-64'] },
];
const NEEDS = { oracles: ORACLES, e2e: BROWSER };
/** Debian's wine64 is not on the PATH. */
const MORE_FOLDERS = ['/usr/lib/wine'];

const isThere = (program) =>
  [...(process.env.PATH ?? '').split(':'), ...MORE_FOLDERS].some((folder) =>
    existsSync(`${folder}/${program}`),
  );

/** Debian's packages, when we may install them. @returns why not, or '' */
async function aptInstall(packages) {
  if (!isThere('apt-get')) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return `not root; try: sudo apt-get install ${packages.join(' ')}`;
  console.log(`Installing ${packages.join(', ')} …`);
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
    return '';
  } catch (error) {
    return error.message;
  }
}

/** WinDbg's engine: restored from NuGet once, into build/windbg or WINDBG_ENGINE_DIR. */
function restoreWindbg() {
  const script = 'tests/oracles/windbg/setup.sh';
  if (!['wine64', 'x86_64-w64-mingw32-g++'].every(isThere)) return; // Already reported.
  if (!isThere('dotnet')) return "WinDbg's engine: dotnet is not installed (it restores the engine)";
  try {
    execFileSync(script, { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return `WinDbg's engine: ${`${error.stdout}${error.stderr}`.trim() || error.message}`;
  }
}

/**
 * Installs the programs by which the given suites judge.
 * @returns a sentence for each that cannot be had
 */
export async function fetchJudges(suites) {
  const missing = suites.flatMap((suite) => NEEDS[suite] ?? []).filter(({ program }) => !isThere(program));
  const packages = [...new Set(missing.flatMap((need) => need.packages))];
  const refusal = packages.length > 0 ? await aptInstall(packages) : '';
  const reasons = missing
    .filter(({ program }) => !isThere(program))
    .map(({ program }) => `${program}: ${refusal || 'its package did not bring it'}`);
  const windbg = suites.includes('oracles') ? restoreWindbg() : undefined;
  return windbg ? [...reasons, windbg] : reasons;
}
