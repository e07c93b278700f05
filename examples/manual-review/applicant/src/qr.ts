/** A text as a QR code, drawn here: what is in it goes nowhere else. */
import { svg, type TemplateResult } from "lit";
import { encode } from "uqr";

/** Dark on light in any theme, with the quiet edge that scanners look for. */
const EDGE = 4;

export function qrCode(text: string, title: string): TemplateResult {
  const { size, data } = encode(text, { ecc: "M", border: EDGE });
  return svg`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-labelledby="qr-title" shape-rendering="crispEdges" data-testid="qr">
    <title id="qr-title">${title}</title>
    <rect width=${size} height=${size} fill="#fff"/>
    <path d=${pathOf(data)} fill="#000"/>
  </svg>`;
}

/** One stroke for every run of dark squares. */
export function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      let end = x;
      while (row[end + 1] === true) end += 1;
      path += `M${x} ${y}h${end - x + 1}v1H${x}z`;
      x = end;
    }
  });
  return path;
}
