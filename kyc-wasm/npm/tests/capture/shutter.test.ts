import { describe, expect, test } from "vitest";
import { Announcer, faultOf, looked, opened, pressed, type Hint, type Rules, type Shutter } from "../../src/capture/index.js";

const rules: Rules = { auto: true, steady: 3, manualAfter: 8000 };

/** The shutter after these hints, 100 ms apart. */
const after = (hints: readonly Hint[], by: Rules = rules): Shutter =>
  hints.reduce((shutter, hint, index) => looked(shutter, hint, (index + 1) * 100, by), opened(0, by));

describe("the shutter", () => {
  test("fires by itself after enough good pictures in a row", () => {
    expect(after(["good", "good"]).fired).toBe(false);
    expect(after(["good", "good", "good"])).toEqual({ good: 3, offered: false, fired: true, since: 0 });
  });

  test("begins to count anew with every picture that is not good", () => {
    expect(after(["good", "good", "glare", "good", "good"])).toEqual({ good: 2, offered: false, fired: false, since: 0 });
  });

  test("is put into the hand when good pictures do not come in time, and stays there", () => {
    const waiting = looked(opened(1000, rules), "blurred", 8999, rules);
    const offered = looked(waiting, "blurred", 9000, rules);

    expect([waiting.offered, offered.offered]).toEqual([false, true]);
    expect(looked(offered, "good", 9100, rules).offered).toBe(true);
  });

  test("still fires by itself after it was put into the hand", () => {
    const offered = looked(opened(0, rules), "too_dark", 9000, rules);

    expect(["good", "good", "good"].reduce((shutter, hint) => looked(shutter, hint as Hint, 9100, rules), offered).fired).toBe(true);
  });

  test("is in the hand from the start where it may not fire by itself, and then never does", () => {
    const byHand = { ...rules, auto: false };

    expect(opened(0, byHand).offered).toBe(true);
    expect(after(["good", "good", "good", "good"], byHand).fired).toBe(false);
  });

  test("is put into the hand at once when it can no longer fire by itself", () => {
    const automatic = looked(opened(0, rules), "clear", 100, rules);

    expect(automatic.offered).toBe(false);
    expect(looked(automatic, "clear", 200, { ...rules, auto: false }).offered).toBe(true);
  });

  test("does not fire at what is only sharp and bright", () => {
    expect(after(["clear", "clear", "clear", "clear"])).toEqual({ good: 0, offered: false, fired: false, since: 0 });
  });

  test("fires once: what comes after a press changes nothing", () => {
    const fired = pressed(opened(0, rules));

    expect(looked(fired, "blurred", 20_000, rules)).toBe(fired);
  });
});

describe("hints that are read out", () => {
  test("have lasted, and are not repeated", () => {
    const announcer = new Announcer(700, 3000);

    expect(announcer.hear("dark", 0)).toBe(null);
    expect(announcer.hear("dark", 600)).toBe(null);
    expect(announcer.hear("dark", 700)).toBe("dark");
    expect(announcer.hear("dark", 9000)).toBe(null);
  });

  test("leave the one before time to be heard", () => {
    const announcer = new Announcer(700, 3000);
    announcer.hear("dark", 0);
    announcer.hear("dark", 700);

    expect(announcer.hear("blurred", 800)).toBe(null);
    expect(announcer.hear("blurred", 1600)).toBe(null);
    expect(announcer.hear("blurred", 3700)).toBe("blurred");
  });

  test("that flicker are not told", () => {
    const announcer = new Announcer(700, 3000);
    const told = Array.from({ length: 40 }, (_, time) => announcer.hear(time % 2 === 0 ? "dark" : "blurred", time * 300));

    expect(told.every((text) => text === null)).toBe(true);
  });
});

describe("a camera that does not open", () => {
  const page = { isSecure: true, isFramed: false, isPassedOn: null };

  test.each([
    ["NotAllowedError", page, "denied"],
    ["NotAllowedError", { ...page, isFramed: true, isPassedOn: false }, "iframe_without_permission"],
    ["NotAllowedError", { ...page, isFramed: true, isPassedOn: true }, "denied"],
    ["NotFoundError", page, "none"],
    ["OverconstrainedError", page, "none"],
    ["NotReadableError", page, "busy"],
    ["AbortError", page, "aborted"],
    ["TypeError", { ...page, isSecure: false }, "insecure_context"],
    ["TypeError", page, "unsupported"],
    ["SomethingNew", page, "unknown"],
  ] as const)("with %s has a reason that can be explained", (error, surroundings, fault) => {
    expect(faultOf(error, surroundings)).toBe(fault);
  });
});
