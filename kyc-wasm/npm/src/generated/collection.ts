// Generated from kyc-core by kyc-wasm/tests/types.rs. Do not edit.

/**
 * A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
 *
 * ```
 * use kyc_core::{Seconds, Timestamp};
 *
 * let opened = Timestamp::from_millis(1_000);
 * assert_eq!(opened + Seconds(2), Timestamp::from_millis(3_000));
 * ```
 */
export type Timestamp = number;

/**
 * A span of whole seconds, as a Flow file writes it.
 */
export type Seconds = number;

/**
 * One applicant's walk through a Flow. Chosen by the host; sorts and files well because of its alphabet.
 *
 * ```
 * use kyc_core::SessionId;
 *
 * assert!("s-1".parse::<SessionId>().is_ok());
 * assert!("../etc".parse::<SessionId>().is_err());
 * ```
 */
export type SessionId = string;

/**
 * The name of a Flow.
 */
export type FlowId = string;

/**
 * Who reviews: a handle of the installation, not a person's name.
 */
export type ReviewerId = string;

/**
 * Names the bytes of an image: the SHA-256 of what was uploaded, in 64 lower-case hexadecimal digits.
 */
export type BlobRef = string;

/**
 * A country or territory, by its ISO 3166-1 alpha-2 code in capitals.
 *
 * ```
 * use kyc_core::Country;
 *
 * assert_eq!("DE".parse::<Country>()?.as_str(), "DE");
 * assert!("de".parse::<Country>().is_err() && "XX".parse::<Country>().is_err());
 * # Ok::<(), kyc_core::NotACountry>(())
 * ```
 */
export type Country = string;

/**
 * Personal data: `Debug` and `Display` show a placeholder, always.
 *
 * It is serialised as it is, because a snapshot must hold it; whoever writes a snapshot down answers for
 * sealing it.
 *
 * ```
 * use kyc_core::Pii;
 *
 * let name = Pii::new("Erika".to_owned());
 * assert_eq!(format!("{name:?} {name}"), "<redacted> <redacted>");
 * assert_eq!(name.expose(), "Erika");
 * ```
 */
export type Pii<T> = T;

/**
 * A kind of identity document.
 */
export type DocumentType = "id_card" | "passport" | "residence_permit" | "driver_license";

/**
 * A side of a document. The data page of a passport is its front.
 */
export type Side = "front" | "back";

/**
 * One thing a reviewer judges and an applicant can be asked for again.
 */
export type Item = "document_front" | "document_back" | "selfie";

/**
 * Why an item is wanted again. Each is told to the applicant.
 */
export type RetakeReason = "blurry" | "glare" | "too_dark" | "cropped" | "unreadable" | "wrong_document" | "wrong_side" | "damaged" | "expired_document" | "face_not_visible" | "not_live" | "other";

/**
 * Why a session is rejected.
 */
export type RejectReason = "document_expired" | "document_not_accepted" | "details_mismatch" | "face_mismatch" | "under_age" | "suspected_fraud" | "other";

/**
 * How a case ends.
 */
export type Outcome = "approved" | "rejected";

/**
 * Where a session stands, for those who need one word.
 */
export type Phase = "created" | "collecting" | "processing" | "in_review" | "resubmission_requested" | "approved" | "rejected" | "expired" | "cancelled";

/**
 * The applicant's agreement to a text: which text, and in which language it was shown (BCP 47).
 */
export interface Consent {
    /**
     * The version of the text, as the Flow names it.
     */
    version: string;
    /**
     * The language it was shown in.
     */
    locale: string;
}

/**
 * What the applicant says of themselves.
 */
export interface Details {
    /**
     * All given names, as the document spells them.
     */
    given_names: string;
    /**
     * The family name.
     */
    family_name: string;
    /**
     * `YYYY-MM-DD`.
     */
    date_of_birth: string;
}

/**
 * One item that the applicant is asked for again.
 */
export interface Ask {
    /**
     * Which item.
     */
    item: Item;
    /**
     * Why.
     */
    reason: RetakeReason;
    /**
     * What the reviewer wrote to the applicant.
     */
    message?: string;
}

/**
 * The end of a case as the applicant is told it.
 */
export interface Decision {
    /**
     * Approved or rejected.
     */
    outcome: Outcome;
    /**
     * Why it was rejected.
     */
    reason?: RejectReason;
    /**
     * What the reviewer wrote to the applicant.
     */
    message?: string;
}

/**
 * An item together with the image that is handed in for it.
 */
export interface Exhibit {
    /**
     * Which item.
     */
    item: Item;
    /**
     * Its image.
     */
    blob: BlobRef;
}

