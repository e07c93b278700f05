### Todos os textos da página em português.

title = Verificação de identidade
language = Idioma
language-failed = Não foi possível carregar este idioma. Verifique sua conexão e escolha-o de novo.
loading = Um momento…
incomplete = Uma parte desta página ainda não chegou. Ela chega assim que houver conexão; nada do que você digitou se perde.
progress = Etapa { $step } de { $of }: { $name }
step-done = concluída
back = Voltar
continue = Continuar
try-again = Tentar de novo
understood = Está bem
upload-label = Foto a caminho
upload-waits = À espera da rede. O que foi enviado fica enviado.
upload-stop = Parar o envio
upload-stopped = O envio foi parado. Tire a foto novamente.
conflict = { $what } A última coisa que você fez não foi salva.

## Onde a pessoa está

step-welcome = Boas-vindas
step-personal_details = Seus dados
step-document_selection = Seu documento
step-document_photo = Foto do documento
step-document_review = Conferir a foto
step-selfie = Foto do seu rosto
step-selfie_review = Conferir sua foto
step-additional_step = Mais uma coisa
step-additional_step_review = Verifique o que envia
step-final = Enviado
step-approved = Confirmado
step-rejected = Não confirmado
step-expired = Prazo encerrado
step-cancelled = Cancelado

## Se tudo está no servidor

status-saved = Salvo
status-saving = Salvando…
status-offline = Sem conexão – guardado neste aparelho
status-offline_not_kept = Sem conexão – não feche esta página
status-conflict = Atualizado
status-signed_out = Sessão não iniciada

## O que é pedido

document-id_card = Carteira de identidade
document-passport = Passaporte
document-residence_permit = Autorização de residência
document-driver_license = Carteira de motorista
document-pan_card = Cartão PAN
document-aadhaar = Cartão Aadhaar
document-other = Outro documento

item-document_front = Frente do seu documento
item-document_back = Verso do seu documento
item-document_page = Página com a sua foto
item-selfie = Foto do seu rosto

## Por que uma foto é pedida de novo

retake-blurry = A foto está desfocada. Segure a câmera firme e espere até o texto ficar nítido.
retake-glare = Um reflexo cobre uma parte. Incline um pouco o documento ou desligue o flash.
retake-too_dark = A foto está escura demais. Vá para um lugar mais claro.
retake-cropped = Uma parte ficou cortada. Os quatro cantos precisam aparecer na foto.
retake-unreadable = Não é possível ler o texto. Chegue mais perto, com boa luz.
retake-wrong_document = Este não é o documento que você escolheu.
retake-wrong_side = Este é o outro lado do documento.
retake-damaged = O documento está danificado demais para ser conferido. Use outro, se tiver.
retake-expired_document = Este documento não é mais válido. Use um que esteja dentro da validade.
retake-face_not_visible = Não é possível ver bem o seu rosto. Tire chapéu e óculos escuros e olhe para a câmera.
retake-not_live = Isto parece a foto de uma foto. Tire uma nova de você.
retake-other = Tire esta foto de novo, por favor.

## Por que não foi confirmada. Uma suspeita nunca é mencionada.

reject-document_expired = Seu documento não é mais válido.
reject-document_not_accepted = Este tipo de documento não é aceito.
reject-details_mismatch = O que você digitou é diferente do que está no documento.
reject-face_mismatch = A foto do seu rosto não correspondeu ao documento.
reject-under_age = Você não tem a idade mínima exigida.
reject-suspected_fraud = Não foi possível confirmar sua identidade.
reject-other = Não foi possível confirmar sua identidade.

## Por que uma etapa foi recusada

guard-locale_invalid = Escolha seu idioma de novo e concorde mais uma vez.
guard-consent_outdated = O aviso de privacidade mudou. Recarregue a página e leia o novo.
guard-name_missing = Digite seus nomes como estão no documento.
guard-name_invalid = Um nome é longo demais ou tem caracteres que nenhum nome tem. Confira, por favor.
guard-date_of_birth_invalid = Digite sua data de nascimento, por exemplo { $example }.
guard-under_age = Você não tem a idade mínima exigida, por isso esta verificação não pode continuar.
guard-document_not_offered = Este documento não é aceito para este país. Escolha outro, por favor.
guard-side_not_needed = Este lado não é necessário. Continue com o que a página pede.
guard-photo_missing = Ainda falta uma foto. Tire-a primeiro, por favor.
guard-no_attempts_left = Não há mais tentativas para esta foto. Continue com a que já existe.
guard-no_step_before = Não há etapa anterior.
guard-deadline_passed = O prazo desta verificação terminou. Peça um novo link à empresa que enviou você para cá.
guard-too_early = Isso ainda não é possível.
guard-already_erased = Os dados desta verificação foram apagados.
guard-on_hold = Os dados desta verificação precisam ser conservados; nada é apagado até que isso termine.
guard-not_on_hold = Não há obrigação de conservar os dados desta verificação.
guard-item_unknown = Esta foto não faz parte da verificação.
guard-no_rounds_left = Não há mais rodadas para esta verificação.
guard-text_too_long = Este texto é longo demais. Encurte-o, por favor.
guard-step_not_asked = Isto não é pedido agora. Continue com o que a página pede.
guard-source_not_allowed = Não pode ser entregue assim. Use uma das formas que a página oferece.
guard-proof_not_offered = Este tipo de fatura não é aceite. Escolha outro.
guard-already_started = Esta verificação já começou.
guard-step_unknown = Isto não faz parte da verificação.
guard-step_type_not_enabled = Este tipo de verificação não está disponível.
guard-field_unknown = Este campo não faz parte da verificação.
guard-country_unknown = Esse país não existe.
guard-document_unknown = Esse documento não existe.

