import { describe, expectTypeOf, test } from "vitest";
import type { ApplicantEvent, ApplicantEventKind, Definition, EventKind, KycEvent, KycSession, Transport } from "../src/index.js";

describe("the compiler", () => {
  test("lets a page send what its applicant may say, and nothing of anybody else", () => {
    expectTypeOf<KycSession["send"]>().parameter(0).toEqualTypeOf<ApplicantEvent>();
    expectTypeOf<Transport["post"]>().parameter(0).toEqualTypeOf<ApplicantEvent>();

    expectTypeOf<{ type: "accept_selfie" }>().toExtend<ApplicantEvent>();
    expectTypeOf<{ type: "erase" }>().toExtend<KycEvent>();
    expectTypeOf<{ type: "erase" }>().not.toExtend<ApplicantEvent>();
    expectTypeOf<{ type: "decide"; decision: { outcome: "approved" } }>().not.toExtend<ApplicantEvent>();
  });

  test("knows each of an applicant's events with all that it carries", () => {
    expectTypeOf<ApplicantEvent["type"]>().toEqualTypeOf<ApplicantEventKind>();
    expectTypeOf<Exclude<EventKind, ApplicantEventKind>>().toEqualTypeOf<
      "request_resubmission" | "decide" | "prescribe" | "supply_step" | "cancel" | "erase" | "hold" | "lift" | "deadline_reached" | "reminder_due"
    >();
    expectTypeOf<Extract<ApplicantEvent, { type: "capture_page" }>>().toEqualTypeOf<Extract<KycEvent, { type: "capture_page" }>>();
  });

  test("knows that a Flow need not say when the button comes", () => {
    expectTypeOf<Definition["manual_shutter"]>().toExtend<{ selfie?: number } | undefined>();
  });
});
