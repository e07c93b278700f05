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
export type DocumentType = "id_card" | "passport" | "residence_permit" | "driver_license" | "pan_card" | "aadhaar" | "other";

/**
 * A side of a document. The data page of a passport is its front.
 */
export type Side = "front" | "back";

/**
 * The name of an additional step: 1 to 40 of `A-Z a-z 0-9 _ -`.
 *
 * ```
 * use kyc_core::StepName;
 *
 * assert_eq!("UTILITY_BILL".parse::<StepName>()?.as_str(), "UTILITY_BILL");
 * assert!("".parse::<StepName>().is_err() && "step:X".parse::<StepName>().is_err());
 * # Ok::<(), kyc_core::NotAName>(())
 * ```
 */
export type StepName = string;

/**
 * The name of a field of an additional step.
 */
export type FieldName = string;

/**
 * What is done with what is handed in for an additional step.
 */
export type StepType = "upload" | "compare" | "extract";

/**
 * How a file was obtained.
 */
export type Source = "file" | "camera" | "pdf";

/**
 * What a reviewer says of one field that is compared.
 */
export type Comparison = "match" | "not_match" | "not_found" | "no_data";

/**
 * What an applicant says a bill is. For reference: nobody checks it.
 */
export type ProofKind = "bank_statement" | "electricity_bill" | "water_bill" | "credit_card_statement" | "gas_bill" | "telephone_bill" | "bank_reference_letter" | "internet_bill" | "mortgage" | "payslip" | "insurance_policy" | "tax_letter" | "driver_license" | "residence_permit" | "education_letter" | "lease_agreement" | "employment_letter" | "change_of_address_form" | "car_registration" | "other" | "public_authority_letter";

/**
 * What a bill must be like, for the applicant to read.
 */
export type BillRule = "recent" | "readable" | "official" | "latin_script" | "name_address_date";

/**
 * One thing a reviewer judges and an applicant can be asked for again.
 *
 * ```
 * use kyc_core::Item;
 *
 * let item: Item = "step:UTILITY_BILL".parse()?;
 * assert_eq!(item, Item::AdditionalStep("UTILITY_BILL".parse()?));
 * assert!("UTILITY_BILL".parse::<Item>().is_err());
 * # Ok::<(), Box<dyn std::error::Error>>(())
 * ```
 */
export type Item = "document_front" | "document_back" | "selfie" | `step:${string}`;

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
 * A field to compare or to type.
 */
export interface FieldBrief {
    /**
     * Its name.
     */
    field: FieldName;
    /**
     * What the company knows.
     */
    given?: string;
}

/**
 * What a reviewer has to know of what was handed in for an additional step.
 */
export interface Brief {
    /**
     * What is done with it.
     */
    type: StepType;
    /**
     * How the file was obtained.
     */
    source: Source;
    /**
     * What the applicant says it is.
     */
    proof?: ProofKind;
    /**
     * The fields to compare or to type, in order.
     */
    fields?: FieldBrief[];
}

/**
 * An item together with the file that is handed in for it.
 */
