### Tous les textes de la page en français.

title = Vérification d’identité
language = Langue
language-failed = Cette langue n’a pas pu être chargée. Vérifiez votre connexion et choisissez-la de nouveau.
loading = Un instant…
incomplete = Une partie de cette page n’est pas encore arrivée. Elle arrive dès qu’il y a une connexion ; rien de ce que vous avez saisi n’est perdu.
progress = Étape { $step } sur { $of } : { $name }
step-done = terminé
back = Retour
continue = Continuer
try-again = Réessayer
understood = D’accord
upload-label = Photo en cours d’envoi
upload-waits = En attente du réseau. Ce qui est envoyé le reste.
upload-stop = Arrêter l’envoi
upload-stopped = L’envoi a été arrêté. Veuillez reprendre la photo.
conflict = { $what } Votre dernière action n’a pas été enregistrée.

## Où en est la personne

step-welcome = Bienvenue
step-personal_details = Vos données
step-document_selection = Votre document
step-document_photo = Photo du document
step-document_review = Vérifier la photo
step-selfie = Photo de votre visage
step-selfie_review = Vérifier votre photo
step-additional_step = Encore une chose
step-additional_step_review = Vérifiez votre envoi
step-final = Envoyé
step-approved = Confirmé
step-rejected = Non confirmé
step-expired = Expiré
step-cancelled = Annulé

## Si tout est sur le serveur

status-saved = Enregistré
status-saving = Enregistrement…
status-offline = Hors ligne – gardé sur cet appareil
status-offline_not_kept = Hors ligne – laissez cette page ouverte
status-conflict = Mis à jour
status-signed_out = Non connecté

## Ce qui est demandé

document-id_card = Carte d’identité
document-passport = Passeport
document-residence_permit = Titre de séjour
document-driver_license = Permis de conduire
document-pan_card = Carte PAN
document-aadhaar = Carte Aadhaar
document-other = Un autre document

item-document_front = Recto de votre document
item-document_back = Verso de votre document
item-document_page = Page avec votre photo
item-selfie = Photo de votre visage

## Pourquoi une photo est redemandée

retake-blurry = La photo est floue. Tenez l’appareil immobile et attendez que le texte soit net.
retake-glare = Un reflet en cache une partie. Inclinez un peu le document ou éteignez le flash.
retake-too_dark = La photo est trop sombre. Allez dans un endroit plus clair.
retake-cropped = Une partie est coupée. Les quatre coins doivent être sur la photo.
retake-unreadable = Le texte est illisible. Approchez-vous, avec une bonne lumière.
retake-wrong_document = Ce n’est pas le document que vous avez choisi.
retake-wrong_side = C’est l’autre côté du document.
retake-damaged = Le document est trop abîmé pour être vérifié. Prenez-en un autre, si vous en avez un.
retake-expired_document = Ce document n’est plus valable. Prenez-en un en cours de validité.
retake-face_not_visible = Votre visage se voit mal. Retirez chapeau et lunettes de soleil et regardez l’appareil.
retake-not_live = Cela ressemble à la photo d’une photo. Prenez-en une nouvelle de vous.
retake-other = Veuillez reprendre cette photo.

## Pourquoi la vérification a échoué. Un soupçon n’est jamais mentionné.

reject-document_expired = Votre document n’est plus valable.
reject-document_not_accepted = Ce type de document n’est pas accepté.
reject-details_mismatch = Ce que vous avez saisi diffère de ce qu’indique le document.
reject-face_mismatch = La photo de votre visage n’a pas pu être rapprochée du document.
reject-under_age = Vous n’avez pas l’âge requis.
reject-suspected_fraud = Nous n’avons pas pu confirmer votre identité.
reject-other = Nous n’avons pas pu confirmer votre identité.

## Pourquoi une étape a été refusée

