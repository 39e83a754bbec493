export const boot = {
  starting: 'Der Computer wird gestartet…',
  failed: 'Der Computer ist nicht gestartet',
  retry: 'Den Computer „baseline“ starten',
  badSeed: (seed: string) =>
    `Der Startwert (seed) in der Adresse muss eine ganze Zahl ab 0 sein, ist aber „${seed}“.`,
  programFailed: (program: string) =>
    `Die Dateien von ${program} konnten nicht geladen werden. Prüfen Sie die Verbindung, und versuchen Sie es erneut.`,
  tryAgain: 'Erneut versuchen',
  workerFailed:
    'Der Teil der Seite, der den Computer ausführt, konnte nicht geladen werden. Laden Sie die Seite neu.',
};