## O que deu errado no caminho

trouble-not_an_image = Este arquivo não é uma foto que possamos ler. Escolha uma imagem JPEG, PNG ou WebP.
trouble-source_mismatch = Este arquivo não é o que foi anunciado. Escolha-o de novo.
trouble-not_a_pdf = Este arquivo não é um PDF. Escolha o documento em PDF.
trouble-pdf_not_allowed = Aqui não se aceita PDF. Entregue uma foto em vez disso.
trouble-pdf_encrypted = Este PDF pede uma senha. Salve ou imprima-o como PDF sem senha e escolha esse.
trouble-pdf_damaged = Este PDF está danificado ou incompleto. Baixe-o de novo ou imprima-o como um novo PDF.
trouble-pdf_too_long = Este PDF tem páginas demais. Escolha um que tenha só as páginas importantes.
trouble-pdf_empty = Não há nada para ver neste PDF. Abra-o, confira-o e escolha outro.
trouble-pdf_too_complex = Este PDF não pode ser mostrado: é complexo demais. Imprima-o como um novo PDF ou digitalize-o com menos detalhes.
trouble-image_empty = Este arquivo está vazio. Escolha outro, por favor.
trouble-image_damaged = Esta foto está danificada ou incompleta. Tire ou escolha a foto de novo.
trouble-too_large = Este arquivo é grande demais. Escolha uma foto menor.
trouble-too_many_pixels = Esta foto tem pixels demais. Escolha uma menor.
trouble-image_too_small = Esta foto é pequena demais para ser lida. Chegue mais perto ou escolha uma maior.
trouble-digest_mismatch = A foto foi alterada no caminho. Envie-a de novo, por favor.
trouble-blob_missing = A foto não chegou. Envie-a de novo, por favor.
trouble-images_exhausted = Fotos demais foram enviadas aqui. Peça um novo link à empresa que enviou você para cá.
trouble-events_exhausted = Foram feitas mudanças demais aqui. Peça um novo link à empresa que enviou você para cá.
trouble-stale = Esta verificação continuou em outra janela ou em outro aparelho. Agora você vê em que ponto ela está.
trouble-handed_over = Esta verificação continua no seu outro aparelho. O que você acabou de fazer aqui não foi salvo.
trouble-not_accepted = Esta etapa já foi feita em outro lugar. Agora você vê em que ponto ela está.
trouble-offline = Sem conexão. Sua foto fica guardada aqui e será enviada assim que houver conexão.
trouble-rate_limited = Isso foi um pouco rápido. Espere um momento e tente de novo.
trouble-insecure = Esta página foi aberta por uma conexão insegura e não pode enviar fotos. Abra-a com https.
trouble-unknown = Algo deu errado do nosso lado. Tente de novo; nada do que você digitou se perdeu.

## Antes de abrir uma sessão

open-no_link-title = Abra seu link pessoal
open-no_link = Esta página se abre com o link que você recebeu da empresa que quer verificar sua identidade.
open-used-title = Este link já foi usado
open-used = Cada link funciona uma única vez e por pouco tempo. Volte à página da empresa e peça um novo. Nada do que você digitou se perdeu.
open-offline-title = O servidor não responde
open-offline = Verifique sua conexão e tente de novo. Nada do que você digitou se perdeu.
open-broken-title = Não é possível mostrar esta página
open-broken = Recarregue a página. Se não ajudar, abra seu link em outro navegador.
open-signed_out-title = Seu link não é mais válido
open-signed_out = Peça um novo à empresa que enviou você para cá. O que você já enviou fica guardado.
open-taken_back-title = Seu outro aparelho retomou esta verificação
open-taken_back = Continue lá. Para usar este aparelho de novo, obtenha um novo código no outro.
open-given_back-title = Seu outro aparelho está de novo com esta verificação
open-given_back = Continue lá. Nada fica guardado aqui.

