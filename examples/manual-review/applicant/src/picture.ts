/** What goes up: a photo that was chosen or taken, made smaller on the device when it is larger than anyone needs. */

const LONGEST_SIDE = 2560;
const LARGEST_AS_IS = 4 * 1024 * 1024;
const AS_IS = ["image/jpeg", "image/png", "image/webp"];

/**
 * The photo to send. What the browser cannot read goes up as it is: the server tells what is wrong with it.
 */
export async function prepared(photo: Blob): Promise<Blob> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(photo);
  } catch {
    return photo;
  }
  try {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && photo.size <= LARGEST_AS_IS && AS_IS.includes(photo.type)) return photo;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    if (context === null) return photo;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((smaller) => resolve(smaller ?? photo), "image/jpeg", 0.9));
  } finally {
    picture.close();
  }
}
