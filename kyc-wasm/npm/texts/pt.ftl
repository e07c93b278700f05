### Todos os textos de <kyc-capture> em português.

openCamera = Abrir a câmera
takePhoto = Tirar a foto
closeCamera = Fechar a câmera
chooseFile = Escolher uma foto
dropHint = ou arraste uma imagem para cá
starting = A câmera está ligando…
preparing = Preparando a foto…
loadingHelp = A ajuda para a foto está carregando…
live = Imagem da câmera
auto = A foto é tirada sozinha assim que tudo estiver certo.
manual = Tire a foto quando quiser.
switchCamera = Outra câmera
torch = Luz

## Dicas para um documento

hints-document-too_dark = Escuro demais – vá para um lugar mais claro
hints-document-too_bright = Claro demais – saia da luz
hints-document-no_face = Coloque o documento na moldura
hints-document-several_faces = Apenas um documento
hints-document-align = Coloque o documento na moldura
hints-document-closer = Chegue mais perto
hints-document-further = Afaste-se um pouco
hints-document-hold_still = Não se mexa
hints-document-blurred = Desfocado – espere até o texto ficar nítido
hints-document-glare = Reflexo – incline um pouco o documento
hints-document-clear = Nítido e com luz suficiente
hints-document-good = Bom – não se mexa

## Dicas para um rosto

hints-face-too_dark = Escuro demais – vire-se para a luz
hints-face-too_bright = Claro demais – vire-se para longe da luz
hints-face-no_face = Coloque o rosto no oval
hints-face-several_faces = Só o seu rosto deve aparecer
hints-face-align = Leve o rosto para o centro
hints-face-closer = Chegue mais perto
hints-face-further = Afaste-se um pouco
hints-face-hold_still = Não se mexa
hints-face-blurred = Desfocado – não se mexa ou limpe a câmera
hints-face-glare = Reflexo – vire um pouco o rosto
hints-face-clear = Nítido e com luz suficiente
hints-face-good = Bom – não se mexa

## Por que não há câmera e o que fazer

faults-denied = A câmera está bloqueada para esta página. Permita-a na barra de endereço e tente de novo, ou escolha uma foto.
faults-none = Nenhuma câmera foi encontrada neste aparelho. Escolha uma foto ou continue com seu telefone.
faults-busy = A câmera está sendo usada por outro aplicativo. Feche-o e tente de novo, ou escolha uma foto.
faults-insecure_context = A câmera só funciona com uma conexão segura (https). Escolha uma foto.
faults-iframe_without_permission = A página em volta desta não permite o uso da câmera. Escolha uma foto ou abra esta página em uma janela própria.
faults-aborted = A câmera foi desligada. Abra-a de novo ou escolha uma foto.
faults-unsupported = Este navegador não deixa as páginas usarem a câmera. Escolha uma foto ou abra o link em outro navegador.
faults-unknown = Não foi possível ligar a câmera. Escolha uma foto ou tente de novo.