/**
 * The JSON form of a Flow, not yet judged.
 *
 * Its text is hashed into every snapshot, so a field that is added later must be left out when it has its default.
 */
export interface Definition {
    /**
     * Names the Flow: 1 to 64 of `A-Z a-z 0-9 _ -`.
     */
    id: string;
    /**
     * Its edition. Change it with every change: sessions stay with the edition they were opened with.
     */
    version: number;
    /**
     * The states an applicant walks through, in order.
     */
    steps: string[];
    /**
     * The version of the consent text that is in force; an older agreement is asked for again.
     */
    consent: string;
    /**
     * The youngest age in years that is accepted; leave out to accept any.
     */
    minimum_age?: number;
    /**
     * Which documents are accepted, and which of their sides are photographed.
     */
    documents?: DocumentRule[];
    /**
     * How often something may be tried.
     */
    limits?: Limits;
    /**
     * How long something may take.
     */
    clocks?: Clocks;
    /**
     * What an image must be like.
     */
    images?: Images;
    /**
     * Who looks at a case.
     */
    review?: ReviewRule;
    /**
     * Marks that differ from the chart's own.
     */
    checkpoints?: Checkpoints;
}

/**
 * A document that is accepted.
 */
export interface DocumentRule {
    /**
     * Its issuing countries by ISO 3166-1 alpha-2 code; leave out for all. A rule that names the country wins over one
     * for all.
     */
    countries?: string[];
    /**
     * Its kind.
     */
    type: DocumentType;
    /**
     * The sides to photograph, in order.
     */
    sides: Side[];
}

/**
 * How often something may be tried. No value means without end, which the linter refuses.
 */
export interface Limits {
    /**
     * Photos of one side of a document in one round.
     */
    document_attempts: number | null;
    /**
     * Photos of the face in one round.
     */
    selfie_attempts: number | null;
    /**
     * Rounds after the first in which a reviewer may ask again.
     */
    resubmissions: number | null;
}

/**
 * How long something may take, in seconds.
 */
export interface Clocks {
    /**
     * From opening to `start`.
     */
    opening: Seconds;
    /**
     * From the first `start` to `final`.
     */
    session: Seconds;
    /**
     * From a request for resubmission to `final`.
     */
    resubmission: Seconds;
    /**
     * From the end to the erasure of what is known of the person, unless there is a hold. Left out, the company erases.
     */
    retention?: Seconds;
}

/**
 * What an image must be like. The host enforces it on the bytes; the core carries it so that page and server agree.
 */
export interface Images {
    /**
     * The largest upload in bytes.
     */
    max_bytes: number;
    /**
     * The most pixels, width times height.
     */
    max_pixels: number;
    /**
     * The shorter side in pixels must have at least as many.
     */
    min_side: number;
}

/**
 * Who looks at a case.
 */
export interface ReviewRule {
    /**
     * How many reviewers must approve, each another person.
     */
    stages: number;
    /**
     * How long a claim holds without an action of its holder; after that another may claim.
     */
    claim: Seconds;
}

/**
 * Marks that replace the chart's own.
 */
export interface Checkpoints {
    /**
     * The states in which a session must be kept.
     */
    persisted: string[];
    /**
     * The states that tell the backend, and when.
     */
    submits: SubmitMark[];
}

/**
 * A state that tells the backend.
 */
export interface SubmitMark {
    /**
     * Which state.
     */
    state: string;
    /**
     * On the way in or out.
     */
    when: When;
}

/**
 * The states of the applicant's walk.
 */
export type State = "welcome" | "personal_details" | "document_selection" | "document_photo" | "document_review" | "selfie" | "selfie_review" | "final" | "approved" | "rejected" | "expired" | "cancelled";

/**
 * When a submit state tells the backend.
 */
export type When = "entering" | "leaving";

/**
 * The kind of an event, without what it carries.
 */
export type EventKind = "start" | "submit_details" | "select_document" | "capture_page" | "review_document" | "accept_document" | "retake_page" | "capture_selfie" | "review_selfie" | "accept_selfie" | "retake_selfie" | "back" | "request_resubmission" | "decide" | "cancel" | "erase" | "hold" | "lift" | "deadline_reached";

/**
 * Something that happened or is asked for. Refuses what it does not know.
 */
export type Event = { type: "start"; consent: Consent } | { type: "submit_details"; details: Details } | { type: "select_document"; country: Country; document: DocumentType } | { type: "capture_page"; side: Side; blob: BlobRef } | { type: "review_document" } | { type: "accept_document" } | { type: "retake_page"; side: Side } | { type: "capture_selfie"; blob: BlobRef } | { type: "review_selfie" } | { type: "accept_selfie" } | { type: "retake_selfie" } | { type: "back" } | { type: "request_resubmission"; items: Ask[] } | { type: "decide"; decision: Decision } | { type: "cancel" } | { type: "erase" } | { type: "hold"; reason: HoldReason } | { type: "lift" } | { type: "deadline_reached" };

