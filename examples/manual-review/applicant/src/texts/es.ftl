### Todos los textos de la página en español.

title = Verificación de identidad
language = Idioma
language-failed = No se pudo cargar este idioma. Compruebe su conexión y elíjalo de nuevo.
loading = Un momento…
incomplete = Una parte de esta página aún no ha llegado. Llegará en cuanto haya conexión; no se pierde nada de lo que escribió.
progress = Paso { $step } de { $of }: { $name }
step-done = hecho
back = Atrás
continue = Continuar
try-again = Volver a intentarlo
understood = De acuerdo
upload-label = Foto en camino
upload-waits = Esperando la red. Lo enviado queda enviado.
upload-stop = Detener el envío
upload-stopped = Se detuvo el envío. Vuelva a hacer la foto.
conflict = { $what } Lo último que hizo no se guardó.

## Dónde está la persona

step-welcome = Bienvenida
step-personal_details = Sus datos
step-document_selection = Su documento
step-document_photo = Foto del documento
step-document_review = Revisar la foto
step-selfie = Foto de su cara
step-selfie_review = Revisar su foto
step-additional_step = Una cosa más
step-additional_step_review = Compruebe lo que entrega
step-final = Enviado
step-approved = Confirmado
step-rejected = No confirmado
step-expired = Caducado
step-cancelled = Cancelado

## Si todo está en el servidor

status-saved = Guardado
status-saving = Guardando…
status-offline = Sin conexión: guardado en este dispositivo
status-offline_not_kept = Sin conexión: no cierre esta página
status-conflict = Actualizado
status-signed_out = Sesión no iniciada

## Lo que se pide

document-id_card = Documento de identidad
document-passport = Pasaporte
document-residence_permit = Permiso de residencia
document-driver_license = Permiso de conducir
document-pan_card = Tarjeta PAN
document-aadhaar = Tarjeta Aadhaar
document-other = Otro documento

item-document_front = Anverso de su documento
item-document_back = Reverso de su documento
item-document_page = Página con su foto
item-selfie = Foto de su cara

## Por qué se pide de nuevo una foto

retake-blurry = La foto está borrosa. Mantenga quieta la cámara y espere a que el texto se vea nítido.
retake-glare = Un reflejo tapa una parte. Incline un poco el documento o apague el flash.
retake-too_dark = La foto está demasiado oscura. Busque un lugar con más luz.
retake-cropped = Falta una parte. Las cuatro esquinas deben verse en la foto.
retake-unreadable = El texto no se puede leer. Acérquese más, con buena luz.
retake-wrong_document = Este documento no es el que eligió.
retake-wrong_side = Esta es la otra cara del documento.
retake-damaged = El documento está demasiado dañado para revisarlo. Use otro, si lo tiene.
retake-expired_document = Este documento ya no es válido. Use uno que esté vigente.
retake-face_not_visible = Su cara no se ve bien. Quítese el sombrero y las gafas de sol, y mire a la cámara.
retake-not_live = Parece la foto de una foto. Hágase una nueva.
retake-other = Vuelva a hacer esta foto, por favor.

## Por qué no se confirmó. Nunca se menciona una sospecha.

reject-document_expired = Su documento ya no es válido.
reject-document_not_accepted = Este tipo de documento no se acepta.
reject-details_mismatch = Lo que escribió no coincide con lo que dice el documento.
reject-face_mismatch = La foto de su cara no coincidió con el documento.
reject-under_age = No tiene la edad mínima exigida.
reject-suspected_fraud = No pudimos confirmar su identidad.
reject-other = No pudimos confirmar su identidad.

## Por qué se rechazó un paso

guard-locale_invalid = Elija de nuevo su idioma y vuelva a dar su consentimiento.
guard-consent_outdated = El aviso de privacidad ha cambiado. Recargue la página y lea el nuevo.
guard-name_missing = Escriba sus nombres y apellidos tal como figuran en su documento.
guard-name_invalid = Un nombre es demasiado largo o tiene caracteres que ningún nombre lleva. Revíselo, por favor.
guard-date_of_birth_invalid = Escriba su fecha de nacimiento, por ejemplo { $example }.
guard-under_age = No tiene la edad mínima exigida, así que esta verificación no puede continuar.
guard-document_not_offered = Este documento no se acepta para este país. Elija otro, por favor.
guard-side_not_needed = Esta cara no hace falta. Continúe con lo que pide la página.
guard-photo_missing = Todavía falta una foto. Hágala primero, por favor.
guard-no_attempts_left = Ya no quedan intentos para esta foto. Continúe con la que hay.
guard-no_step_before = No hay ningún paso anterior.
guard-deadline_passed = El plazo de esta verificación ha terminado. Pida un enlace nuevo a la empresa que le envió aquí.
guard-too_early = Eso todavía no es posible.
guard-already_erased = Los datos de esta verificación se han borrado.
guard-on_hold = Los datos de esta verificación deben conservarse; no se borra nada hasta que eso termine.
guard-not_on_hold = No hay obligación de conservar los datos de esta verificación.
guard-item_unknown = Esta foto no forma parte de la verificación.
guard-no_rounds_left = No quedan más rondas para esta verificación.
guard-text_too_long = Este texto es demasiado largo. Acórtelo, por favor.
guard-step_not_asked = Esto no se pide ahora. Siga con lo que pide la página.
guard-source_not_allowed = No se puede entregar así. Use una de las formas que ofrece la página.
guard-proof_not_offered = Este tipo de recibo no se acepta. Elija otro.
guard-already_started = Esta comprobación ya ha empezado.
guard-step_unknown = Esto no forma parte de la comprobación.
guard-step_type_not_enabled = Este tipo de comprobación no está disponible.
guard-field_unknown = Este campo no forma parte de la comprobación.
guard-country_unknown = Ese país no existe.
guard-document_unknown = Ese documento no existe.

