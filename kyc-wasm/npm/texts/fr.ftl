### Tous les textes de <kyc-capture> en français.

openCamera = Ouvrir l’appareil photo
takePhoto = Prendre la photo
closeCamera = Fermer l’appareil photo
chooseFile = Choisir une photo
dropHint = ou déposez une image ici
starting = L’appareil photo démarre…
preparing = Préparation de la photo…
loadingHelp = L’aide pour la photo se charge…
live = Image de l’appareil photo
auto = La photo se prend toute seule dès que tout est bon.
manual = Prenez la photo quand vous voulez.
switchCamera = Autre appareil photo
torch = Lumière

## Indications pour un document

hints-document-too_dark = Trop sombre – allez dans un endroit plus clair
hints-document-too_bright = Trop clair – éloignez-vous de la lumière
hints-document-no_face = Placez le document dans le cadre
hints-document-several_faces = Un seul document
hints-document-align = Placez le document dans le cadre
hints-document-closer = Approchez-vous
hints-document-further = Éloignez-vous un peu
hints-document-hold_still = Ne bougez plus
hints-document-blurred = Flou – attendez que le texte soit net
hints-document-glare = Reflet – inclinez un peu le document
hints-document-clear = Assez net et assez clair
hints-document-good = Bien – ne bougez plus

## Indications pour un visage

hints-face-too_dark = Trop sombre – tournez-vous vers la lumière
hints-face-too_bright = Trop clair – détournez-vous de la lumière
hints-face-no_face = Placez votre visage dans l’ovale
hints-face-several_faces = On ne doit voir que votre visage
hints-face-align = Placez votre visage au milieu
hints-face-closer = Approchez-vous
hints-face-further = Éloignez-vous un peu
hints-face-hold_still = Ne bougez plus
hints-face-blurred = Flou – ne bougez plus, ou nettoyez l’objectif
hints-face-glare = Reflet – tournez un peu le visage
hints-face-clear = Assez net et assez clair
hints-face-good = Bien – ne bougez plus

## Pourquoi il n’y a pas d’image, et que faire

faults-denied = L’appareil photo est bloqué pour cette page. Autorisez-le dans la barre d’adresse et réessayez, ou choisissez une photo.
faults-none = Aucun appareil photo n’a été trouvé ici. Choisissez une photo, ou continuez avec votre téléphone.
faults-busy = L’appareil photo est utilisé par une autre application. Fermez-la et réessayez, ou choisissez une photo.
faults-insecure_context = L’appareil photo ne marche qu’avec une connexion sécurisée (https). Choisissez plutôt une photo.
faults-iframe_without_permission = La page autour de celle-ci ne laisse pas utiliser l’appareil photo. Choisissez une photo, ou ouvrez cette page dans sa propre fenêtre.
faults-aborted = L’appareil photo s’est arrêté. Ouvrez-le de nouveau, ou choisissez une photo.
faults-unsupported = Ce navigateur ne laisse pas les pages utiliser l’appareil photo. Choisissez une photo, ou ouvrez le lien dans un autre navigateur.
faults-unknown = L’appareil photo n’a pas pu démarrer. Choisissez plutôt une photo, ou réessayez.