guard-locale_invalid = Choisissez de nouveau votre langue et donnez encore une fois votre accord.
guard-consent_outdated = La notice sur la vie privée a changé. Rechargez la page et lisez la nouvelle.
guard-name_missing = Saisissez vos noms tels qu’ils figurent sur votre document.
guard-name_invalid = Un nom est trop long ou contient des caractères qu’aucun nom ne contient. Veuillez le vérifier.
guard-date_of_birth_invalid = Saisissez votre date de naissance, par exemple { $example }.
guard-under_age = Vous n’avez pas l’âge requis, cette vérification ne peut donc pas continuer.
guard-document_not_offered = Ce document n’est pas accepté pour ce pays. Veuillez en choisir un autre.
guard-side_not_needed = Ce côté n’est pas nécessaire. Continuez avec ce que la page demande.
guard-photo_missing = Il manque encore une photo. Prenez-la d’abord.
guard-no_attempts_left = Il ne reste plus d’essai pour cette photo. Continuez avec celle qui est là.
guard-no_step_before = Il n’y a pas d’étape précédente.
guard-deadline_passed = Le délai de cette vérification est écoulé. Demandez un nouveau lien à l’entreprise qui vous a envoyé ici.
guard-too_early = Ce n’est pas encore possible.
guard-already_erased = Les données de cette vérification ont été effacées.
guard-on_hold = Les données de cette vérification doivent être conservées ; rien n’est effacé d’ici là.
guard-not_on_hold = Rien n’oblige à conserver les données de cette vérification.
guard-item_unknown = Cette photo ne fait pas partie de la vérification.
guard-no_rounds_left = Il n’y a plus de nouvelle demande possible pour cette vérification.
guard-text_too_long = Ce texte est trop long. Veuillez le raccourcir.
guard-step_not_asked = Cela n’est pas demandé maintenant. Continuez avec ce que la page demande.
guard-source_not_allowed = Il ne peut pas être remis ainsi. Utilisez l’un des moyens que la page propose.
guard-proof_not_offered = Ce type de facture n’est pas accepté. Choisissez-en un autre.
guard-already_started = Cette vérification a déjà commencé.
guard-step_unknown = Cela ne fait pas partie de la vérification.
guard-step_type_not_enabled = Ce type de vérification n’est pas disponible.
guard-field_unknown = Ce champ ne fait pas partie de la vérification.
guard-country_unknown = Ce pays n’existe pas.
guard-document_unknown = Ce document n’existe pas.

## Ce qui n’a pas marché en chemin

trouble-not_an_image = Ce fichier n’est pas une photo que nous pouvons lire. Choisissez une image JPEG, PNG ou WebP.
trouble-source_mismatch = Ce fichier n’est pas ce qui était annoncé. Choisissez-le de nouveau.
trouble-not_a_pdf = Ce fichier n’est pas un PDF. Choisissez le document en PDF.
trouble-pdf_not_allowed = Les PDF ne sont pas acceptés ici. Remettez plutôt une photo.
trouble-pdf_encrypted = Ce PDF demande un mot de passe. Enregistrez-le ou imprimez-le en PDF sans mot de passe, puis choisissez celui-là.
trouble-pdf_damaged = Ce PDF est endommagé ou incomplet. Téléchargez-le de nouveau, ou imprimez-le en nouveau PDF.
trouble-pdf_too_long = Ce PDF a trop de pages. Choisissez-en un qui ne contient que les pages utiles.
trouble-pdf_empty = Il n’y a rien à voir dans ce PDF. Ouvrez-le, vérifiez-le et choisissez-en un autre.
trouble-pdf_too_complex = Ce PDF ne peut pas être affiché : il est trop lourd à dessiner. Imprimez-le en nouveau PDF, ou numérisez-le avec moins de détails.
trouble-image_empty = Ce fichier est vide. Veuillez en choisir un autre.
trouble-image_damaged = Cette photo est abîmée ou incomplète. Veuillez la reprendre ou la choisir de nouveau.
trouble-too_large = Ce fichier est trop volumineux. Choisissez une photo plus petite.
trouble-too_many_pixels = Cette photo a trop de pixels. Choisissez-en une plus petite.
trouble-image_too_small = Cette photo est trop petite pour être lue. Approchez-vous ou choisissez-en une plus grande.
trouble-digest_mismatch = La photo a été modifiée en chemin. Veuillez la renvoyer.
trouble-blob_missing = La photo n’est pas arrivée. Veuillez la renvoyer.
trouble-images_exhausted = Trop de photos ont été envoyées ici. Demandez un nouveau lien à l’entreprise qui vous a envoyé ici.
trouble-events_exhausted = Trop de changements ont été faits ici. Demandez un nouveau lien à l’entreprise qui vous a envoyé ici.
trouble-stale = Cette vérification a continué dans une autre fenêtre ou sur un autre appareil. Vous voyez maintenant où elle en est.
trouble-handed_over = Cette vérification continue sur votre autre appareil. Ce que vous venez de faire ici n’a pas été enregistré.
trouble-not_accepted = Cette étape a déjà été faite ailleurs. Vous voyez maintenant où elle en est.
trouble-offline = Pas de connexion. Votre photo est gardée ici ; elle partira dès que la connexion reviendra.
trouble-rate_limited = C’était un peu rapide. Attendez un instant et réessayez.
trouble-insecure = Cette page a été ouverte par une connexion non sécurisée et ne peut pas envoyer de photos. Ouvrez-la avec https.
trouble-unknown = Un problème est survenu de notre côté. Réessayez ; rien de ce que vous avez saisi n’est perdu.

