### Jedes Wort der Seite auf Deutsch.

title = Identitätsprüfung
language = Sprache
language-failed = Diese Sprache konnte nicht geladen werden. Prüfen Sie Ihre Verbindung und wählen Sie sie noch einmal.
loading = Einen Moment …
incomplete = Ein Teil dieser Seite ist noch nicht angekommen. Er kommt, sobald es eine Verbindung gibt; nichts von Ihren Eingaben geht verloren.
progress = Schritt { $step } von { $of }: { $name }
step-done = erledigt
back = Zurück
continue = Weiter
try-again = Noch einmal versuchen
understood = In Ordnung
upload-label = Foto unterwegs
upload-waits = Warten auf das Netz. Was gesendet ist, bleibt gesendet.
upload-stop = Senden anhalten
upload-stopped = Das Senden wurde angehalten. Bitte nehmen Sie das Foto noch einmal auf.
conflict = { $what } Ihr letzter Schritt wurde nicht gespeichert.

## Wo die Person steht

step-welcome = Willkommen
step-personal_details = Ihre Angaben
step-document_selection = Ihr Dokument
step-document_photo = Foto des Dokuments
step-document_review = Foto prüfen
step-selfie = Foto Ihres Gesichts
step-selfie_review = Ihr Foto prüfen
step-additional_step = Noch etwas
step-additional_step_review = Eingereichtes prüfen
step-final = Gesendet
step-approved = Bestätigt
step-rejected = Nicht bestätigt
step-expired = Abgelaufen
step-cancelled = Abgebrochen

## Ob alles auf dem Server ist

status-saved = Gespeichert
status-saving = Wird gespeichert …
status-offline = Offline – auf diesem Gerät behalten
status-offline_not_kept = Offline – bitte diese Seite offen lassen
status-conflict = Aktualisiert
status-signed_out = Nicht angemeldet

## Was verlangt wird

document-id_card = Personalausweis
document-passport = Reisepass
document-residence_permit = Aufenthaltstitel
document-driver_license = Führerschein
document-pan_card = PAN-Karte
document-aadhaar = Aadhaar-Karte
document-other = Ein anderes Dokument

item-document_front = Vorderseite Ihres Dokuments
item-document_back = Rückseite Ihres Dokuments
item-document_page = Seite mit Ihrem Bild
item-selfie = Foto Ihres Gesichts

## Warum ein Foto noch einmal verlangt wird

retake-blurry = Das Foto ist unscharf. Halten Sie die Kamera ruhig und warten Sie, bis die Schrift scharf ist.
retake-glare = Eine Spiegelung verdeckt etwas. Neigen Sie das Dokument ein wenig oder schalten Sie den Blitz aus.
retake-too_dark = Das Foto ist zu dunkel. Gehen Sie an einen helleren Ort.
retake-cropped = Ein Teil ist abgeschnitten. Alle vier Ecken müssen zu sehen sein.
retake-unreadable = Die Schrift ist nicht lesbar. Gehen Sie näher heran, bei gutem Licht.
retake-wrong_document = Das ist ein anderes Dokument als das gewählte.
retake-wrong_side = Das ist die andere Seite des Dokuments.
retake-damaged = Das Dokument ist zu beschädigt, um es zu prüfen. Nehmen Sie bitte ein anderes, wenn Sie eines haben.
retake-expired_document = Dieses Dokument ist nicht mehr gültig. Nehmen Sie bitte ein gültiges.
retake-face_not_visible = Ihr Gesicht ist nicht gut zu sehen. Nehmen Sie Hut und Sonnenbrille ab und blicken Sie in die Kamera.
retake-not_live = Das sieht aus wie das Foto eines Fotos. Nehmen Sie bitte ein neues von sich auf.
retake-other = Bitte nehmen Sie dieses Foto noch einmal auf.

## Warum die Prüfung nicht gelang. Ein Verdacht wird nie genannt.

