import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, with its output on our terminal.
 * @throws when it cannot be started or does not exit with 0
 */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${code}`}`)),
    );
  });
}

/** The same for a Node program, such as the command lines of our dependencies. */
export const runNode = (args, options) => run(process.execPath, args, options);