## Lo que salió mal por el camino

trouble-not_an_image = Este archivo no es una foto que podamos leer. Elija una imagen JPEG, PNG o WebP.
trouble-source_mismatch = Este archivo no es lo que se anunció. Elíjalo otra vez.
trouble-not_a_pdf = Este archivo no es un PDF. Elija el documento en PDF.
trouble-pdf_not_allowed = Aquí no se aceptan PDF. Entregue una foto en su lugar.
trouble-pdf_encrypted = Este PDF pide una contraseña. Guárdelo o imprímalo como PDF sin contraseña y elija ese.
trouble-pdf_damaged = Este PDF está dañado o incompleto. Descárguelo otra vez o imprímalo como un PDF nuevo.
trouble-pdf_too_long = Este PDF tiene demasiadas páginas. Elija uno que solo contenga las páginas importantes.
trouble-pdf_empty = En este PDF no hay nada que ver. Ábralo, compruébelo y elija otro.
trouble-pdf_too_complex = Este PDF no se puede mostrar: es demasiado complejo. Imprímalo como un PDF nuevo o escanéelo con menos detalle.
trouble-image_empty = Este archivo está vacío. Elija otro, por favor.
trouble-image_damaged = Esta foto está dañada o incompleta. Hágala o elíjala de nuevo.
trouble-too_large = Este archivo es demasiado grande. Elija una foto más pequeña.
trouble-too_many_pixels = Esta foto tiene demasiados píxeles. Elija una más pequeña.
trouble-image_too_small = Esta foto es demasiado pequeña para leerla. Acérquese más o elija una más grande.
trouble-digest_mismatch = La foto cambió por el camino. Envíela de nuevo, por favor.
trouble-blob_missing = La foto no llegó. Envíela de nuevo, por favor.
trouble-images_exhausted = Se han enviado demasiadas fotos. Pida un enlace nuevo a la empresa que le envió aquí.
trouble-events_exhausted = Se han hecho demasiados cambios. Pida un enlace nuevo a la empresa que le envió aquí.
trouble-stale = Esta verificación siguió en otra ventana o en otro dispositivo. Ahora ve cómo está.
trouble-handed_over = Esta verificación sigue en su otro dispositivo. Lo que acaba de hacer aquí no se guardó.
trouble-not_accepted = Este paso ya se hizo en otro lugar. Ahora ve cómo está.
trouble-offline = Sin conexión. Su foto se guarda aquí y se enviará en cuanto haya conexión.
trouble-rate_limited = Eso fue un poco rápido. Espere un momento y vuelva a intentarlo.
trouble-insecure = Esta página se abrió con una conexión no segura y no puede enviar fotos. Ábrala con https.
trouble-unknown = Algo falló por nuestra parte. Vuelva a intentarlo; no se ha perdido nada de lo que escribió.

## Antes de abrir una sesión

open-no_link-title = Abra su enlace personal
open-no_link = Esta página se abre con el enlace que recibió de la empresa que quiere verificar su identidad.
open-used-title = Este enlace ya se usó
open-used = Cada enlace funciona una sola vez y durante poco tiempo. Vuelva a la página de la empresa y pida uno nuevo. No se ha perdido nada de lo que escribió.
open-offline-title = El servidor no responde
open-offline = Compruebe su conexión y vuelva a intentarlo. No se ha perdido nada de lo que escribió.
open-broken-title = No se puede mostrar esta página
open-broken = Recárguela, por favor. Si no ayuda, abra su enlace en otro navegador.
open-signed_out-title = Su enlace ya no es válido
open-signed_out = Pida uno nuevo a la empresa que le envió aquí. Lo que ya envió se conserva.
open-taken_back-title = Su otro dispositivo ha recuperado esta verificación
open-taken_back = Siga allí. Para volver a usar este dispositivo, obtenga un código nuevo en el otro.
open-given_back-title = Su otro dispositivo vuelve a tener esta verificación
open-given_back = Siga allí. Aquí no queda nada guardado.