## Avant qu’une session soit ouverte

open-no_link-title = Ouvrez votre lien personnel
open-no_link = Cette page s’ouvre avec le lien que vous avez reçu de l’entreprise qui veut vérifier votre identité.
open-used-title = Ce lien a déjà servi
open-used = Chaque lien ne sert qu’une fois et pour peu de temps. Retournez à la page de l’entreprise et demandez-en un nouveau. Rien de ce que vous avez saisi n’est perdu.
open-offline-title = Le serveur ne répond pas
open-offline = Vérifiez votre connexion et réessayez. Rien de ce que vous avez saisi n’est perdu.
open-broken-title = Cette page ne peut pas s’afficher
open-broken = Veuillez la recharger. Si cela n’aide pas, ouvrez votre lien dans un autre navigateur.
open-signed_out-title = Votre lien n’est plus valable
open-signed_out = Demandez-en un nouveau à l’entreprise qui vous a envoyé ici. Ce que vous avez déjà envoyé est conservé.
open-taken_back-title = Votre autre appareil a repris cette vérification
open-taken_back = Continuez là-bas. Pour utiliser de nouveau cet appareil, demandez un nouveau code sur l’autre.
open-given_back-title = Votre autre appareil a de nouveau cette vérification
open-given_back = Continuez là-bas. Rien n’en est conservé ici.

## Bienvenue

welcome-title = Vérifions qui vous êtes
welcome-lead = Cela prend environ trois minutes. Il vous faut :
welcome-need-document = Un document d’identité valable
welcome-need-camera = Un appareil photo, ou des photos du document
welcome-need-light = Une bonne lumière
welcome-privacy-title = Ce que deviennent vos données
welcome-privacy-use = Vos données et les photos de votre document et de votre visage servent uniquement à confirmer votre identité.
welcome-privacy-person = Une personne formée les examine. Aucune machine ne décide seule.
welcome-privacy-saved = Tout est enregistré au fur et à mesure. Vous pouvez arrêter et revenir, aussi sur un autre appareil.
welcome-privacy-company = L’entreprise qui vous a envoyé ici est responsable de vos données. Elle vous dit combien de temps elles sont gardées ; vous pouvez en demander l’effacement.
welcome-consent = J’ai lu ceci et j’accepte que mes données et mes photos servent à confirmer mon identité.
welcome-consent-missing = Cochez la case pour continuer. Sans votre accord, nous ne pouvons pas commencer.
welcome-start = Commencer
welcome-version = Notice sur la vie privée, version { $version }

## Données

details-title = Vos données
details-lead = Exactement comme elles figurent sur votre document.
details-given = Prénoms
details-given-hint = Tous, dans le même ordre
details-given-missing = Saisissez vos prénoms tels qu’ils figurent sur votre document.
details-family = Nom de famille
details-family-missing = Saisissez votre nom de famille tel qu’il figure sur votre document.
details-birth = Date de naissance
details-birth-hint = Par exemple { $example }
details-birth-incomplete = Saisissez le jour, le mois et l’année en chiffres, par exemple { $example }.
details-birth-no_such_day = Ce jour n’existe pas. Vérifiez le jour et le mois.
details-birth-year = Saisissez l’année avec quatre chiffres, par exemple 1985.
details-birth-future = Cette date est encore à venir. Vérifiez l’année.
details-day = Jour
details-month = Mois
details-year = Année

