/** The small pictures of the page, drawn with the colours of the theme. */
import { svg, html, type TemplateResult } from "lit";
import type { DocumentType, Side } from "@kyc/sdk";

const portrait = (x: number, y: number, size: number): TemplateResult => svg`
  <g transform="translate(${x} ${y}) scale(${size / 40})">
    <rect width="40" height="48" rx="4" class="fill-soft"/>
    <circle cx="20" cy="18" r="8" class="fill-line"/>
    <path d="M6 44c1-10 7-14 14-14s13 4 14 14z" class="fill-line"/>
  </g>`;

const lines = (x: number, y: number, widths: number[]): TemplateResult[] =>
  widths.map((width, index) => svg`<rect x=${x} y=${y + index * 13} width=${width} height="5" rx="2.5" class="fill-line"/>`);

/** What is to be photographed, seen from above. */
export function captureDrawing(subject: Side | "selfie", kind: DocumentType): TemplateResult {
  if (subject === "selfie") {
    return html`<svg class="drawing" viewBox="0 0 240 170" aria-hidden="true">
      <rect x="76" y="8" width="88" height="154" rx="14" class="card"/>
      <ellipse cx="120" cy="76" rx="29" ry="37" class="dashed"/>
      <circle cx="120" cy="70" r="17" class="fill-line"/>
      <path d="M86 134c3-25 18-34 34-34s31 9 34 34z" class="fill-line"/>
      <circle cx="120" cy="148" r="6" class="accent-fill"/>
    </svg>`;
  }
  if (kind === "passport") {
    return html`<svg class="drawing" viewBox="0 0 240 170" aria-hidden="true">
      <rect x="38" y="8" width="164" height="72" rx="8" class="card faint"/>
      <rect x="38" y="82" width="164" height="80" rx="8" class="card accent-stroke"/>
      ${portrait(50, 92, 30)}
      ${lines(94, 96, [70, 92, 54])}
      <path d="M50 142h140M50 151h140" class="mrz"/>
    </svg>`;
  }
  return subject === "front"
    ? html`<svg class="drawing" viewBox="0 0 240 170" aria-hidden="true">
        <rect x="30" y="28" width="180" height="114" rx="10" class="card accent-stroke"/>
        ${portrait(46, 56, 48)}
        <rect x="46" y="40" width="60" height="6" rx="3" class="accent-fill"/>
        ${lines(112, 60, [78, 60, 78, 48, 66])}
      </svg>`
    : html`<svg class="drawing" viewBox="0 0 240 170" aria-hidden="true">
        <rect x="30" y="28" width="180" height="114" rx="10" class="card accent-stroke"/>
        <rect x="30" y="42" width="180" height="16" class="fill-line"/>
        ${lines(46, 70, [90, 64])}
        <rect x="162" y="68" width="34" height="26" rx="4" class="fill-soft"/>
        <path d="M46 108h148M46 118h148M46 128h148" class="mrz"/>
        <path d="M100 14c12-10 32-10 42 1m0 0l1-9m-1 9l-9-1" class="turn"/>
      </svg>`;
}

/** What an additional step asks for can be anything: a sheet of paper stands for it. */
export const sheetDrawing = html`<svg class="drawing" viewBox="0 0 240 170" aria-hidden="true">
  <rect x="70" y="8" width="100" height="154" rx="6" class="card accent-stroke"/>
  <rect x="84" y="22" width="44" height="8" rx="4" class="accent-fill"/>
  ${lines(84, 46, [72, 58, 66])}
  ${lines(84, 98, [72, 72, 50, 64])}
</svg>`;

export function documentDrawing(kind: DocumentType): TemplateResult {
  return html`<svg class="mini" viewBox="0 0 48 36" aria-hidden="true">
    ${kind === "passport"
      ? svg`<rect x="10" y="2" width="28" height="32" rx="3" class="card"/><circle cx="24" cy="14" r="6" class="line"/><path d="M18 26h12" class="line"/>`
      : kind === "driver_license"
        ? svg`<rect x="3" y="4" width="42" height="28" rx="4" class="card"/><path d="M27 12h12M27 18h12M27 24h8" class="line"/><path d="M9 24h14l-2-7h-10z" class="line"/>`
        : kind === "residence_permit"
          ? svg`<rect x="3" y="4" width="42" height="28" rx="4" class="card"/><circle cx="15" cy="15" r="4.5" class="line"/><path d="M8 26c1-5 4-6 7-6s6 1 7 6M28 12h11M28 18h11" class="line"/><rect x="31" y="22" width="8" height="6" rx="1" class="line"/>`
          : svg`<rect x="3" y="4" width="42" height="28" rx="4" class="card"/><circle cx="15" cy="15" r="4.5" class="line"/><path d="M8 26c1-5 4-6 7-6s6 1 7 6M28 12h11M28 18h11M28 24h7" class="line"/>`}
  </svg>`;
}

/** A phone that scans. */
export const phoneDrawing: TemplateResult = html`<svg class="phone" viewBox="0 0 48 64" aria-hidden="true">
  <rect x="6" y="3" width="36" height="58" rx="7" class="card accent-stroke"/>
  <path d="M21 54h6" class="line"/>
  <path d="M14 22v-6h6M28 16h6v6M34 34v6h-6M20 40h-6v-6" class="line"/>
  <rect x="20" y="24" width="8" height="8" rx="1.500" class="accent-fill"/>
</svg>`;

export function seal(sign: "waiting" | "approved" | "rejected" | "ended"): TemplateResult {
  return html`<svg class="seal ${sign}" viewBox="0 0 72 72" aria-hidden="true">
    <circle cx="36" cy="36" r="33" class="disc"/>
    ${sign === "approved"
      ? svg`<path d="M22 37l10 10 19-22" class="sign"/>`
      : sign === "rejected"
        ? svg`<path d="M36 21v19M36 49v1.500" class="sign"/>`
        : sign === "ended"
          ? svg`<path d="M24 36h24" class="sign"/>`
          : svg`<path d="M36 20v17l11 7" class="sign"/>`}
  </svg>`;
}