reject-document_expired = Ihr Dokument ist nicht mehr gültig.
reject-document_not_accepted = Diese Art von Dokument wird nicht angenommen.
reject-details_mismatch = Ihre Angaben weichen von denen im Dokument ab.
reject-face_mismatch = Das Foto Ihres Gesichts passte nicht zum Dokument.
reject-under_age = Sie sind jünger als das verlangte Alter.
reject-suspected_fraud = Wir konnten Ihre Identität nicht bestätigen.
reject-other = Wir konnten Ihre Identität nicht bestätigen.

## Warum ein Schritt abgelehnt wurde

guard-locale_invalid = Bitte wählen Sie Ihre Sprache noch einmal und stimmen Sie erneut zu.
guard-consent_outdated = Der Datenschutzhinweis hat sich geändert. Laden Sie die Seite neu und lesen Sie den neuen.
guard-name_missing = Bitte geben Sie Ihre Namen so ein, wie sie im Dokument stehen.
guard-name_invalid = Ein Name ist zu lang oder enthält Zeichen, die kein Name hat. Bitte prüfen Sie ihn.
guard-date_of_birth_invalid = Bitte geben Sie Ihr Geburtsdatum ein, zum Beispiel { $example }.
guard-under_age = Sie sind jünger als das verlangte Alter, darum kann diese Prüfung nicht weitergehen.
guard-document_not_offered = Dieses Dokument wird für dieses Land nicht angenommen. Wählen Sie bitte ein anderes.
guard-side_not_needed = Diese Seite wird nicht gebraucht. Machen Sie weiter mit dem, worum die Seite bittet.
guard-photo_missing = Ein Foto fehlt noch. Nehmen Sie es bitte zuerst auf.
guard-no_attempts_left = Für dieses Foto sind alle Versuche verbraucht. Machen Sie mit dem vorhandenen weiter.
guard-no_step_before = Davor gibt es keinen Schritt.
guard-deadline_passed = Die Zeit für diese Prüfung ist vorbei. Bitten Sie das Unternehmen um einen neuen Link.
guard-too_early = Das ist noch nicht möglich.
guard-already_erased = Die Daten dieser Prüfung wurden gelöscht.
guard-on_hold = Für diese Prüfung gilt eine Aufbewahrung; bis sie endet, wird nichts gelöscht.
guard-not_on_hold = Für diese Prüfung gilt keine Aufbewahrung.
guard-item_unknown = Dieses Foto gehört nicht zu dieser Prüfung.
guard-no_rounds_left = Für diese Prüfung gibt es keine weiteren Runden.
guard-text_too_long = Dieser Text ist zu lang. Bitte kürzen Sie ihn.
guard-step_not_asked = Das wird jetzt nicht verlangt. Machen Sie weiter mit dem, worum die Seite bittet.
guard-source_not_allowed = So lässt es sich nicht einreichen. Nehmen Sie bitte einen der Wege, die die Seite anbietet.
guard-proof_not_offered = Diese Art von Rechnung wird nicht angenommen. Wählen Sie bitte eine andere.
guard-already_started = Diese Prüfung hat schon begonnen.
guard-step_unknown = Das gehört nicht zu dieser Prüfung.
guard-step_type_not_enabled = Diese Art der Prüfung ist nicht verfügbar.
guard-field_unknown = Dieses Feld gehört nicht zu dieser Prüfung.
guard-country_unknown = Dieses Land gibt es nicht.
guard-document_unknown = Dieses Dokument gibt es nicht.

## Was unterwegs schiefging

