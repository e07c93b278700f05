/** The applicant's walk in Ballerine's workflow-core: its statechart is JSON, its guards are json-logic. */
import { createWorkflow } from "@ballerine/workflow-core";

const when = (logic) => ({ type: "json-logic", options: { rule: logic } });
const to = (target) => ({ target });

const definition = {
  id: "collection",
  predictableActionArguments: true,
  initial: "welcome",
  states: {
    welcome: { on: { start: to("personal_details") } },
    personal_details: {
      on: {
        submit_details: { target: "document_selection", cond: when({ "!!": { var: "entity.family_name" } }) },
        back: to("welcome"),
      },
    },
    document_selection: { on: { select_document: to("document_photo"), back: to("personal_details") } },
    document_photo: { on: { capture_page: to("document_review"), back: to("document_selection") } },
    document_review: { on: { accept_document: to("selfie"), back: to("document_photo") } },
    selfie: { on: { capture_selfie: to("selfie_review"), back: to("document_review") } },
    selfie_review: { on: { accept_selfie: to("final"), back: to("selfie") } },
    final: { on: { request_resubmission: to("selfie") } },
  },
};

const named = { entity: { given_names: "Erika", family_name: "Mustermann", date_of_birth: "1964-08-12" }, documents: [] };

/** What its applicant typed lies in its context from the start: its events carry nothing into it. */
export const open = (state, machineContext = named) =>
  createWorkflow({
    runtimeId: "0123456789abcdef0123456789abcdef",
    definition,
    definitionType: "statechart-json",
    workflowContext: state === undefined ? { machineContext } : { machineContext, state },
  });

export const nameless = () => open("personal_details", { entity: {}, documents: [] });
export const encode = (workflow) => {
  const { value, context } = workflow.getSnapshot();
  return JSON.stringify({ value, context });
};
export const restore = (text) => {
  const { value, context } = JSON.parse(text);
  return open(value, context);
};
export const at = (workflow) => workflow.getSnapshot().value;
