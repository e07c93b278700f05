### Todos los textos de <kyc-capture> en español.

openCamera = Abrir la cámara
takePhoto = Hacer la foto
closeCamera = Cerrar la cámara
chooseFile = Elegir una foto
dropHint = o arrastre una imagen aquí
starting = La cámara se está encendiendo…
preparing = Preparando la foto…
loadingHelp = Se está cargando la ayuda para la foto…
live = Imagen de la cámara
auto = La foto se hace sola en cuanto todo está bien.
manual = Haga la foto cuando quiera.
switchCamera = Otra cámara
torch = Luz

## Indicaciones para un documento

hints-document-too_dark = Muy oscuro: busque un lugar con más luz
hints-document-too_bright = Demasiada luz: apártese de ella
hints-document-no_face = Ponga el documento en el marco
hints-document-several_faces = Un solo documento
hints-document-align = Ponga el documento en el marco
hints-document-closer = Acérquese más
hints-document-further = Aléjese un poco
hints-document-hold_still = No se mueva
hints-document-blurred = Borroso: espere a que el texto se vea nítido
hints-document-glare = Reflejo: incline un poco el documento
hints-document-clear = Nítido y con suficiente luz
hints-document-good = Bien: no se mueva

## Indicaciones para una cara

hints-face-too_dark = Muy oscuro: gírese hacia la luz
hints-face-too_bright = Demasiada luz: gírese hacia el otro lado
hints-face-no_face = Ponga la cara en el óvalo
hints-face-several_faces = Solo debe verse su cara
hints-face-align = Mueva la cara hacia el centro
hints-face-closer = Acérquese más
hints-face-further = Aléjese un poco
hints-face-hold_still = No se mueva
hints-face-blurred = Borroso: no se mueva o limpie la cámara
hints-face-glare = Reflejo: gire un poco la cara
hints-face-clear = Nítido y con suficiente luz
hints-face-good = Bien: no se mueva

## Por qué no hay cámara y qué hacer

faults-denied = La cámara está bloqueada para esta página. Permítala en la barra de direcciones y vuelva a intentarlo, o elija una foto.
faults-none = No se encontró ninguna cámara en este dispositivo. Elija una foto o continúe con su teléfono.
faults-busy = Otra aplicación está usando la cámara. Ciérrela y vuelva a intentarlo, o elija una foto.
faults-insecure_context = La cámara solo funciona con una conexión segura (https). Elija una foto.
faults-iframe_without_permission = La página que rodea a esta no deja usar la cámara. Elija una foto o abra esta página en su propia ventana.
faults-aborted = La cámara se apagó. Ábrala de nuevo o elija una foto.
faults-unsupported = Este navegador no deja que las páginas usen la cámara. Elija una foto o abra el enlace en otro navegador.
faults-unknown = No se pudo encender la cámara. Elija una foto o vuelva a intentarlo.
