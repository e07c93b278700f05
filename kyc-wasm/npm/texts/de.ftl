### Jedes Wort von <kyc-capture> auf Deutsch.

openCamera = Kamera öffnen
takePhoto = Foto aufnehmen
closeCamera = Kamera schließen
chooseFile = Foto auswählen
dropHint = oder ein Bild hierher ziehen
starting = Die Kamera startet …
preparing = Das Foto wird vorbereitet …
loadingHelp = Die Hilfe für Ihr Foto wird geladen …
live = Kamerabild
auto = Das Foto entsteht von selbst, sobald alles stimmt.
manual = Nehmen Sie das Foto auf, wenn Sie so weit sind.
switchCamera = Andere Kamera
torch = Licht

## Hinweise für ein Dokument

hints-document-too_dark = Zu dunkel – gehen Sie ins Helle
hints-document-too_bright = Zu hell – gehen Sie aus dem Licht
hints-document-no_face = Legen Sie das Dokument in den Rahmen
hints-document-several_faces = Nur ein Dokument
hints-document-align = Legen Sie das Dokument in den Rahmen
hints-document-closer = Gehen Sie näher heran
hints-document-further = Gehen Sie etwas weiter weg
hints-document-hold_still = Halten Sie still
hints-document-blurred = Unscharf – warten Sie, bis die Schrift scharf ist
hints-document-glare = Spiegelung – kippen Sie das Dokument ein wenig
hints-document-clear = Scharf und hell genug
hints-document-good = Gut – halten Sie still

## Hinweise für ein Gesicht

hints-face-too_dark = Zu dunkel – drehen Sie sich zum Licht
hints-face-too_bright = Zu hell – drehen Sie sich vom Licht weg
hints-face-no_face = Bringen Sie Ihr Gesicht in das Oval
hints-face-several_faces = Nur Ihr Gesicht sollte zu sehen sein
hints-face-align = Bringen Sie Ihr Gesicht in die Mitte
hints-face-closer = Gehen Sie näher heran
hints-face-further = Gehen Sie etwas weiter weg
hints-face-hold_still = Halten Sie still
hints-face-blurred = Unscharf – halten Sie still, oder wischen Sie die Kamera ab
hints-face-glare = Spiegelung – drehen Sie das Gesicht ein wenig
hints-face-clear = Scharf und hell genug
hints-face-good = Gut – halten Sie still

## Warum es keine Kamera gibt, und was hilft

faults-denied = Die Kamera ist für diese Seite gesperrt. Erlauben Sie sie in der Adresszeile und versuchen Sie es noch einmal, oder wählen Sie ein Foto.
faults-none = An diesem Gerät wurde keine Kamera gefunden. Wählen Sie ein Foto, oder machen Sie mit dem Telefon weiter.
faults-busy = Die Kamera wird von einer anderen App benutzt. Schließen Sie diese und versuchen Sie es noch einmal, oder wählen Sie ein Foto.
faults-insecure_context = Die Kamera geht nur über eine sichere Verbindung (https). Wählen Sie stattdessen ein Foto.
faults-iframe_without_permission = Die umgebende Seite gibt die Kamera nicht weiter. Wählen Sie ein Foto, oder öffnen Sie diese Seite in einem eigenen Fenster.
faults-aborted = Die Kamera wurde abgeschaltet. Öffnen Sie sie noch einmal, oder wählen Sie ein Foto.
faults-unsupported = Dieser Browser gibt Seiten keine Kamera. Wählen Sie ein Foto, oder öffnen Sie den Link in einem anderen Browser.
faults-unknown = Die Kamera ließ sich nicht starten. Wählen Sie ein Foto, oder versuchen Sie es noch einmal.