/**
 * Why nothing may be erased. Codes only: what it is about is in the company's own files.
 */
export type HoldReason = "litigation" | "investigation" | "order" | "retention" | "other";

/**
 * Why a guard said no. Each has a text that tells the applicant what to do.
 */
export type Reason = "consent_outdated" | "locale_invalid" | "name_missing" | "name_invalid" | "date_of_birth_invalid" | "under_age" | "document_not_offered" | "side_not_needed" | "photo_missing" | "no_attempts_left" | "no_step_before" | "deadline_passed" | "too_early" | "already_erased" | "on_hold" | "not_on_hold" | "item_unknown" | "no_rounds_left" | "text_too_long";

/**
 * The answer to any other event. Nothing has changed.
 */
export type Rejected = { code: "not_accepted"; state: State; event: EventKind } | { code: "refused"; state: State; event: EventKind; reason: Reason };

/**
 * Work that leaves a step. It is done after the step is kept, at least once, under the name
 * (session, version, position).
 */
export type Effect = { type: "submit"; complete: boolean; round: number; exhibits: Exhibit[] } | { type: "withdraw" } | { type: "erase" } | { type: "discard"; blob: BlobRef } | { type: "notify"; phase: Phase };

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
 * What is wanted of the applicant.
 */
export type NextAction = "give_consent" | "enter_details" | "select_document" | "capture_page" | "review_document" | "capture_selfie" | "review_selfie" | "wait" | "none";

/**
 * A Flow by name and edition.
 */
export interface FlowName {
    /**
     * Its name.
     */
    id: FlowId;
    /**
     * Its edition.
     */
    version: number;
}

/**
 * An item that is asked for again.
 */
export interface AskView {
    /**
     * Which item.
     */
    item: Item;
    /**
     * Why.
     */
    reason: RetakeReason;
    /**
     * What the reviewer wrote.
     */
    message: string | null;
    /**
     * Whether it was handed in again.
     */
    done: boolean;
}

/**
 * The photo of one side.
 */
export interface PageView {
    /**
     * Which side.
     */
    side: Side;
    /**
     * Its bytes.
     */
    blob: BlobRef;
    /**
     * The round in which it was taken.
     */
    round: number;
}

/**
 * The chosen document.
 */
export interface DocumentView {
    /**
     * Its issuing country.
     */
    country: Country;
    /**
     * Its kind.
     */
    type: DocumentType;
    /**
     * The sides that this round asks for.
     */
    sides: Side[];
    /**
     * The photos that count.
     */
    pages: PageView[];
}

/**
 * The photo of the face.
 */
export interface SelfieView {
    /**
     * Its bytes.
     */
    blob: BlobRef;
    /**
     * The round in which it was taken.
     */
    round: number;
}

/**
 * How many photos may still be taken in this round.
 */
export interface AttemptsLeft {
    /**
     * Of the document's front.
     */
    front: number;
    /**
     * Of the document's back.
     */
    back: number;
    /**
     * Of the face.
     */
    selfie: number;
}

/**
 * A session as the applicant and the company see it. Holds personal data.
 */
export interface View {
    /**
     * Its name.
     */
    session: SessionId;
    /**
     * Which Flow it walks.
     */
    flow: FlowName;
    /**
     * The token of compare-and-swap.
     */
    version: number;
    /**
     * The present state.
     */
    state: State;
    /**
     * Where it stands, in one word.
     */
    phase: Phase;
    /**
     * What is wanted of the applicant.
     */
    next_action: NextAction;
    /**
     * The side wanted next, when a page is.
     */
    next_side: Side | null;
    /**
     * What the applicant may send.
     */
    accepts: EventKind[];
    /**
     * When the time for this is over.
     */
    deadline: Timestamp | null;
    /**
     * The round of collection, from 1.
     */
    round: number;
    /**
     * The steps of this round in order, for a progress bar.
     */
    steps: State[];
    /**
     * What this round asks for again.
     */
    asked: AskView[];
    /**
     * What the applicant said of themselves.
     */
    details: Details | null;
    /**
     * The chosen document and its photos.
     */
    document: DocumentView | null;
    /**
     * The photo of the face.
     */
    selfie: SelfieView | null;
    /**
     * How many photos may still be taken.
     */
    attempts_left: AttemptsLeft;
    /**
     * How it ended.
     */
    outcome: Decision | null;
    /**
     * When the person's data was erased.
     */
    redacted_at: Timestamp | null;
}