## Boas-vindas

welcome-title = Vamos verificar quem você é
welcome-lead = Leva uns três minutos. Você precisa de:
welcome-need-document = Um documento de identidade válido
welcome-need-camera = Uma câmera, ou fotos do documento
welcome-need-light = Boa luz
welcome-privacy-title = O que acontece com seus dados
welcome-privacy-use = Seus dados e as fotos do seu documento e do seu rosto são usados apenas para confirmar sua identidade.
welcome-privacy-person = Uma pessoa treinada olha para eles. Nenhuma máquina decide sozinha.
welcome-privacy-saved = Tudo vai sendo salvo. Você pode parar e voltar, também em outro aparelho.
welcome-privacy-company = A empresa que enviou você para cá é responsável pelos seus dados. Ela informa por quanto tempo são guardados; você pode pedir que sejam apagados.
welcome-consent = Li isto e concordo que meus dados e fotos sejam usados para confirmar minha identidade.
welcome-consent-missing = Marque a caixa para continuar. Sem a sua concordância não podemos começar.
welcome-start = Começar
welcome-version = Aviso de privacidade, versão { $version }

## Dados

details-title = Seus dados
details-lead = Exatamente como estão no seu documento.
details-given = Nomes próprios
details-given-hint = Todos, na mesma ordem
details-given-missing = Digite seus nomes próprios como estão no documento.
details-family = Sobrenome
details-family-missing = Digite seu sobrenome como está no documento.
details-birth = Data de nascimento
details-birth-hint = Por exemplo { $example }
details-birth-incomplete = Digite dia, mês e ano em números, por exemplo { $example }.
details-birth-no_such_day = Esse dia não existe. Confira o dia e o mês.
details-birth-year = Digite o ano com quatro algarismos, por exemplo 1985.
details-birth-future = Essa data ainda não chegou. Confira o ano.
details-day = Dia
details-month = Mês
details-year = Ano

## Documento

choice-title = Que documento você vai usar?
choice-lead = Precisa ser válido e estar no seu nome.
choice-country = País que o emitiu
choice-please = Escolha uma opção
choice-country-missing = Escolha primeiro o país.
choice-type = Tipo de documento
choice-type-missing = Escolha um documento.
choice-one = Uma foto
choice-two = Duas fotos: frente e verso

## Fotos

capture-front = Fotografe a frente
capture-back = Fotografe o verso
capture-page = Fotografe a página com a sua foto
capture-selfie = Tire uma foto do seu rosto
capture-front-lead = O lado com a sua foto. Os quatro cantos na imagem, sem reflexos.
capture-back-lead = Agora vire o documento: o lado sem a sua foto.
capture-page-lead = Abra o passaporte na página com a sua foto. As duas linhas de baixo precisam estar legíveis.
capture-selfie-lead = Olhe de frente para a câmera, com luz uniforme, sem chapéu nem óculos escuros.
capture-preparing = Preparando a foto…
capture-cancel = Parar
capture-keep = Continuar com as fotos que já existem
capture-keep-selfie = Continuar com a foto que já existe
capture-attempts = { $left ->
    [one] Resta uma tentativa para esta foto.
   *[other] Restam { $left } tentativas para esta foto.
}

## O que se pede além disso

additional-rules = Tem de ser assim:
additional-proof = O que é?
additional-proof-none = Escolha, se estiver na lista
additional-file = Escolher uma foto
additional-pdf = Escolher um PDF
additional-file_or_pdf = Escolher uma foto ou um PDF
additional-keep = Continuar com o ficheiro que já está
additional-review-title = É este o certo?
additional-review-lead = Tudo tem de ser legível e nada pode estar cortado.
additional-again = Entregar outro
rule-recent = Não tem mais de três meses.
rule-readable = Tudo é legível; nada está desfocado nem tapado.
rule-official = Um documento oficial: nada escrito à mão.
rule-latin_script = Em letras latinas.
rule-name_address_date = Constam o seu nome completo, a sua morada e a data.
proof-bank_statement = Extrato bancário
proof-electricity_bill = Fatura da eletricidade
proof-water_bill = Fatura da água
proof-credit_card_statement = Extrato do cartão de crédito
proof-gas_bill = Fatura do gás
proof-telephone_bill = Fatura do telefone
proof-bank_reference_letter = Carta de referência do banco
proof-internet_bill = Fatura da internet
proof-mortgage = Extrato ou contrato de hipoteca
proof-payslip = Recibo de vencimento
proof-insurance_policy = Apólice de seguro automóvel ou de casa
proof-tax_letter = Fatura municipal ou carta das finanças
proof-driver_license = Carta de condução
proof-residence_permit = Autorização de residência
proof-education_letter = Carta oficial de uma instituição de ensino
proof-lease_agreement = Contrato de arrendamento da sua casa
proof-employment_letter = Declaração da entidade patronal
proof-change_of_address_form = Formulário autorizado de mudança de morada
proof-car_registration = Documento do veículo
proof-other = Outro
proof-public_authority_letter = Carta de uma autoridade pública