trouble-not_an_image = Diese Datei ist kein Foto, das wir lesen können. Wählen Sie bitte ein Bild als JPEG, PNG oder WebP.
trouble-source_mismatch = Diese Datei ist nicht das, als was sie gesendet wurde. Wählen Sie sie bitte noch einmal aus.
trouble-not_a_pdf = Diese Datei ist kein PDF. Wählen Sie das Dokument bitte als PDF aus.
trouble-pdf_not_allowed = Ein PDF wird hier nicht angenommen. Reichen Sie bitte stattdessen ein Foto ein.
trouble-pdf_encrypted = Dieses PDF verlangt ein Passwort. Speichern oder drucken Sie es als PDF ohne Passwort, und wählen Sie dieses aus.
trouble-pdf_damaged = Dieses PDF ist beschädigt oder unvollständig. Laden Sie es bitte noch einmal herunter, oder drucken Sie es als neues PDF.
trouble-pdf_too_long = Dieses PDF hat zu viele Seiten. Wählen Sie bitte eines aus, das nur die wichtigen Seiten enthält.
trouble-pdf_empty = In diesem PDF ist nichts zu sehen. Öffnen und prüfen Sie es bitte, und wählen Sie ein anderes aus.
trouble-pdf_too_complex = Dieses PDF kann nicht angezeigt werden: Es ist zu aufwendig. Drucken Sie es als neues PDF, oder scannen Sie es mit weniger Einzelheiten.
trouble-image_empty = Diese Datei ist leer. Wählen Sie bitte eine andere.
trouble-image_damaged = Dieses Foto ist beschädigt oder unvollständig. Nehmen oder wählen Sie es bitte noch einmal.
trouble-too_large = Diese Datei ist zu groß. Wählen Sie bitte ein kleineres Foto.
trouble-too_many_pixels = Dieses Foto hat zu viele Bildpunkte. Wählen Sie bitte ein kleineres.
trouble-image_too_small = Dieses Foto ist zu klein, um lesbar zu sein. Gehen Sie näher heran oder wählen Sie ein größeres.
trouble-digest_mismatch = Das Foto wurde unterwegs verändert. Senden Sie es bitte noch einmal.
trouble-blob_missing = Das Foto ist nicht angekommen. Senden Sie es bitte noch einmal.
trouble-images_exhausted = Hier wurden zu viele Fotos gesendet. Bitten Sie das Unternehmen, von dem Sie kommen, um einen neuen Link.
trouble-events_exhausted = Hier wurde zu viel geändert. Bitten Sie das Unternehmen, von dem Sie kommen, um einen neuen Link.
trouble-stale = Diese Prüfung ging in einem anderen Fenster oder auf einem anderen Gerät weiter. Sie sehen jetzt den aktuellen Stand.
trouble-handed_over = Diese Prüfung geht auf Ihrem anderen Gerät weiter. Was Sie eben hier gemacht haben, wurde nicht gespeichert.
trouble-not_accepted = Dieser Schritt wurde schon anderswo gemacht. Sie sehen jetzt den aktuellen Stand.
trouble-offline = Keine Verbindung. Ihr Foto bleibt hier und geht hinaus, sobald es wieder eine gibt.
trouble-rate_limited = Das war etwas schnell. Warten Sie bitte kurz und versuchen Sie es noch einmal.
trouble-insecure = Diese Seite wurde über eine unsichere Verbindung geöffnet und kann keine Fotos senden. Öffnen Sie sie mit https.
trouble-unknown = Bei uns ist etwas schiefgegangen. Versuchen Sie es bitte noch einmal; Ihre Eingaben sind nicht verloren.

## Bevor eine Sitzung offen ist

open-no_link-title = Bitte öffnen Sie Ihren persönlichen Link
open-no_link = Diese Seite öffnet sich mit dem Link, den Sie von dem Unternehmen bekommen haben, das Ihre Identität prüfen möchte.
open-used-title = Dieser Link wurde schon benutzt
open-used = Jeder Link gilt einmal und nur kurze Zeit. Gehen Sie zurück zur Seite des Unternehmens und bitten Sie um einen neuen. Ihre Eingaben sind nicht verloren.
open-offline-title = Der Server antwortet nicht
open-offline = Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal. Ihre Eingaben sind nicht verloren.
open-broken-title = Diese Seite kann nicht angezeigt werden
open-broken = Laden Sie sie bitte neu. Hilft das nicht, öffnen Sie Ihren Link in einem anderen Browser.
open-signed_out-title = Ihr Link gilt nicht mehr
open-signed_out = Bitten Sie das Unternehmen, das Sie hierher geschickt hat, um einen neuen. Was Sie gesendet haben, bleibt erhalten.
open-taken_back-title = Ihr anderes Gerät hat diese Prüfung zurückgeholt
open-taken_back = Machen Sie dort weiter. Um dieses Gerät wieder zu benutzen, holen Sie auf dem anderen einen neuen Code.
open-given_back-title = Ihr anderes Gerät hat diese Prüfung wieder
open-given_back = Machen Sie dort weiter. Hier bleibt nichts davon gespeichert.

