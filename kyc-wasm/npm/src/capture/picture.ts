/** What is handed over: a photo taken or chosen, made smaller on the device when it is larger than anyone needs. */

export interface PictureLimits {
  /** The longest side in pixels. */
  readonly maxSide: number;
  /** Larger pictures are compressed again. */
  readonly maxBytes: number;
}

/** A picture that can be shown has a size; what the browser cannot read, and a PDF, has none. */
export interface Picture {
  readonly blob: Blob;
  readonly width: number | null;
  readonly height: number | null;
}

/** One way to make it smaller. */
export interface Try {
  readonly width: number;
  readonly height: number;
  readonly quality: number;
}

/** What to try until the bytes are few enough: first the quality goes down a little, then the size. Never larger than it was. */
export function tries(width: number, height: number, maxSide: number): Try[] {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return STAGES.map(([smaller, quality]) => ({
    width: Math.max(1, Math.round(width * scale * smaller)),
    height: Math.max(1, Math.round(height * scale * smaller)),
    quality,
  }));
}

/** The picture to send. What the browser cannot read is handed over as it is: the server tells what is wrong with it. */
export async function prepared(photo: Blob, limits: PictureLimits): Promise<Picture> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(photo);
  } catch {
    return { blob: photo, width: null, height: null };
  }
  try {
    const { width, height } = picture;
    const isSmall = Math.max(width, height) <= limits.maxSide && photo.size <= limits.maxBytes;
    if (isSmall && AS_IS.includes(photo.type)) return { blob: photo, width, height };
    return (await compressed(picture, width, height, limits)) ?? { blob: photo, width, height };
  } finally {
    picture.close();
  }
}

/** A JPEG within the limits, or the smallest that was found; nothing where the browser cannot make one. */
export async function compressed(source: CanvasImageSource, width: number, height: number, limits: PictureLimits): Promise<Picture | null> {
  let smallest: Picture | null = null;
  for (const attempt of tries(width, height, limits.maxSide)) {
    const blob = await drawn(source, attempt);
    if (blob !== null && (smallest === null || blob.size < smallest.blob.size)) smallest = { blob, width: attempt.width, height: attempt.height };
    if (smallest !== null && smallest.blob.size <= limits.maxBytes) break;
  }
  return smallest;
}

function drawn(source: CanvasImageSource, { width, height, quality }: Try): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return Promise.resolve(null);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

const AS_IS = ["image/jpeg", "image/png", "image/webp"];
/** Shares of the allowed size, and the quality of the JPEG. */
const STAGES = [
  [1, 0.92],
  [1, 0.85],
  [1, 0.75],
  [0.75, 0.8],
  [0.5, 0.8],
] as const;
