export const runTask = {
  title: 'Neuen Task erstellen',
  prompt:
    'Geben Sie den Namen eines Programms ein, und Windows öffnet es für Sie. Diese Maschine hat notepad, cmd, powershell, calc, mspaint, charmap, regedit, winver, msinfo32, perfmon und mmc.',
  open: 'Öffnen:',
  administrator: 'Diesen Task mit Administratorrechten erstellen.',
  notAdministrator: 'Der Task-Manager läuft als Standardbenutzer',
  typeFirst: 'Geben Sie zuerst einen Namen ein',
  ok: 'OK',
  cancel: 'Abbrechen',
  failed: 'Der Task wurde nicht erstellt',
  unknown: (name: string) =>
    `"${name}" konnte nicht gefunden werden. Stellen Sie sicher, dass Sie den Namen richtig eingegeben haben, und wiederholen Sie den Vorgang.`,
  noMemory: (name: string) =>
    `Der Speicher reicht nicht aus, um "${name}" zu starten. Beenden Sie einen Task, und wiederholen Sie den Vorgang.`,
};