## Willkommen

welcome-title = Wir prüfen, wer Sie sind
welcome-lead = Das dauert etwa drei Minuten. Sie brauchen:
welcome-need-document = Ein gültiges Ausweisdokument
welcome-need-camera = Eine Kamera oder Fotos davon
welcome-need-light = Gutes Licht
welcome-privacy-title = Was mit Ihren Daten geschieht
welcome-privacy-use = Ihre Angaben, die Fotos Ihres Dokuments und Ihres Gesichts dienen allein dazu, Ihre Identität zu bestätigen.
welcome-privacy-person = Eine geschulte Person sieht sie an. Keine Maschine entscheidet allein.
welcome-privacy-saved = Alles wird laufend gespeichert. Sie können aufhören und wiederkommen, auch auf einem anderen Gerät.
welcome-privacy-company = Verantwortlich für Ihre Daten ist das Unternehmen, das Sie hierher geschickt hat. Es sagt Ihnen, wie lange sie aufbewahrt werden; Sie können ihre Löschung verlangen.
welcome-consent = Ich habe das gelesen und bin einverstanden, dass meine Daten und Fotos zur Bestätigung meiner Identität verwendet werden.
welcome-consent-missing = Bitte setzen Sie das Häkchen. Ohne Ihr Einverständnis können wir nicht beginnen.
welcome-start = Beginnen
welcome-version = Datenschutzhinweis, Fassung { $version }

## Angaben

details-title = Ihre Angaben
details-lead = Genau so, wie sie in Ihrem Dokument stehen.
details-given = Vornamen
details-given-hint = Alle, in derselben Reihenfolge
details-given-missing = Bitte geben Sie Ihre Vornamen so ein, wie sie im Dokument stehen.
details-family = Nachname
details-family-missing = Bitte geben Sie Ihren Nachnamen so ein, wie er im Dokument steht.
details-birth = Geburtsdatum
details-birth-hint = Zum Beispiel { $example }
details-birth-incomplete = Bitte geben Sie Tag, Monat und Jahr in Ziffern ein, zum Beispiel { $example }.
details-birth-no_such_day = Diesen Tag gibt es nicht. Bitte prüfen Sie Tag und Monat.
details-birth-year = Bitte geben Sie das Jahr mit vier Ziffern ein, zum Beispiel 1985.
details-birth-future = Dieses Datum liegt in der Zukunft. Bitte prüfen Sie das Jahr.
details-day = Tag
details-month = Monat
details-year = Jahr

## Dokument

choice-title = Welches Dokument verwenden Sie?
choice-lead = Es muss gültig sein und auf Ihren Namen lauten.
choice-country = Ausstellendes Land
choice-please = Bitte wählen
choice-country-missing = Bitte wählen Sie zuerst das Land.
choice-type = Art des Dokuments
choice-type-missing = Bitte wählen Sie ein Dokument.
choice-one = Ein Foto
choice-two = Zwei Fotos: Vorder- und Rückseite

## Fotos

capture-front = Fotografieren Sie die Vorderseite
capture-back = Fotografieren Sie die Rückseite
capture-page = Fotografieren Sie die Seite mit Ihrem Bild
capture-selfie = Nehmen Sie Ihr Gesicht auf
capture-front-lead = Die Seite mit Ihrem Bild. Alle vier Ecken im Foto, keine Spiegelungen.
capture-back-lead = Drehen Sie es jetzt um: die Seite ohne Ihr Bild.
capture-page-lead = Öffnen Sie den Pass auf der Seite mit Ihrem Bild. Die beiden Zeilen unten müssen lesbar sein.
capture-selfie-lead = Blicken Sie gerade in die Kamera, bei gleichmäßigem Licht, ohne Hut oder Sonnenbrille.
capture-preparing = Das Foto wird vorbereitet …
capture-cancel = Anhalten
capture-keep = Weiter mit den vorhandenen Fotos
capture-keep-selfie = Weiter mit dem vorhandenen Foto
capture-attempts = { $left ->
    [one] Noch ein Versuch für dieses Foto.
   *[other] Noch { $left } Versuche für dieses Foto.
}