## Bienvenida

welcome-title = Vamos a comprobar quién es usted
welcome-lead = Tardará unos tres minutos. Necesita:
welcome-need-document = Un documento de identidad vigente
welcome-need-camera = Una cámara, o fotos del documento
welcome-need-light = Buena luz
welcome-privacy-title = Qué pasa con sus datos
welcome-privacy-use = Sus datos y las fotos de su documento y de su cara se usan solo para confirmar su identidad.
welcome-privacy-person = Los revisa una persona con formación. Ninguna máquina decide por sí sola.
welcome-privacy-saved = Todo se va guardando. Puede parar y volver, también en otro dispositivo.
welcome-privacy-company = La empresa que le envió aquí es responsable de sus datos. Ella le dice cuánto tiempo se conservan; usted puede pedir que se borren.
welcome-consent = He leído esto y acepto que mis datos y fotos se usen para confirmar mi identidad.
welcome-consent-missing = Marque la casilla para continuar. Sin su consentimiento no podemos empezar.
welcome-start = Empezar
welcome-version = Aviso de privacidad, versión { $version }

## Datos

details-title = Sus datos
details-lead = Exactamente como figuran en su documento.
details-given = Nombres
details-given-hint = Todos, en el mismo orden
details-given-missing = Escriba sus nombres tal como figuran en su documento.
details-family = Apellidos
details-family-missing = Escriba sus apellidos tal como figuran en su documento.
details-birth = Fecha de nacimiento
details-birth-hint = Por ejemplo { $example }
details-birth-incomplete = Escriba el día, el mes y el año con números, por ejemplo { $example }.
details-birth-no_such_day = Ese día no existe. Revise el día y el mes.
details-birth-year = Escriba el año con cuatro cifras, por ejemplo 1985.
details-birth-future = Esa fecha aún no ha llegado. Revise el año.
details-day = Día
details-month = Mes
details-year = Año

## Documento

choice-title = ¿Qué documento va a usar?
choice-lead = Debe estar vigente y a su nombre.
choice-country = País que lo expidió
choice-please = Elija una opción
choice-country-missing = Elija primero el país.
choice-type = Tipo de documento
choice-type-missing = Elija un documento.
choice-one = Una foto
choice-two = Dos fotos: anverso y reverso

## Fotos

capture-front = Fotografíe el anverso
capture-back = Fotografíe el reverso
capture-page = Fotografíe la página con su foto
capture-selfie = Haga una foto de su cara
capture-front-lead = La cara con su foto. Las cuatro esquinas dentro de la imagen y sin reflejos.
capture-back-lead = Ahora dele la vuelta: la cara sin su foto.
capture-page-lead = Abra el pasaporte por la página con su foto. Las dos líneas de abajo deben poder leerse.
capture-selfie-lead = Mire de frente a la cámara, con luz uniforme, sin sombrero ni gafas de sol.
capture-preparing = Preparando la foto…
capture-cancel = Detener
capture-keep = Continuar con las fotos que ya hay
capture-keep-selfie = Continuar con la foto que ya hay
capture-attempts = { $left ->
    [one] Queda un intento para esta foto.
   *[other] Quedan { $left } intentos para esta foto.
}

## Lo que se pide además

additional-rules = Tiene que ser así:
additional-proof = ¿Qué es?
additional-proof-none = Elija, si está en la lista
additional-file = Elegir una foto
additional-pdf = Elegir un PDF
additional-file_or_pdf = Elegir una foto o un PDF
additional-keep = Seguir con el archivo que ya está
additional-review-title = ¿Es este el correcto?
additional-review-lead = Todo tiene que leerse y nada debe estar cortado.
additional-again = Entregar otro
rule-recent = No más antiguo que tres meses.
rule-readable = Todo se lee; nada está borroso ni tapado.
rule-official = Un documento oficial: nada escrito a mano.
rule-latin_script = En letras latinas.
rule-name_address_date = Figuran su nombre completo, su dirección y la fecha.
proof-bank_statement = Extracto bancario
proof-electricity_bill = Recibo de la luz
proof-water_bill = Recibo del agua
proof-credit_card_statement = Extracto de tarjeta de crédito
proof-gas_bill = Recibo del gas
proof-telephone_bill = Recibo del teléfono
proof-bank_reference_letter = Carta de referencia del banco
proof-internet_bill = Recibo de internet
proof-mortgage = Extracto o contrato de hipoteca
proof-payslip = Nómina
proof-insurance_policy = Póliza de seguro de coche o de hogar
proof-tax_letter = Recibo municipal o carta de Hacienda
proof-driver_license = Permiso de conducir
proof-residence_permit = Permiso de residencia
proof-education_letter = Carta oficial de un centro de enseñanza
proof-lease_agreement = Contrato de alquiler de su vivienda
proof-employment_letter = Certificado de empleo
proof-change_of_address_form = Formulario autorizado de cambio de domicilio
proof-car_registration = Permiso de circulación
proof-other = Otro
proof-public_authority_letter = Carta de una autoridad pública

