import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** More than the file that is then written. */
const BYTES = 1024 * 1024 * 1024;

const SCRIPT = `
  const pieces = Array.from({ length: ${BYTES / 2 ** 20} }, () => Buffer.alloc(2 ** 20, 1));
  console.log(pieces.length);
  setTimeout(() => process.exit(), Number(process.argv[1]));
`;

/**
 * Lets the system have a GiB of free memory that was just in use. A virtual machine gives its free memory back to the host after
 * two seconds or so, and who then writes a file pays for fetching it again, several times what the writing costs: how much depends
 * on chance and on the size of the pieces.
 * @param milliseconds from now on until the memory is free
 * @returns when the memory is in use; its `freed` resolves when it is free
 */
export async function warmMemory(milliseconds) {
  const child = spawn(process.execPath, ['-e', SCRIPT, String(milliseconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  return { freed: exited };
}