## Was außerdem verlangt wird

additional-rules = So muss es sein:
additional-proof = Was ist es?
additional-proof-none = Bitte wählen Sie, wenn es in der Liste steht
additional-file = Foto auswählen
additional-pdf = PDF auswählen
additional-file_or_pdf = Foto oder PDF auswählen
additional-keep = Mit der vorhandenen Datei weitermachen
additional-review-title = Ist das die richtige?
additional-review-lead = Alles muss lesbar sein, und nichts darf abgeschnitten sein.
additional-again = Eine andere einreichen
rule-recent = Nicht älter als drei Monate.
rule-readable = Alles darauf ist lesbar; nichts ist unscharf oder verdeckt.
rule-official = Ein offizielles Schriftstück: nichts von Hand Geschriebenes.
rule-latin_script = In lateinischer Schrift.
rule-name_address_date = Ihr voller Name, Ihre Anschrift und das Datum stehen darauf.
proof-bank_statement = Kontoauszug
proof-electricity_bill = Stromrechnung
proof-water_bill = Wasserrechnung
proof-credit_card_statement = Kreditkartenabrechnung
proof-gas_bill = Gasrechnung
proof-telephone_bill = Telefonrechnung
proof-bank_reference_letter = Referenzschreiben einer Bank
proof-internet_bill = Internetrechnung
proof-mortgage = Hypothekenauszug oder -vertrag
proof-payslip = Gehaltsabrechnung
proof-insurance_policy = Kfz- oder Wohnungsversicherung
proof-tax_letter = Gemeinde- oder Steuerbescheid
proof-driver_license = Führerschein
proof-residence_permit = Aufenthaltstitel
proof-education_letter = Offizielles Schreiben einer Bildungseinrichtung
proof-lease_agreement = Mietvertrag für Ihre Wohnung
proof-employment_letter = Arbeitsbescheinigung
proof-change_of_address_form = Bestätigte Adressänderung
proof-car_registration = Fahrzeugschein
proof-other = Anderes
proof-public_authority_letter = Schreiben einer Behörde

## Ansehen

review-document-title = Ist alles lesbar?
review-document-lead = Achten Sie darauf, dass die Schrift scharf und nichts abgeschnitten ist.
review-selfie-title = Ist Ihr Gesicht gut zu sehen?
review-selfie-lead = Es sollte scharf, gleichmäßig beleuchtet und von nichts verdeckt sein.
review-again = Noch einmal
review-again-named = Noch einmal aufnehmen: { $item }
review-accept = Ja, weiter
review-loading = Das Bild wird geladen …
review-failed = Das Bild konnte nicht geladen werden.
review-drawing = Die Seiten werden vorbereitet …
pages-at = Seite { $page } von { $pages }
pages-before = Vorige Seite
pages-next = Nächste Seite

## Noch einmal verlangt

asked-title = Bitte senden Sie dies noch einmal
asked-reviewer = Nachricht der prüfenden Person
asked-until = Bitte senden Sie es bis { $date }.
asked-done = neu gesendet
asked-open = offen

## Warten, und was daraus wurde

wait-title = Danke, alles ist gesendet
wait-processing = Ihre Fotos sind auf dem Weg zu der Person, die sie prüft.
wait-in_review = Ihr Fall liegt jetzt bei einer prüfenden Person.
wait-lead = Sie können diese Seite offen lassen: Das Ergebnis erscheint hier von selbst. Sie können sie auch schließen und später wiederkommen, in diesem Browser auf diesem Gerät.
wait-live = Diese Seite aktualisiert sich selbst

