export const about = {
  intro:
    'Eine Windows-11-Maschine (x64), die in einen Browsertab passt: ein Emulator in WebAssembly mit physischem Speicher, Seitentabellen, Strukturen und Stapeln des Kernels. Ihr Task-Manager schreibt Livekernel-Speicherabbilder, die WinDbg öffnet. Alles bleibt in diesem Browser; nichts wird irgendwohin gesendet.',
  machine: 'Diese Maschine',
  version: 'livedump-lab',
  build: 'Windows-Build',
  scenario: 'Szenario',
  seed: (seed: number) => `Startwert ${seed}`,
  processors: 'Logische Prozessoren',
  memory: 'Arbeitsspeicher',
  computer: 'Computername',
  real: 'Wie echt ist das?',
  reality: [
    'Was Task-Manager, Explorer und Ereignisanzeige zeigen, ist aus dem emulierten Speicher gelesen, und ein Abbild ist eine Kopie dieses Speichers.',
    'Die Maschine ist künstlich: Ihre Treiber und Programme sind für das Labor gemacht, und nichts von Microsoft ist darin, weder Code noch Symbole noch Bilder.',
    'Strukturen und Namen des Kernels und die Texte der Menüs und Abbildoptionen sind die von Windows 11. Von den Dialogen für Fortschritt, Ende und Fehler gibt es kein öffentliches Bild: Ihr Wortlaut ist unser eigener.',
    'Die Stufen der Farbskala über der zweiten und die Farben des dunklen Designs, die kein öffentliches Bild zeigt, folgen aus den bekannten.',
    'Ein Prozess der Maschine ist kein Programm, das Sie benutzen können: Nur die im Startmenü haben ein Fenster.',
  ],
  keys: 'Tastatur',
  shortcuts: [
    ['Strg+Umschalt+Esc', 'Task-Manager, wo der Browser die Tasten durchlässt'],
    ['Alt+Pfeil', 'Fenster andocken, maximieren, wiederherstellen oder minimieren'],
    ['Alt+Umschalt+Pfeil', 'Fenster verschieben'],
    ['Alt+Strg+Pfeil', 'Fenstergröße ändern'],
    ['Alt+F6', 'nächstes Fenster'],
    ['Umschalt+F10', 'Kontextmenü'],
  ] as readonly (readonly [string, string])[],
  licences: 'Lizenzen',
  licence: 'livedump-lab steht unter der MIT-Lizenz. Es enthält:',
  allLicences: 'Alle Lizenzen und Hinweise',
  notAffiliated:
    'Windows, WinDbg und Task-Manager sind Namen von Microsoft-Produkten. Dieses Projekt ist nicht von Microsoft.',
};
