/** The applicant's walk in XState 5: the same states and guards, with what is known in the context. */
import { assign, createActor, setup } from "xstate";

const machine = setup({
  guards: {
    agreed: ({ event }) => event.consent.version === "1" && event.consent.locale.length > 0,
    named: ({ event }) => {
      const { given_names, family_name, date_of_birth } = event.details;
      const is_named = [given_names, family_name].every((name) => name.trim().length > 0 && name.length <= 100);
      return is_named && /^\d{4}-\d{2}-\d{2}$/.test(date_of_birth) && !Number.isNaN(Date.parse(date_of_birth));
    },
    offered: ({ event }) =>
      /^[A-Z]{2}$/.test(event.country) && ["id_card", "passport", "residence_permit", "driver_license"].includes(event.document),
    lastPage: ({ context, event }) => (event.side === "front" ? context.back : context.front) !== null,
    attemptsLeft: ({ context }) => context.attempts < 5,
    knownItems: ({ event }) => event.items.length > 0 && event.items.every(({ item }) => item === "selfie"),
  },
  actions: {
    keepConsent: assign({ consent: ({ event }) => event.consent }),
    keepDetails: assign({ details: ({ event }) => event.details }),
    keepDocument: assign({ country: ({ event }) => event.country, document: ({ event }) => event.document }),
    keepPage: assign(({ event }) => ({ [event.side]: event.blob })),
    keepSelfie: assign({ selfie: ({ event }) => event.blob, attempts: ({ context }) => context.attempts + 1 }),
    keepAsks: assign({ asks: ({ event }) => event.items, attempts: 0 }),
  },
}).createMachine({
  id: "collection",
  initial: "welcome",
  context: {
    consent: null, details: null, country: null, document: null, front: null, back: null, selfie: null, attempts: 0, asks: [],
  },
  states: {
    welcome: { on: { start: { guard: "agreed", actions: "keepConsent", target: "personal_details" } } },
    personal_details: {
      on: {
        submit_details: { guard: "named", actions: "keepDetails", target: "document_selection" },
        back: "welcome",
      },
    },
    document_selection: {
      on: {
        select_document: { guard: "offered", actions: "keepDocument", target: "document_photo" },
        back: "personal_details",
      },
    },
    document_photo: {
      on: {
        capture_page: [
          { guard: "lastPage", actions: "keepPage", target: "document_review" },
          { actions: "keepPage" },
        ],
        back: "document_selection",
      },
    },
    document_review: { on: { accept_document: "selfie", back: "document_photo" } },
    selfie: {
      on: {
        capture_selfie: { guard: "attemptsLeft", actions: "keepSelfie", target: "selfie_review" },
        back: "document_review",
      },
    },
    selfie_review: { on: { accept_selfie: "final", back: "selfie" } },
    final: { on: { request_resubmission: { guard: "knownItems", actions: "keepAsks", target: "selfie" } } },
  },
});

export const open = () => createActor(machine).start();
export const restore = (text) => createActor(machine, { snapshot: JSON.parse(text) }).start();
export const encode = (actor) => JSON.stringify(actor.getPersistedSnapshot());
export const at = (actor) => actor.getSnapshot().value;
