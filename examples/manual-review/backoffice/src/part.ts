/** What every element of the page shares: it lives in the page's own tree, so that one style sheet and one set of labels hold. */
import { LitElement, nothing, type TemplateResult } from "lit";

export type Drawn = TemplateResult | typeof nothing;

export abstract class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
