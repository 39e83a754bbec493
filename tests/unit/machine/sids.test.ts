import { describe, expect, it } from 'vitest';
import { capabilitySid, packageSid, serviceSid, sidBytes } from '../../../sim/machine/security/sids.js';

// SIDs that Windows' documentation and every installation show.
describe('SIDs that follow from names', () => {
  it('of a service', () => {
    expect(serviceSid('TrustedInstaller')).toBe(
      'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
    );
  });

  it('of a package', () => {
    expect(packageSid('Microsoft.WindowsCalculator_8wekyb3d8bbwe')).toBe(
      'S-1-15-2-466767348-3739614953-2700836392-1801644223-4227750657-1087833535-2488631167',
    );
  });

  it('of a capability', () => {
    expect(capabilitySid('registryRead')).toBe(
      'S-1-15-3-1024-1065365936-1281604716-3511738428-1654721687-432734479-3232135806-4053264122-3456934681',
    );
  });
});

describe('the bytes of a SID', () => {
  it('are revision, count, authority and parts', () => {
    expect(Buffer.from(sidBytes('S-1-5-32-544')).toString('hex')).toBe('01020000000000052000000020020000');
  });

  it.each(['', 'S-1', 'S-1-5', 'S-2-5-18', 'S-1-5-x'])('are not there for %j', (text) => {
    expect(() => sidBytes(text)).toThrow('no SID');
  });
});