outcome-approved-title = Ihre Identität ist bestätigt
outcome-approved = Sie müssen nichts weiter tun und können diese Seite schließen.
outcome-rejected-title = Ihre Identität konnte nicht bestätigt werden
outcome-rejected = Wenn Sie das für einen Irrtum halten, wenden Sie sich an das Unternehmen, das Sie hierher geschickt hat.
outcome-expired-title = Die Zeit für diese Prüfung ist vorbei
outcome-expired = Bitten Sie das Unternehmen, das Sie hierher geschickt hat, um einen neuen Link.
outcome-cancelled-title = Diese Prüfung wurde abgebrochen
outcome-cancelled = Das Unternehmen, das Sie hierher geschickt hat, hat sie beendet. Sie müssen nichts weiter tun.
outcome-erased = Die Daten dieser Prüfung wurden gelöscht.
outcome-message = Nachricht der prüfenden Person

## Ein anderes Gerät

device-title = Auf einem anderen Gerät weitermachen
device-phone-title = Weiter auf Ihrem Telefon
device-lead = Seine Kamera macht bessere Fotos. Sie scannen einen Code, vergleichen eine Zahl und machen dort weiter, wo Sie gerade sind.
device-begin = Code zeigen
device-anew = Neuen Code zeigen
device-scan-title = Scannen Sie diesen Code mit Ihrem Telefon
device-scan = Richten Sie die Kamera des Telefons darauf oder öffnen Sie dort diesen Link. Er gilt einmal, fünf Minuten lang. Zeigen Sie ihn niemandem sonst.
device-qr = QR-Code, der diese Prüfung auf Ihrem Telefon öffnet
device-link = Link für das andere Gerät
device-copy = Kopieren
device-copied = Kopiert
device-wait = Warten auf Ihr anderes Gerät
device-cancel = Abbrechen
device-asked-title = Zeigt Ihr anderes Gerät diese Zahl?
device-asked = Ein Gerät möchte Ihre Prüfung fortsetzen. Lassen Sie es nur zu, wenn Sie es in der Hand halten und es dieselbe Zahl zeigt.
device-yes = Ja, dort weitermachen
device-no = Nein, ablehnen
device-expired-title = Der Code ist abgelaufen
device-expired = Innerhalb von fünf Minuten wurde kein Gerät zugelassen. Hier hat sich nichts geändert.
device-failed = Das hat nicht geklappt. Versuchen Sie es bitte noch einmal.

elsewhere-title = Machen Sie auf Ihrem anderen Gerät weiter
elsewhere-lead = Ihre Prüfung ist jetzt dort. Hier sehen Sie, wie weit Sie sind.
elsewhere-back = Doch hier weitermachen
elsewhere-back-hint = Ihr anderes Gerät wird dann abgemeldet. Nichts Gespeichertes geht verloren.
give-back = Dem anderen Gerät zurückgeben
give-back-hint = Dieses Gerät wird dann abgemeldet. Was gespeichert ist, bleibt.
give-back-unsaved = Noch ist nicht alles gespeichert. Es wird gesendet, sobald es wieder Netz gibt; geben Sie die Prüfung dann zurück.

join-title = Vergleichen Sie diese Zahl
join-lead = Das Gerät, auf dem Sie begonnen haben, zeigt auch eine Zahl. Ist es dieselbe, dann sagen Sie dort ja.
join-warn = Haben Sie diesen Code von jemand anderem bekommen, oder zeigt Ihr eigenes Gerät keine Zahl? Dann schließen Sie diese Seite.
join-wait = Warten auf Ihr Ja am anderen Gerät
join-ended-title = Dieses Gerät wurde nicht zugelassen
join-ended = Sie haben am anderen Gerät nein gesagt oder nicht rechtzeitig geantwortet. Dort bekommen Sie einen neuen Code.
join-used-title = Dieser Code gilt nicht mehr
join-used = Jeder Code gilt einmal, fünf Minuten lang. Holen Sie einen neuen auf dem Gerät, auf dem Sie begonnen haben.
