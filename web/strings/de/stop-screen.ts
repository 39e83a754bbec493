export const stopScreen = {
  title: 'Der Computer wurde angehalten',
  lost: (program: string) =>
    `${program} sollte enden, und ohne dieses Programm kann Windows nicht weiterlaufen. Der Computer steht daher, wie er war: Kein Thread läuft, keine Zeit vergeht.`,
  stopCode: 'Stoppcode',
  process: 'Parameter 1',
  processMeaning: (address: string) => `${address}, EPROCESS des Prozesses`,
  kind: 'Parameter 2',
  kindMeaning: '0: ein Prozess, kein Thread',
  noDump:
    'Es wird kein Speicherabbild geschrieben: Die Treiber, die das tun, gehören nicht zu diesem Computer. Was auf seinem Datenträger liegt, bleibt erhalten.',
  restart: 'Computer neu starten',
  lookOn: 'Speicher und Dateien ansehen',
  bar: (name: string) => `Der Computer wurde angehalten: ${name}`,
  show: 'Stoppbildschirm zeigen',
};