## Revisarlas

review-document-title = ¿Se lee todo?
review-document-lead = Compruebe que el texto se ve nítido y que no falta ninguna parte.
review-selfie-title = ¿Se ve bien su cara?
review-selfie-lead = Debe verse nítida, con luz uniforme y sin nada que la tape.
review-again = Repetir
review-again-named = Repetir: { $item }
review-accept = Sí, continuar
review-loading = Cargando la imagen…
review-failed = No se pudo cargar la imagen.
review-drawing = Preparando las páginas…
pages-at = Página { $page } de { $pages }
pages-before = Página anterior
pages-next = Página siguiente

## Pedido de nuevo

asked-title = Envíe esto de nuevo, por favor
asked-reviewer = Mensaje de la persona que revisa
asked-until = Envíelo antes del { $date }.
asked-done = enviado de nuevo
asked-open = pendiente

## Esperar, y el resultado

wait-title = Gracias, todo está enviado
wait-processing = Sus fotos van camino de la persona que las revisa.
wait-in_review = Una persona está revisando su caso.
wait-lead = Puede dejar abierta esta página: el resultado aparecerá aquí. También puede cerrarla y volver más tarde, en este navegador y este dispositivo.
wait-live = Esta página se actualiza sola

outcome-approved-title = Su identidad está confirmada
outcome-approved = No tiene que hacer nada más. Puede cerrar esta página.
outcome-rejected-title = No se pudo confirmar su identidad
outcome-rejected = Si cree que es un error, póngase en contacto con la empresa que le envió aquí.
outcome-expired-title = El plazo de esta verificación ha terminado
outcome-expired = Pida un enlace nuevo a la empresa que le envió aquí.
outcome-cancelled-title = Esta verificación se canceló
outcome-cancelled = La empresa que le envió aquí la dio por terminada. No tiene que hacer nada más.
outcome-erased = Los datos de esta verificación se han borrado.
outcome-message = Mensaje de la persona que revisa

## Otro dispositivo

device-title = Seguir en otro dispositivo
device-phone-title = Siga en su teléfono
device-lead = Su cámara hace mejores fotos. Escanea un código, compara un número y sigue allí donde está ahora.
device-begin = Mostrar el código
device-anew = Mostrar un código nuevo
device-scan-title = Escanee este código con su teléfono
device-scan = Apunte con la cámara del teléfono o abra allí este enlace. Funciona una sola vez, durante cinco minutos. No se lo muestre a nadie más.
device-qr = Código QR que abre esta verificación en su teléfono
device-link = Enlace para el otro dispositivo
device-copy = Copiar
device-copied = Copiado
device-wait = Esperando a su otro dispositivo
device-cancel = Cancelar
device-asked-title = ¿Muestra su otro dispositivo este número?
device-asked = Un dispositivo quiere seguir con su verificación. Permítalo solo si lo tiene en la mano y muestra el mismo número.
device-yes = Sí, seguir allí
device-no = No, rechazar
device-expired-title = El código ha caducado
device-expired = No se admitió ningún dispositivo en cinco minutos. Aquí no ha cambiado nada.
device-failed = No ha funcionado. Vuelva a intentarlo.

elsewhere-title = Siga en su otro dispositivo
elsewhere-lead = Su verificación está ahora allí. Aquí ve por dónde va.
elsewhere-back = Continuar aquí
elsewhere-back-hint = Entonces se cierra la sesión en su otro dispositivo. No se pierde nada de lo guardado.
give-back = Devolver al otro dispositivo
give-back-hint = Entonces se cierra la sesión en este dispositivo. No se pierde nada de lo guardado.
give-back-unsaved = Aún no está todo guardado. Se enviará cuando vuelva a haber red; devuelva la verificación entonces.

join-title = Compare este número
join-lead = El dispositivo en el que empezó también muestra un número. Si es el mismo, diga que sí allí.
join-warn = ¿Recibió este código de otra persona, o su propio dispositivo no muestra ningún número? Entonces cierre esta página.
join-wait = Esperando su sí en el otro dispositivo
join-ended-title = Este dispositivo no fue admitido
join-ended = Dijo que no en el otro dispositivo o no respondió a tiempo. Allí puede obtener un código nuevo.
join-used-title = Este código ya no es válido
join-used = Cada código funciona una sola vez, durante cinco minutos. Obtenga uno nuevo en el dispositivo en el que empezó.
