### Every word of <kyc-capture> in English, and what is shown in a language that the package does not speak.

openCamera = Open the camera
takePhoto = Take the photo
closeCamera = Close the camera
chooseFile = Choose a photo
dropHint = or drop a picture here
starting = The camera is starting …
preparing = Preparing the photo …
# While the means to find faces come.
loadingHelp = Help with your photo is loading …
# The name of the camera's picture, for who cannot see it.
live = Camera picture
auto = The photo is taken by itself as soon as everything is right.
manual = Take the photo when you are ready.
switchCamera = Other camera
torch = Light

## Hints for a document

hints-document-too_dark = Too dark – move to a brighter place
hints-document-too_bright = Too bright – move out of the light
hints-document-no_face = Put the document in the frame
hints-document-several_faces = One document only
hints-document-align = Put the document in the frame
hints-document-closer = Move closer
hints-document-further = Move a little further away
hints-document-hold_still = Hold still
hints-document-blurred = Blurred – wait until the text is sharp
hints-document-glare = Reflection – tilt the document a little
hints-document-clear = Sharp and bright enough
hints-document-good = Good – hold still

## Hints for a face

hints-face-too_dark = Too dark – turn to the light
hints-face-too_bright = Too bright – turn away from the light
hints-face-no_face = Put your face in the oval
hints-face-several_faces = Only your face should be seen
hints-face-align = Move your face to the middle
hints-face-closer = Move closer
hints-face-further = Move a little further away
hints-face-hold_still = Hold still
hints-face-blurred = Blurred – hold still, or wipe the camera clean
hints-face-glare = Reflection – turn your face a little
hints-face-clear = Sharp and bright enough
hints-face-good = Good – hold still

## Why there is no camera, and what to do

faults-denied = The camera is blocked for this page. Allow it in the browser's address bar and try again, or choose a photo instead.
faults-none = No camera was found on this device. Choose a photo, or go on with your phone.
faults-busy = The camera is used by another app. Close that app and try again, or choose a photo instead.
faults-insecure_context = The camera works only over a secure connection (https). Choose a photo instead.
faults-iframe_without_permission = The page around this one does not pass the camera on. Choose a photo, or open this page in a window of its own.
faults-aborted = The camera was switched off. Open it again, or choose a photo instead.
faults-unsupported = This browser does not let pages use the camera. Choose a photo, or open the link in another browser.
faults-unknown = The camera could not be started. Choose a photo instead, or try again.