## Conferir

review-document-title = Dá para ler tudo?
review-document-lead = Confira se o texto está nítido e se nada ficou cortado.
review-selfie-title = Seu rosto aparece bem?
review-selfie-lead = Ele deve estar nítido, com luz uniforme e sem nada que o cubra.
review-again = Refazer
review-again-named = Refazer: { $item }
review-accept = Sim, continuar
review-loading = Carregando a imagem…
review-failed = Não foi possível carregar a imagem.
review-drawing = Preparando as páginas…
pages-at = Página { $page } de { $pages }
pages-before = Página anterior
pages-next = Próxima página

## Pedido de novo

asked-title = Envie isto de novo, por favor
asked-reviewer = Mensagem da pessoa que analisa
asked-until = Envie até { $date }.
asked-done = enviado de novo
asked-open = pendente

## Esperar, e o resultado

wait-title = Obrigado, tudo foi enviado
wait-processing = Suas fotos estão a caminho da pessoa que vai conferi-las.
wait-in_review = Seu caso está agora com uma pessoa que analisa.
wait-lead = Você pode deixar esta página aberta: o resultado aparece aqui por si só. Também pode fechá-la e voltar mais tarde, neste navegador e neste aparelho.
wait-live = Esta página se atualiza sozinha

outcome-approved-title = Sua identidade está confirmada
outcome-approved = Não há mais nada a fazer. Você pode fechar esta página.
outcome-rejected-title = Não foi possível confirmar sua identidade
outcome-rejected = Se acha que é um engano, fale com a empresa que enviou você para cá.
outcome-expired-title = O prazo desta verificação terminou
outcome-expired = Peça um novo link à empresa que enviou você para cá.
outcome-cancelled-title = Esta verificação foi cancelada
outcome-cancelled = A empresa que enviou você para cá a encerrou. Não há mais nada a fazer.
outcome-erased = Os dados desta verificação foram apagados.
outcome-message = Mensagem da pessoa que analisa

## Outro aparelho

device-title = Continuar em outro aparelho
device-phone-title = Continue no seu celular
device-lead = A câmera dele tira fotos melhores. Você lê um código, compara um número e continua lá de onde está agora.
device-begin = Mostrar o código
device-anew = Mostrar um novo código
device-scan-title = Leia este código com o seu celular
device-scan = Aponte a câmera do celular para ele ou abra este link lá. Ele funciona uma única vez, por cinco minutos. Não o mostre a mais ninguém.
device-qr = Código QR que abre esta verificação no seu celular
device-link = Link para o outro aparelho
device-copy = Copiar
device-copied = Copiado
device-wait = Aguardando o seu outro aparelho
device-cancel = Cancelar
device-asked-title = O seu outro aparelho mostra este número?
device-asked = Um aparelho quer continuar a sua verificação. Permita somente se ele estiver na sua mão e mostrar o mesmo número.
device-yes = Sim, continuar lá
device-no = Não, recusar
device-expired-title = O código expirou
device-expired = Nenhum aparelho foi admitido em cinco minutos. Nada mudou aqui.
device-failed = Não deu certo. Tente de novo.

elsewhere-title = Continue no seu outro aparelho
elsewhere-lead = A sua verificação está lá agora. Aqui você vê em que ponto está.
elsewhere-back = Continuar aqui
elsewhere-back-hint = O seu outro aparelho é então desconectado. Nada do que foi salvo se perde.
give-back = Devolver ao outro aparelho
give-back-hint = Este aparelho é então desconectado. Nada do que foi salvo se perde.
give-back-unsaved = Nem tudo está salvo ainda. Será enviado quando houver rede de novo; devolva a verificação então.

join-title = Compare este número
join-lead = O aparelho em que você começou também mostra um número. Se for o mesmo, diga sim lá.
join-warn = Você recebeu este código de outra pessoa, ou o seu próprio aparelho não mostra nenhum número? Então feche esta página.
join-wait = Aguardando o seu sim no outro aparelho
join-ended-title = Este aparelho não foi admitido
join-ended = Você disse não no outro aparelho ou não respondeu a tempo. Lá você pode obter um novo código.
join-used-title = Este código não é mais válido
join-used = Cada código funciona uma única vez, por cinco minutos. Obtenha um novo no aparelho em que você começou.
