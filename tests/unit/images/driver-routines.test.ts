import { describe, expect, it } from 'vitest';
import { driverRoutines, withDriverRoutines } from '../../../sim/images/driver-routines/index.js';
import { catalogue, type ModuleSpec } from '../../../sim/images/index.js';

const spec = (file: string, functions: string[] = []): ModuleSpec => ({
  module: file.replace(/\.\w+$/, ''),
  file,
  path: `\\SystemRoot\\System32\\drivers\\${file}`,
  pdb: 'x.pdb',
  description: '',
  kind: 'driver',
  imageBase: '0x1C0000000',
  entryPoint: 'DriverEntry',
  functions: functions.map((name) => ({ name })),
  globals: [],
});

describe('routines of drivers', () => {
  it('name the driver object by its service and its directory', () => {
    const routines = driverRoutines(spec('FLTMGR.SYS'), () => true);
    expect(routines).toMatchObject({ name: '\\FileSystem\\FltMgr', service: 'FltMgr', isFileSystem: true });
    expect(driverRoutines(spec('unheardof.sys'), () => true)).toMatchObject({ name: '\\Driver\\unheardof' });
  });

  it('are not those of modules that only export functions', () => {
    for (const file of ['CLASSPNP.SYS', 'storport.sys', 'WDFLDR.SYS', 'CI.dll'])
      expect(
        driverRoutines(spec(file), () => true),
        file,
      ).toBeUndefined();
  });

  it('are their framework’s where that is on the machine, else their own', () => {
    const all = driverRoutines(spec('disk.sys'), () => true)!;
    expect(all.majorFunctions['*']).toBe('CLASSPNP!ClassGlobalDispatch');
    const alone = driverRoutines(spec('disk.sys'), () => false)!;
    expect(alone.majorFunctions['CREATE']).toBe('disk!DispatchCreate');
  });

  it('become functions of the modules they are in, none twice', () => {
    const [disk, classpnp] = withDriverRoutines([spec('disk.sys'), spec('CLASSPNP.SYS', ['ClassAddDevice'])]);
    expect(disk!.functions).toEqual([]);
    const names = classpnp!.functions.map(({ name }) => name);
    expect(names.filter((name) => name === 'ClassAddDevice')).toHaveLength(1);
    expect(names).toContain('ClassGlobalDispatch');
  });

  it('are there for every driver of the catalogue', () => {
    const modules = new Map(withDriverRoutines(catalogue).map((module) => [module.module, module]));
    for (const module of catalogue) {
      const routines = driverRoutines(module, (name) => modules.has(name));
      for (const routine of Object.values(routines?.majorFunctions ?? {})) {
        const [of, name] = routine.split('!') as [string, string];
        expect(
          modules.get(of)!.functions.map((f) => f.name),
          routine,
        ).toContain(name);
      }
    }
  });
});
