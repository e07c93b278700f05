// Generated from kyc-core by kyc-wasm/tests/types.rs. Do not edit.

import type { Ask, BlobRef, Brief, Comparison, Decision, Exhibit, FieldName, Item, Outcome, Pii, RejectReason, RetakeReason, ReviewerId, SessionId, Timestamp } from "./collection.js";

/**
 * The states of a case.
 */
export type State = "waiting" | "in_review" | "resubmission_requested" | "approved" | "rejected" | "supplemented" | "withdrawn";

/**
 * The kind of an event, without what it carries.
 */
export type EventKind = "arrive" | "claim" | "release" | "judge" | "approve" | "reject" | "request_resubmission" | "supplement" | "withdraw" | "erase";

/**
 * What a reviewer says of one item.
 */
export type Verdict = { type: "fine" } | { type: "compared"; fields: Record<FieldName, Comparison> } | { type: "extracted"; fields: Record<FieldName, string> } | { type: "retake"; reason: RetakeReason; message?: string; note?: string };

/**
 * Something that happened or is asked for. Refuses what it does not know.
 */
export type Event = { type: "arrive"; round: number; exhibits: Exhibit[] } | { type: "claim" } | { type: "release" } | { type: "judge"; item: Item; verdict: Verdict } | { type: "approve"; note?: Pii<string> } | { type: "reject"; reason: RejectReason; message?: Pii<string>; note?: Pii<string> } | { type: "request_resubmission" } | { type: "supplement"; exhibit: Exhibit } | { type: "withdraw" } | { type: "erase" };

/**
 * Why a guard said no.
 */
export type Reason = "claimed_by_another" | "not_claimed" | "item_unknown" | "verdict_unfit" | "not_evaluated" | "case_closed" | "item_not_judged" | "item_marked_for_retake" | "nothing_marked" | "same_reviewer" | "no_rounds_left" | "round_stale" | "text_too_long" | "already_erased" | "nameless";

/**
 * The answer to any other event. Nothing has changed.
 */
export type Rejected = { code: "not_accepted"; state: State; event: EventKind } | { code: "refused"; state: State; event: EventKind; reason: Reason };

/**
 * Work that leaves a step. It is done after the step is kept, at least once, under the name
 * (session, version, position).
 */
export type Effect = { type: "decide"; decision: Decision } | { type: "request_resubmission"; items: Ask[] };

/**
 * The answer to an accepted event. Keep the session if `persist` says so, then run the effects.
 */
export interface Step {
    /**
     * How many events were accepted so far, this one included.
     */
    version: number;
    /**
     * The state before.
     */
    from: State;
    /**
     * The state after.
     */
    to: State;
    /**
     * What happened.
     */
    event: EventKind;
    /**
     * The session must be kept before anything else is done.
     */
    persist: boolean;
    /**
     * What is to be done, in this order; each is named by (session, version, position).
     */
    effects: Effect[];
}

/**
 * An image that was replaced.
 */
export interface EarlierView {
    /**
     * Its bytes.
     */
    blob: BlobRef;
    /**
     * The round in which it arrived.
     */
    round: number;
    /**
     * What was said of it.
     */
    verdict: Verdict | null;
    /**
     * Of an additional step: what was to be done with it.
     */
    step: Brief | null;
}

/**
 * One item of a case.
 */
export interface ItemView {
    /**
     * Which item.
     */
    item: Item;
    /**
     * The image that counts.
     */
    blob: BlobRef;
    /**
     * The round in which it arrived.
     */
    round: number;
    /**
     * What was said of it.
     */
    verdict: Verdict | null;
    /**
     * Of an additional step: what is to be done with it.
     */
    step: Brief | null;
    /**
     * Whether it was handed in after the decision.
     */
    late: boolean;
    /**
     * The images before it, oldest first.
     */
    earlier: EarlierView[];
}

/**
 * What a reviewer decided at the end of a stage.
 */
export interface ClosingView {
    /**
     * Who.
     */
    by: ReviewerId;
    /**
     * When.
     */
    at: Timestamp;
    /**
     * In which round.
     */
    round: number;
    /**
     * In which stage.
     */
    stage: number;
    /**
     * Yes or no; none when items were asked for again.
     */
    outcome: Outcome | null;
    /**
     * Why it was rejected.
     */
    reason: RejectReason | null;
    /**
     * For the applicant.
     */
    message: string | null;
    /**
     * For colleagues.
     */
    note: string | null;
}

/**
 * A case as reviewers see it. Internal notes are in it: never for the applicant.
 */
export interface CaseView {
    /**
     * Whose case.
     */
    session: SessionId;
    /**
     * The present state.
     */
    state: State;
    /**
     * The token of compare-and-swap.
     */
    version: number;
    /**
     * The round of collection that has arrived.
     */
    round: number;
    /**
     * The stage of review, from 1.
     */
    stage: number;
    /**
     * How many stages there are.
     */
    stages: number;
    /**
     * Who has the case.
     */
    claimed_by: ReviewerId | null;
    /**
     * Until when nobody else may take it.
     */
    claimed_until: Timestamp | null;
    /**
     * What the asking reviewer may send; guards that need a payload can still say no.
     */
    accepts: EventKind[];
    /**
     * The images that count, each with those before it.
     */
    items: ItemView[];
    /**
     * What was decided so far.
     */
    decisions: ClosingView[];
    /**
     * When the person's data was erased.
     */
    redacted_at: Timestamp | null;
}
