/** Which reasons fit an item: nobody asks for the back of a card because no face is visible on it. */
import type { Item, RetakeReason } from "@kyc/sdk";
import type { Photo } from "./texts/codes";

const OUT_OF_PLACE: Record<Photo, readonly RetakeReason[]> = {
  document_front: [],
  document_back: ["face_not_visible"],
  selfie: ["wrong_document", "wrong_side", "damaged", "expired_document"],
};

/** Of what the company asks for besides. */
const OF_A_STEP: readonly RetakeReason[] = ["wrong_side", "face_not_visible"];

export function fits(reason: RetakeReason, item: Item): boolean {
  const outOfPlace = isPhoto(item) ? OUT_OF_PLACE[item] : OF_A_STEP;
  return !outOfPlace.includes(reason);
}

export const isPhoto = (item: Item): item is Photo => item in OUT_OF_PLACE;