## Document

choice-title = Quel document allez-vous utiliser ?
choice-lead = Il doit être valable et à votre nom.
choice-country = Pays qui l’a délivré
choice-please = Choisissez
choice-country-missing = Choisissez d’abord le pays.
choice-type = Type de document
choice-type-missing = Choisissez un document.
choice-one = Une photo
choice-two = Deux photos : recto et verso

## Photos

capture-front = Photographiez le recto
capture-back = Photographiez le verso
capture-page = Photographiez la page avec votre photo
capture-selfie = Prenez votre visage en photo
capture-front-lead = Le côté avec votre photo. Les quatre coins dans l’image, sans reflets.
capture-back-lead = Retournez-le maintenant : le côté sans votre photo.
capture-page-lead = Ouvrez le passeport à la page avec votre photo. Les deux lignes du bas doivent être lisibles.
capture-selfie-lead = Regardez l’appareil bien en face, avec une lumière régulière, sans chapeau ni lunettes de soleil.
capture-preparing = Préparation de la photo…
capture-cancel = Arrêter
capture-keep = Continuer avec les photos déjà prises
capture-keep-selfie = Continuer avec la photo déjà prise
capture-attempts = { $left ->
    [one] Il reste un essai pour cette photo.
   *[other] Il reste { $left } essais pour cette photo.
}

## Ce qui est demandé en plus

additional-rules = Il doit être ainsi :
additional-proof = Qu’est-ce que c’est ?
additional-proof-none = Choisissez, si c’est dans la liste
additional-file = Choisir une photo
additional-pdf = Choisir un PDF
additional-file_or_pdf = Choisir une photo ou un PDF
additional-keep = Continuer avec le fichier déjà envoyé
additional-review-title = Est-ce le bon ?
additional-review-lead = Tout doit être lisible et rien ne doit être coupé.
additional-again = En remettre un autre
rule-recent = Il date de moins de trois mois.
rule-readable = Tout est lisible ; rien n’est flou ni caché.
rule-official = Un document officiel : rien d’écrit à la main.
rule-latin_script = En caractères latins.
rule-name_address_date = Votre nom complet, votre adresse et la date y figurent.
proof-bank_statement = Relevé bancaire
proof-electricity_bill = Facture d’électricité
proof-water_bill = Facture d’eau
proof-credit_card_statement = Relevé de carte de crédit
proof-gas_bill = Facture de gaz
proof-telephone_bill = Facture de téléphone
proof-bank_reference_letter = Lettre de référence bancaire
proof-internet_bill = Facture d’internet
proof-mortgage = Relevé ou contrat de prêt immobilier
proof-payslip = Bulletin de salaire
proof-insurance_policy = Assurance auto ou habitation
proof-tax_letter = Facture municipale ou avis d’impôt
proof-driver_license = Permis de conduire
proof-residence_permit = Titre de séjour
proof-education_letter = Lettre officielle d’un établissement d’enseignement
proof-lease_agreement = Bail de votre logement
proof-employment_letter = Attestation d’emploi
proof-change_of_address_form = Formulaire de changement d’adresse certifié
proof-car_registration = Carte grise
proof-other = Autre
proof-public_authority_letter = Lettre d’une autorité publique

## Les regarder

review-document-title = Tout est-il lisible ?
review-document-lead = Vérifiez que le texte est net et que rien n’est coupé.
review-selfie-title = Voit-on bien votre visage ?
review-selfie-lead = Il doit être net, éclairé régulièrement et rien ne doit le cacher.
review-again = Reprendre
review-again-named = Reprendre : { $item }
review-accept = Oui, continuer
review-loading = L’image se charge…
review-failed = L’image n’a pas pu être chargée.
review-drawing = Les pages se préparent…
pages-at = Page { $page } sur { $pages }
pages-before = Page précédente
pages-next = Page suivante

