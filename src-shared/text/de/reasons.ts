import type { reasons as english } from '../en/reasons';
import type { Mirror } from '../mirror';

export const reasons: Mirror<typeof english> = {
  noMulticast: 'kein Multicast kommt dort an',
  noMulticastByTcp: 'kein Multicast kommt dort an, die Daten gehen über TCP',
  tcpRepair: 'Reparatur über TCP war gewünscht',
  forged: 'dort kommen gefälschte Pakete an',
  fruitless: 'Multicast-Runden bringen dort fast nichts',
  usedUp: 'der Anteil an Wiederholungen ist aufgebraucht',
  afterRounds: 'nach {{rounds}} Runden fehlt noch etwas',
  tcpOff: '{{why}}, und Reparatur über TCP ist ausgeschaltet',
  askedAgain: 'es wurde immer wieder nach Daten gefragt, die über TCP angeboten waren',
  tooSlow: 'das Gerät kam nicht mit',
  muchLess: 'dort kommt viel weniger an als bei den anderen',
  catchesUp: '{{why}}; wird später nachgeholt',
  lost: 'die Verbindung brach ab und kam nicht wieder',
  notStored: 'das Gerät hat nicht bestätigt, dass die Dateien gespeichert sind',
  notReported: 'das Gerät hat nicht gemeldet, was ihm fehlt',
  stalled: 'das Gerät nahm über TCP nichts mehr an',
  flapping: 'das Gerät kam und ging zu oft',
  unpaired: 'die Kopplung wurde aufgehoben',
  left: 'Hat den Raum verlassen: {{why}}',
  leftRoom: 'dieser Raum ist dort nicht mehr gewünscht',
  switchedOff: 'der Empfang ist dort ausgeschaltet',
  closedThere: 'Tutti wurde dort geschlossen',
  otherRoom: 'das Gerät ist jetzt in einem anderen Raum',

  tcpAsked: 'TCP war gewünscht',
  noBytes: 'es gibt nichts zu senden',
  digests: 'nur noch die Prüfsummen sind zu vergleichen',
  leftover: 'ein kleiner Rest bei einer Person',

  cancelled: 'Die Lehrkraft hat die Übertragung abgebrochen.',
  allUnpaired: 'Für alle, die sie bekommen sollten, wurde die Kopplung aufgehoben.',
  fileChanged: '„{{name}}“ wurde beim Senden verändert: Sende die Datei noch einmal, wenn nichts mehr in sie schreibt.',
  fileGone: '„{{name}}“ ist nicht mehr da oder war es nie.',
  fileForbidden: '„{{name}}“ lässt sich nicht lesen: Dieser Computer erlaubt es nicht.',
  fileUnreadable: '„{{name}}“ lässt sich nicht lesen ({{why}}).',
  nothingChosen: 'Es gibt keine Datei zu senden: Was ausgewählt wurde, ist leer.',
  nobodyMissed: 'In der Klasse ist niemand mehr, dem diese Dateien fehlen.',
  forgotten: 'Diese Übertragung ist nicht mehr bekannt: Wähle ihre Dateien neu aus.',
  pushedOut:
    'Sie wurde unterbrochen, und seitdem ist zu viel anderes angekommen, um sie fortzusetzen: Bitte noch einmal darum.',

  tooLittleSpace:
    'Der Platz reicht nicht: {{needed}} werden gebraucht, und {{free}} sind auf dem Datenträger von „{{directory}}“ frei.',
  diskFull: 'Der Datenträger dieses Computers ist voll: Schaffe Platz für „{{directory}}“ und fange noch einmal an.',
  readOnly: 'Der Ordner „{{directory}}“ ist schreibgeschützt: Wähle einen anderen Ordner.',
  forbidden: 'Dieser Computer erlaubt nicht, in den Ordner „{{directory}}“ zu schreiben: Wähle einen anderen Ordner.',
  diskBroken: 'Der Datenträger mit „{{directory}}“ meldet einen Hardwarefehler: Wähle einen Ordner auf einem anderen.',
  folderGone: 'Der Ordner „{{directory}}“ wurde verschoben oder gelöscht: Wähle einen Ordner und fange noch einmal an.',
  nameTooLong: 'Ein Dateiname ist zu lang für den Ordner „{{directory}}“: Wähle einen Ordner mit kürzerem Pfad.',
  fileTooLarge: 'Eine Datei ist zu groß für den Datenträger mit „{{directory}}“: Wähle einen Ordner auf einem anderen.',

  wrongCode: 'Das ist nicht der Code dieses Raums. Sieh noch einmal auf den Bildschirm deiner Lehrkraft.',
  newCode: 'Der Raum hat einen neuen Code. Sieh auf den Bildschirm deiner Lehrkraft und tippe den neuen ein.',
  roomClosed: 'Dieser Raum lässt gerade niemand Neues herein. Bitte deine Lehrkraft, dich hereinzulassen.',
  tooManyTries: 'Das waren eben zu viele Versuche. Warte eine Minute und versuche es noch einmal.',
  tooLate: 'Dieser Computer hat zu lange gebraucht, um den Code zu beweisen. Versuche es noch einmal.',
  noCode: 'Dieser Raum hat keinen Code, er lässt alle herein. Tritt ihm ohne Code bei.',
  notAnnounced:
    'Dieser Raum ist im Netzwerk nicht mehr zu sehen. Bitte deine Lehrkraft, ihn zu öffnen, oder tippe seine Adresse ein.',
  unpairedHere:
    'Die Lehrkraft hat die Kopplung mit diesem Computer aufgehoben. Um wiederzukommen, tippe den Code des Raums neu ein.',
  noListener: 'Unter {{place}} antwortet nichts. Ist der Raum offen, und stimmt die Adresse?',
  noAnswer: '{{place}} antwortet nicht. Ist dieser Computer im selben Netzwerk wie der deiner Lehrkraft?',
  noComputer: 'In diesem Netzwerk gibt es keinen Computer namens {{host}}.',
  noWay: 'Von hier führt kein Weg zu {{place}}. Ist dieser Computer in dessen Netzwerk?',
  noRoom: 'Was unter {{place}} antwortet, ist kein Tutti-Raum. Stimmt der Port?',
  unproved:
    'Was unter {{place}} antwortet, kennt den Code nicht: Es hat nichts als den Namen dieses Computers erfahren. Frag deine Lehrkraft, ob das die richtige Adresse ist.',

  noInterface:
    'Dieser Computer hat keine Netzwerkverbindung. Verbinde ihn mit dem Netzwerk des Raums, per Kabel oder WLAN.',
  portTaken: 'Ein anderes Programm benutzt {{place}} schon. Schließe es oder wähle einen anderen Port.',

  // Devices that fetch files by TFTP.
  usualBlock: 'Blöcke von {{bytes}} Byte, weil das Gerät keine Größe nennt',
  askedBlock: 'Blöcke von {{bytes}} Byte, wie das Gerät es will',
  fittingBlock: 'Blöcke von {{bytes}} Byte, weil sie in die Pakete des Netzwerks von {{mtu}} passen',
  numberedBlock: 'Blöcke von {{bytes}} Byte, weil eine Gruppe höchstens 65.535 davon hat',
  shortBlock: 'kurze Blöcke, weil {{share}} verloren gehen',
  groupTooSmall: 'per Unicast, weil eine Gruppe Blöcke von {{bytes}} Byte bräuchte, mehr, als das Gerät annimmt',
  askedWindow: 'Fenster von {{blocks}} Blöcken, wie das Gerät es will',
  lessWindow: 'Fenster von {{blocks}} Blöcken, weil {{why}}',
  muchLost: 'viel verloren geht',
  othersSend: 'andere Sitzungen auch senden',
  bufferFull: 'der Puffer eines Geräts nicht mehr fasst',
  askedTimeout: 'eine Zeitgrenze von {{seconds}} s, wie das Gerät es will',
  usualTimeout: 'eine Zeitgrenze von höchstens {{seconds}} s',
  moreSessions: '{{why}}, weil {{sessions}} weitere Sitzungen laufen',
  gotStuck: 'Es antwortet nicht mehr',
  neverAnswered: 'Es hat nie geantwortet',
  leftAtEnd: 'Es hat den letzten Block nicht bestätigt, hat ihn aber vielleicht',
  laterMaster: 'Es hat als Master nicht geantwortet und kommt noch einmal an die Reihe',
  slowMaster: 'Es hält die anderen auf und kommt noch einmal an die Reihe',
  deviceEnded: 'Es hat abgebrochen: „{{why}}“',
  deviceStrange: 'Es hat gesendet, was da nicht hingehört: {{why}}',
  deviceChanged: 'Es hat etwas anderes verlangt',
  sharedChanged: 'Die Datei hat sich beim Senden geändert',
  tftpPortTaken:
    '{{place}} ist belegt: Auf diesem Computer läuft ein anderer TFTP-Server. Schließe ihn oder nimm einen anderen Port.',
  tftpPortForbidden:
    'Port {{port}} gehört auf diesem Computer der Administration: Nimm {{other}}, oder starte Tutti mit deren Rechten.',
  notShared: 'Diese Datei ist nicht im freigegebenen Ordner: {{name}}',
  sharedGone: 'Der Ordner „{{folder}}“ ist nicht da: Wähle einen anderen.',
  sharedForbidden: 'Der Ordner „{{folder}}“ lässt sich nicht freigeben: {{why}}.',
  sharedNoFolder: '„{{folder}}“ ist eine Datei: Geräten wird ein Ordner gezeigt.',

  // Channels.
  channelTaken: 'Der Kanal {{subject}} wird schon veröffentlicht.',
  channelStuck: 'Der Kanal {{subject}} steht still: {{why}}',
  manyChannels:
    'Mehr als {{count}} Kanäle kann ein Computer nicht veröffentlichen: Beende einen oder nimm einen zweiten.',
  watchedGone: 'Der Ordner ist nicht lesbar: {{why}}.',
  notPublished: '„{{name}}“ lässt sich nicht veröffentlichen: {{why}}.',
  changedMeanwhile:
    '„{{name}}“ hat sich beim Veröffentlichen geändert und kommt noch einmal, sobald nichts mehr hineingeschrieben wird.',
  packetsLost: 'Ein Teil ist verloren gegangen, und niemand hat ihn mehr.',
  abandoned: 'Sie hat sich beim Veröffentlichen geändert.',
  unfinished: 'Der Absender hat mittendrin aufgehört.',
  otherDigest: 'Das ist nicht, was der Absender gesendet hat: Die Prüfsumme ist eine andere.',
  otherArchive: 'Dieser Kanal hat schon ein anderes Archiv.',
  packetsFull:
    'Der Datenträger ist voll: Schaffe Platz für die Pakete in „{{directory}}“, oder lass weniger aufbewahren.',
  packetsForbidden:
    'Dieser Computer erlaubt nicht, in „{{directory}}“ zu schreiben, wo die Pakete liegen: Wähle einen anderen Ordner.',
  packetsInUse: 'Ein anderes Programm hat seine Pakete in „{{directory}}“: Beende es oder wähle einen anderen Ordner.',
  packetsDamaged: 'Die Pakete in „{{directory}}“ sind beschädigt: Verschiebe den Ordner und starte neu.',
};
