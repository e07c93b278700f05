/** What an item is called. */
import type { Item } from "@kyc/sdk";
import { isPhoto } from "./reasons";
import type { Texts } from "./texts";

export const itemName = (t: Texts, item: Item): string => (isPhoto(item) ? t.items[item] : item.slice("step:".length));
