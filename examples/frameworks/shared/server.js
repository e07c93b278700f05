/** A server in the page, so that the examples need none. Yours is `new HttpTransport(await HttpTransport.exchange(code))`. */

export const consent = { version: "1", locale: "en" };

const flow = {
  id: "example",
  version: 1,
  steps: ["welcome", "personal_details", "document_selection", "document_photo", "document_review", "selfie", "selfie_review", "final"],
  consent: consent.version,
  minimum_age: 18,
  documents: [{ type: "passport", sides: ["front"] }],
};

/** The five functions of a `Transport`, over a chart of its own. */
export function serverWith(Chart) {
  const session = "s-1";
  const chart = Chart.open(flow, session, Date.now());
  return {
    session,
    now: () => Date.now(),
    load: async () => ({ view: chart.view(), flow, snapshot: chart.snapshot() }),
    async post(event) {
      const answer = chart.handle(event, Date.now());
      return answer.outcome === "step" ? { ok: true, step: answer } : { ok: false, problem: { status: 409, ...answer } };
    },
    upload: async () => Promise.reject(new Error("nothing is photographed here")),
    follow() {},
  };
}
