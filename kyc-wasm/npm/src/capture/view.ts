/** What the viewfinder shows of the camera's picture, and where in it the subject belongs. The drawn frame and the measures share it. */

/** A part of a picture, in shares of its width and height. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Kind = "document" | "face";
export type Shape = "card" | "passport";

export interface View {
  /** Width by height of the viewfinder. */
  readonly aspect: number;
  /** Where the subject belongs, in shares of the viewfinder. */
  readonly frame: Area;
}

/** ISO 7810: a card is ID-1 (85.6 × 54 mm), a passport's page ID-3 (125 × 88 mm). */
const views: Record<Shape | "face", View> = {
  card: { aspect: 4 / 3, frame: framed(4 / 3, 0.87, 85.6 / 53.98) },
  passport: { aspect: 4 / 3, frame: framed(4 / 3, 0.86, 125 / 88) },
  face: { aspect: 1, frame: framed(1, 0.58, 0.76) },
};

export function viewOf(kind: Kind, shape: Shape): View {
  return views[kind === "face" ? "face" : shape];
}

/** The middle of the camera's picture that a viewfinder of this aspect shows, in pixels. */
export function visible(width: number, height: number, aspect: number): Area {
  const shown = { width: Math.min(width, height * aspect), height: Math.min(height, width / aspect) };
  return { ...shown, x: (width - shown.width) / 2, y: (height - shown.height) / 2 };
}

/** A frame of this width and proportion in the middle of the viewfinder. */
function framed(aspect: number, width: number, proportion: number): Area {
  const height = (width * aspect) / proportion;
  return { x: (1 - width) / 2, y: (1 - height) / 2, width, height };
}
