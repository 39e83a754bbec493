export const about = {
  intro:
    'A Windows 11 x64 machine that fits in a browser tab: an emulator in WebAssembly with physical memory, page tables, kernel structures and stacks. Its Task Manager writes live kernel memory dumps that WinDbg opens. Everything stays in this browser; nothing is sent anywhere.',
  machine: 'This machine',
  version: 'livedump-lab',
  build: 'Windows build',
  scenario: 'Scenario',
  seed: (seed: number) => `seed ${seed}`,
  processors: 'Logical processors',
  memory: 'Memory',
  computer: 'Computer name',
  real: 'How real is it?',
  reality: [
    'What Task Manager, File Explorer and Event Viewer show is read from the emulated memory, and a dump is a copy of that memory.',
    'The machine is synthetic: its drivers and programs are made for the lab, and no code, symbols or artwork of Microsoft’s are in it.',
    'Structures and names of the kernel, and the texts of Task Manager’s menus and dump options, are those of Windows 11. No picture is public of the dialogs of progress, completion and failure: their wording is our own.',
    'The levels of the heat map above the second, and the colours of the dark theme that no public picture shows, follow from those that are known.',
    'A process of the machine is not a program that you can use: only those in the Start menu have a window.',
  ],
  keys: 'Keyboard',
  shortcuts: [
    ['Ctrl+Shift+Esc', 'Task Manager, where the browser lets the keys through'],
    ['Alt+arrow', 'snap, maximize, restore or minimize the window'],
    ['Alt+Shift+arrow', 'move the window'],
    ['Alt+Ctrl+arrow', 'resize the window'],
    ['Alt+F6', 'next window'],
    ['Shift+F10', 'context menu'],
  ] as readonly (readonly [string, string])[],
  licences: 'Licences',
  licence: 'livedump-lab comes under the MIT licence. It contains:',
  allLicences: 'All licences and notices',
  notAffiliated:
    'Windows, WinDbg and Task Manager are names of Microsoft’s products. This project is not Microsoft’s.',
};
