/** Every word the element says. A host hands over its own; a text that is missing does not compile. */
import type { CameraFault } from "./camera.js";
import type { Hint } from "./hint.js";
import type { Kind } from "./view.js";

export interface CaptureTexts {
  readonly openCamera: string;
  readonly takePhoto: string;
  readonly closeCamera: string;
  readonly chooseFile: string;
  readonly dropHint: string;
  readonly starting: string;
  readonly preparing: string;
  /** The name of the camera's picture, for who cannot see it. */
  readonly live: string;
  /** That the photo is taken without a press. */
  readonly auto: string;
  /** That the button is the way now. */
  readonly manual: string;
  readonly switchCamera: string;
  readonly torch: string;
  readonly hints: Readonly<Record<Kind, Readonly<Record<Hint, string>>>>;
  readonly faults: Readonly<Record<CameraFault, string>>;
}

const en: CaptureTexts = {
  openCamera: "Open the camera",
  takePhoto: "Take the photo",
  closeCamera: "Close the camera",
  chooseFile: "Choose a photo",
  dropHint: "or drop a picture here",
  starting: "The camera is starting …",
  preparing: "Preparing the photo …",
  live: "Camera picture",
  auto: "The photo is taken by itself as soon as everything is right.",
  manual: "Take the photo when you are ready.",
  switchCamera: "Other camera",
  torch: "Light",
  hints: {
    document: {
      too_dark: "Too dark – move to a brighter place",
      too_bright: "Too bright – move out of the light",
      no_face: "Put the document in the frame",
      several_faces: "One document only",
      align: "Put the document in the frame",
      closer: "Move closer",
      further: "Move a little further away",
      hold_still: "Hold still",
      blurred: "Blurred – wait until the text is sharp",
      glare: "Reflection – tilt the document a little",
      good: "Good – hold still",
    },
    face: {
      too_dark: "Too dark – turn to the light",
      too_bright: "Too bright – turn away from the light",
      no_face: "Put your face in the oval",
      several_faces: "Only your face should be seen",
      align: "Move your face to the middle",
      closer: "Move closer",
      further: "Move a little further away",
      hold_still: "Hold still",
      blurred: "Blurred – hold still, or wipe the camera clean",
      glare: "Reflection – turn your face a little",
      good: "Sharp and bright enough",
    },
  },
  faults: {
    denied: "The camera is blocked for this page. Allow it in the browser's address bar and try again, or choose a photo instead.",
    none: "No camera was found on this device. Choose a photo, or go on with your phone.",
    busy: "The camera is used by another app. Close that app and try again, or choose a photo instead.",
    insecure_context: "The camera works only over a secure connection (https). Choose a photo instead.",
    iframe_without_permission: "The page around this one does not pass the camera on. Choose a photo, or open this page in a window of its own.",
    aborted: "The camera was switched off. Open it again, or choose a photo instead.",
    unsupported: "This browser does not let pages use the camera. Choose a photo, or open the link in another browser.",
    unknown: "The camera could not be started. Choose a photo instead, or try again.",
  },
};

const de: CaptureTexts = {
  openCamera: "Kamera öffnen",
  takePhoto: "Foto aufnehmen",
  closeCamera: "Kamera schließen",
  chooseFile: "Foto auswählen",
  dropHint: "oder ein Bild hierher ziehen",
  starting: "Die Kamera startet …",
  preparing: "Das Foto wird vorbereitet …",
  live: "Kamerabild",
  auto: "Das Foto entsteht von selbst, sobald alles stimmt.",
  manual: "Nehmen Sie das Foto auf, wenn Sie so weit sind.",
  switchCamera: "Andere Kamera",
  torch: "Licht",
  hints: {
    document: {
      too_dark: "Zu dunkel – gehen Sie ins Helle",
      too_bright: "Zu hell – gehen Sie aus dem Licht",
      no_face: "Legen Sie das Dokument in den Rahmen",
      several_faces: "Nur ein Dokument",
      align: "Legen Sie das Dokument in den Rahmen",
      closer: "Gehen Sie näher heran",
      further: "Gehen Sie etwas weiter weg",
      hold_still: "Halten Sie still",
      blurred: "Unscharf – warten Sie, bis die Schrift scharf ist",
      glare: "Spiegelung – kippen Sie das Dokument ein wenig",
      good: "Gut – halten Sie still",
    },
    face: {
      too_dark: "Zu dunkel – drehen Sie sich zum Licht",
      too_bright: "Zu hell – drehen Sie sich vom Licht weg",
      no_face: "Bringen Sie Ihr Gesicht in das Oval",
      several_faces: "Nur Ihr Gesicht sollte zu sehen sein",
      align: "Bringen Sie Ihr Gesicht in die Mitte",
      closer: "Gehen Sie näher heran",
      further: "Gehen Sie etwas weiter weg",
      hold_still: "Halten Sie still",
      blurred: "Unscharf – halten Sie still, oder wischen Sie die Kamera ab",
      glare: "Spiegelung – drehen Sie das Gesicht ein wenig",
      good: "Scharf und hell genug",
    },
  },
  faults: {
    denied: "Die Kamera ist für diese Seite gesperrt. Erlauben Sie sie in der Adresszeile und versuchen Sie es noch einmal, oder wählen Sie ein Foto.",
    none: "An diesem Gerät wurde keine Kamera gefunden. Wählen Sie ein Foto, oder machen Sie mit dem Telefon weiter.",
    busy: "Die Kamera wird von einer anderen App benutzt. Schließen Sie diese und versuchen Sie es noch einmal, oder wählen Sie ein Foto.",
    insecure_context: "Die Kamera geht nur über eine sichere Verbindung (https). Wählen Sie stattdessen ein Foto.",
    iframe_without_permission: "Die umgebende Seite gibt die Kamera nicht weiter. Wählen Sie ein Foto, oder öffnen Sie diese Seite in einem eigenen Fenster.",
    aborted: "Die Kamera wurde abgeschaltet. Öffnen Sie sie noch einmal, oder wählen Sie ein Foto.",
    unsupported: "Dieser Browser gibt Seiten keine Kamera. Wählen Sie ein Foto, oder öffnen Sie den Link in einem anderen Browser.",
    unknown: "Die Kamera ließ sich nicht starten. Wählen Sie ein Foto, oder versuchen Sie es noch einmal.",
  },
};

export const captureTexts = { en, de } as const;

/** The texts for a language as pages and browsers name it; English for any that is not there. */
export function textsFor(language: string): CaptureTexts {
  return /^de\b/i.test(language) ? de : en;
}
