/** When the photo is taken: by itself after enough good pictures in a row, and by hand from when that takes too long. */
import type { Hint } from "./hint.js";

export interface Rules {
  /** Whether it may fire by itself at all. */
  readonly auto: boolean;
  /** How many good pictures in a row it takes. */
  readonly steady: number;
  /** After how many milliseconds the button is put forward. */
  readonly manualAfter: number;
}

export interface Shutter {
  /** Good pictures in a row so far. */
  readonly good: number;
  /** Whether the button is put forward. It can be pressed before, too. */
  readonly offered: boolean;
  readonly fired: boolean;
  /** When the camera began to show something. */
  readonly since: number;
}

/** The shutter of a camera that opens now. */
export function opened(at: number, rules: Rules): Shutter {
  return { good: 0, offered: !rules.auto || rules.manualAfter <= 0, fired: false, since: at };
}

/** One more picture was looked at. What has fired stays so. */
export function looked(shutter: Shutter, hint: Hint, at: number, rules: Rules): Shutter {
  if (shutter.fired) return shutter;
  const good = hint === "good" ? Math.min(shutter.good + 1, rules.steady) : 0;
  return {
    ...shutter,
    good,
    offered: shutter.offered || !rules.auto || at - shutter.since >= rules.manualAfter,
    fired: rules.auto && good >= rules.steady,
  };
}

/** Somebody pressed the button. */
export function pressed(shutter: Shutter): Shutter {
  return { ...shutter, fired: true };
}
