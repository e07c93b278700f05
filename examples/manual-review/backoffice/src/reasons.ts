/** Which reasons fit an item: nobody asks for the back of a card because no face is visible on it. */
import type { Item, RetakeReason } from "@kyc/sdk";

const OUT_OF_PLACE: Record<Item, readonly RetakeReason[]> = {
  document_front: [],
  document_back: ["face_not_visible"],
  selfie: ["wrong_document", "wrong_side", "damaged", "expired_document"],
};

export const fits = (reason: RetakeReason, item: Item): boolean => !OUT_OF_PLACE[item].includes(reason);