## Redemandé

asked-title = Veuillez renvoyer ceci
asked-reviewer = Message de la personne qui vérifie
asked-until = Envoyez-le avant le { $date }.
asked-done = renvoyé
asked-open = à faire

## Attendre, et le résultat

wait-title = Merci, tout est envoyé
wait-processing = Vos photos sont en route vers la personne qui les vérifie.
wait-in_review = Une personne examine maintenant votre dossier.
wait-lead = Vous pouvez laisser cette page ouverte : le résultat s’affichera ici. Vous pouvez aussi la fermer et revenir plus tard, dans ce navigateur et sur cet appareil.
wait-live = Cette page se met à jour toute seule

outcome-approved-title = Votre identité est confirmée
outcome-approved = Vous n’avez plus rien à faire. Vous pouvez fermer cette page.
outcome-rejected-title = Votre identité n’a pas pu être confirmée
outcome-rejected = Si vous pensez que c’est une erreur, contactez l’entreprise qui vous a envoyé ici.
outcome-expired-title = Le délai de cette vérification est écoulé
outcome-expired = Demandez un nouveau lien à l’entreprise qui vous a envoyé ici.
outcome-cancelled-title = Cette vérification a été annulée
outcome-cancelled = L’entreprise qui vous a envoyé ici y a mis fin. Vous n’avez plus rien à faire.
outcome-erased = Les données de cette vérification ont été effacées.
outcome-message = Message de la personne qui vérifie

## Un autre appareil

device-title = Continuer sur un autre appareil
device-phone-title = Continuez sur votre téléphone
device-lead = Son appareil photo fait de meilleures images. Vous scannez un code, comparez un nombre et continuez là où vous en êtes.
device-begin = Afficher le code
device-anew = Afficher un nouveau code
device-scan-title = Scannez ce code avec votre téléphone
device-scan = Visez-le avec l’appareil photo du téléphone ou ouvrez ce lien là-bas. Il fonctionne une fois, pendant cinq minutes. Ne le montrez à personne d’autre.
device-qr = QR code qui ouvre cette vérification sur votre téléphone
device-link = Lien pour l’autre appareil
device-copy = Copier
device-copied = Copié
device-wait = En attente de votre autre appareil
device-cancel = Annuler
device-asked-title = Votre autre appareil affiche-t-il ce nombre ?
device-asked = Un appareil veut continuer votre vérification. Acceptez seulement si vous le tenez en main et s’il affiche le même nombre.
device-yes = Oui, continuer là-bas
device-no = Non, refuser
device-expired-title = Le code a expiré
device-expired = Aucun appareil n’a été accepté en cinq minutes. Rien n’a changé ici.
device-failed = Cela n’a pas fonctionné. Réessayez.

elsewhere-title = Continuez sur votre autre appareil
elsewhere-lead = Votre vérification est maintenant là-bas. Ici, vous voyez où vous en êtes.
elsewhere-back = Continuer ici
elsewhere-back-hint = Votre autre appareil est alors déconnecté. Rien de ce qui est enregistré n’est perdu.
give-back = Rendre à l’autre appareil
give-back-hint = Cet appareil sera alors déconnecté. Rien de ce qui est enregistré n’est perdu.
give-back-unsaved = Tout n’est pas encore enregistré. Ce sera envoyé quand il y aura de nouveau du réseau ; rendez la vérification à ce moment-là.

join-title = Comparez ce nombre
join-lead = L’appareil sur lequel vous avez commencé affiche aussi un nombre. Si c’est le même, dites oui là-bas.
join-warn = Quelqu’un d’autre vous a donné ce code, ou votre propre appareil n’affiche aucun nombre ? Alors fermez cette page.
join-wait = En attente de votre oui sur l’autre appareil
join-ended-title = Cet appareil n’a pas été accepté
join-ended = Vous avez dit non sur l’autre appareil ou n’avez pas répondu à temps. Vous pouvez y demander un nouveau code.
join-used-title = Ce code n’est plus valable
join-used = Chaque code fonctionne une fois, pendant cinq minutes. Demandez-en un nouveau sur l’appareil où vous avez commencé.
