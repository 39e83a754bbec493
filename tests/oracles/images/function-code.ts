// The instructions of a function in the order in which a processor may go through all of them: where a jump leads to a
// part of it that lies elsewhere, that part comes next. Which parts are a function's, its unwind data alone tells.
import type { Instruction } from 'iced-x86';
import type { PeFile, RuntimeFunction } from './pe-file.js';
import { decode } from './stack-machine.js';

/** Parts of the function at an RVA that do not lie in its `size` bytes. */
export function partsElsewhere(file: PeFile, rva: number, size: number): RuntimeFunction[] {
  return file.functions.filter(
    (range) => (range.begin < rva || range.begin >= rva + size) && file.continued(range)?.begin === rva,
  );
}

export function codeOfFunction(file: PeFile, rva: number, size: number): Instruction[] {
  const code = decode(file.at(rva, size), rva);
  for (const { begin, end } of partsElsewhere(file, rva, size)) {
    const jump = code.findIndex(({ nearBranchTarget }) => nearBranchTarget === BigInt(begin));
    if (jump < 0) throw new Error(`nothing leads to the part at 0x${begin.toString(16)}`);
    code.splice(jump + 1, 0, ...decode(file.at(begin, end - begin), begin));
  }
  return code;
}