export interface Exhibit {
    /**
     * Which item.
     */
    item: Item;
    /**
     * Its file.
     */
    blob: BlobRef;
    /**
     * Of an additional step: what is to be done with it.
     */
    step?: Brief;
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
     * When the camera puts its button forward, step by step.
     */
    manual_shutter?: ManualShutter;
    /**
     * Who looks at a case.
     */
    review?: ReviewRule;
    /**
     * Marks that differ from the chart's own.
     */
    checkpoints?: Checkpoints;
    /**
     * What else is asked for, depending on country and document.
     */
    additional_steps?: AdditionalSteps;
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
    /**
     * From the last that was heard of an applicant who has something to do, to each reminder: at most 5, each later than the
     * one before and sooner than `session`. Every step of the applicant and every request to them begins anew. Left out,
     * nobody is reminded.
     */
    reminders?: Seconds[];
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
 * For how many seconds the camera films before it puts its button forward, because no picture was good enough to be taken by
 * itself: 0 to 60, left out 8. The button can be pressed before, too.
 */
export interface ManualShutter {
    /**
     * In `document_photo`.
     */
    document_photo?: Seconds;
    /**
     * In `selfie`.
     */
    selfie?: Seconds;
    /**
     * In `additional_step`.
     */
    additional_step?: Seconds;
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
 * What an applicant reads of an additional step, in one language.
 */
export interface StepTexts {
    /**
     * The heading, up to 200 characters.
     */
    name: string;
    /**
     * What is wanted, up to 2,000 characters.
     */
    description: string;
}

/**
 * How a step may be handed in.
 */
export interface Sources {
    /**
     * An image from the device.
     */
    file: boolean;
    /**
     * A photo taken in the page.
     */
    camera: boolean;
    /**
     * A PDF from the device.
     */
    pdf: boolean;
}

/**
 * What is different about how a step may be handed in.
 */
export interface SourcesChange {
    /**
     * An image from the device.
     */
    file?: boolean;
    /**
     * A photo taken in the page.
     */
    camera?: boolean;
    /**
     * A PDF from the device.
     */
    pdf?: boolean;
}

/**
 * What is different about a step. What is left out stays as it is.
 */
export interface StepChange {
    /**
     * What is done with it: one of the types that the catalogue allows it.
     */
    type?: StepType;
    /**
     * What the applicant reads; languages that are not named keep their texts.
     */
    texts?: Record<string, StepTexts>;
    /**
     * Some of the fields of the catalogue, instead of all.
     */
    fields?: string[];
    /**
     * How it may be handed in; ways that are not named stay as they are.
     */
    sources?: SourcesChange;
}

/**
 * One entry of a matrix.
 */
export type Asked = string[] | Record<string, StepChange>;

/**
 * An additional step that may be asked for.
 */
export interface StepRule {
    /**
     * Its name: 1 to 40 of `A-Z a-z 0-9 _ -`. `UTILITY_BILL` also asks which bill it is.
     */
    name: string;
    /**
     * What may be done with it; the first when nothing else is asked for.
     */
    types: StepType[];
    /**
     * What the applicant reads, by language tag.
     */
    texts: Record<string, StepTexts>;
    /**
     * What is compared or typed; also the names under which a company gives what it knows.
     */
    fields?: string[];
    /**
     * How it may be handed in; leave out for every way.
     */
    sources?: Sources;
    /**
     * Which kinds of bills `UTILITY_BILL` shows; leave out for all.
     */
    proofs?: ProofKind[];
}

/**
 * The additional steps of a Flow.
 */
export interface AdditionalSteps {
    /**
     * Every step that may be asked for, in the order in which applicants meet them. What is not here is refused,
     * whoever asks for it.
     */
    catalogue: StepRule[];
    /**
     * Which of them are asked for when a session says nothing else.
     */
    asked?: Matrix;
    /**
     * Files of one step in one round.
     */
    attempts?: number;
}

/** Country (alpha-2) or `all`, then kind of document or `all`: what is asked for there. */
export type Matrix = Record<string, Record<string, Asked>>;

/** What the company knows: by step and field. */
export type Given = Record<StepName, GivenFields>;

/** What the company knows of one step: by field. */
export type GivenFields = Record<FieldName, string>;

/**
 * The states of the applicant's walk.
 */
export type State = "welcome" | "personal_details" | "document_selection" | "document_photo" | "document_review" | "selfie" | "selfie_review" | "additional_step" | "additional_step_review" | "final" | "approved" | "rejected" | "expired" | "cancelled";

/**
 * When a submit state tells the backend.
 */
export type When = "entering" | "leaving";

/**
 * The kind of an event, without what it carries.
 */
export type EventKind = "start" | "submit_details" | "select_document" | "capture_page" | "review_document" | "accept_document" | "retake_page" | "capture_selfie" | "review_selfie" | "accept_selfie" | "retake_selfie" | "capture_step" | "review_step" | "accept_step" | "retake_step" | "back" | "request_resubmission" | "decide" | "prescribe" | "supply_step" | "cancel" | "erase" | "hold" | "lift" | "deadline_reached" | "reminder_due";

/**
 * Something that happened or is asked for. Refuses what it does not know.
 */
export type Event = { type: "start"; consent: Consent } | { type: "submit_details"; details: Details } | { type: "select_document"; country: Country; document: DocumentType } | { type: "capture_page"; side: Side; blob: BlobRef } | { type: "review_document" } | { type: "accept_document" } | { type: "retake_page"; side: Side } | { type: "capture_selfie"; blob: BlobRef } | { type: "review_selfie" } | { type: "accept_selfie" } | { type: "retake_selfie" } | { type: "capture_step"; step: StepName; source: Source; blob: BlobRef; proof?: ProofKind } | { type: "review_step" } | { type: "accept_step" } | { type: "retake_step" } | { type: "back" } | { type: "request_resubmission"; items: Ask[] } | { type: "decide"; decision: Decision } | { type: "prescribe"; steps?: Matrix; given?: Given } | { type: "supply_step"; step: StepName; source: Source; blob: BlobRef; given?: GivenFields } | { type: "cancel" } | { type: "erase" } | { type: "hold"; reason: HoldReason } | { type: "lift" } | { type: "deadline_reached" } | { type: "reminder_due" };

/**
 * Why nothing may be erased. Codes only: what it is about is in the company's own files.
 */
export type HoldReason = "litigation" | "investigation" | "order" | "retention" | "other";

/**
 * Why a guard said no. Each has a text that tells the applicant what to do.
 */
export type Reason = "consent_outdated" | "locale_invalid" | "name_missing" | "name_invalid" | "date_of_birth_invalid" | "under_age" | "document_not_offered" | "side_not_needed" | "photo_missing" | "no_attempts_left" | "no_step_before" | "deadline_passed" | "too_early" | "already_erased" | "on_hold" | "not_on_hold" | "item_unknown" | "no_rounds_left" | "text_too_long" | "step_not_asked" | "source_not_allowed" | "proof_not_offered" | "already_started" | "step_unknown" | "step_type_not_enabled" | "field_unknown" | "country_unknown" | "document_unknown";

/**
 * The answer to any other event. Nothing has changed.
 */
export type Rejected = { code: "not_accepted"; state: State; event: EventKind } | { code: "refused"; state: State; event: EventKind; reason: Reason };

/**
 * Work that leaves a step. It is done after the step is kept, at least once, under the name
 * (session, version, position).
 */
export type Effect = { type: "submit"; complete: boolean; round: number; exhibits: Exhibit[] } | { type: "supplement"; exhibit: Exhibit } | { type: "withdraw" } | { type: "erase" } | { type: "discard"; blob: BlobRef } | { type: "notify"; phase: Phase } | { type: "remind"; number: number; state: State; since: Timestamp };

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
export type NextAction = "give_consent" | "enter_details" | "select_document" | "capture_page" | "review_document" | "capture_selfie" | "review_selfie" | "capture_step" | "review_step" | "wait" | "none";

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
 * What was handed in for an additional step.
 */
export interface StepFileView {
    /**
     * Its bytes.
     */
    blob: BlobRef;
    /**
     * The round in which it was handed in.
     */
    round: number;
    /**
     * How it was obtained.
     */
    source: Source;
    /**
     * What the applicant says it is.
     */
    proof: ProofKind | null;
}

/**
 * An additional step.
 */
export interface StepView {
    /**
     * Its name.
     */
    step: StepName;
    /**
     * What is done with it.
     */
    type: StepType;
    /**
     * The language of the texts: the applicant's, or the nearest there is.
     */
    locale: string;
    /**
     * The heading.
     */
    name: string;
    /**
     * What is wanted.
     */
    description: string;
    /**
     * How it may be handed in.
     */
    sources: Sources;
    /**
     * The kinds of bills to choose from; none for a step that is no bill.
     */
    proofs: ProofKind[];
    /**
     * What a bill must be like.
     */
    rules: BillRule[];
    /**
     * Whether this round asks for it.
     */
    needed: boolean;
    /**
     * What was handed in.
     */
    file: StepFileView | null;
    /**
     * How many files may still be handed in.
     */
    attempts_left: number;
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
     * The version since which the applicant was reminded, and nothing else has happened: whoever has seen that one knows what
     * they need to go on.
     */
    unchanged_since: number;
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
     * The additional step wanted next, or looked at.
     */
    next_step: StepName | null;
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
     * The additional steps that are asked for, in order; for the chosen document, once it is chosen.
     */
    additional_steps: StepView[];
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

/**
 * The kinds of events that an applicant may send. All others come from somebody else.
 */
export type ApplicantEventKind = "start" | "submit_details" | "select_document" | "capture_page" | "review_document" | "accept_document" | "retake_page" | "capture_selfie" | "review_selfie" | "accept_selfie" | "retake_selfie" | "capture_step" | "review_step" | "accept_step" | "retake_step" | "back";

/**
 * What an applicant may send.
 */
export type ApplicantEvent = Extract<Event, { type: ApplicantEventKind }>;
