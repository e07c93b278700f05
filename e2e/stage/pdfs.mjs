// PDFs as people get them from their electricity company, and one that nobody can open.

/** @typedef {import("./files.mjs").File} File */

/**
 * A bill of so many pages, each with a heading of its own.
 * @param {string[]} pages lines of each page, separated by line feeds
 * @returns {File}
 */
export function bill(pages) {
  const kids = pages.map((_, index) => `${4 + 2 * index} 0 R`).join(" ");
  const objects = [
    // What acts in a PDF is there and comes to nothing.
    "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\('CANARY'\\)) >> >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} /MediaBox [0 0 595 842] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  pages.forEach((text, index) => {
    objects.push(`<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`);
    objects.push(stream(drawn(text)));
  });
  return file("bill.pdf", pdf(objects));
}

/**
 * A bill that asks for a password.
 * @returns {File}
 */
export function locked() {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
    stream("0 0 m 9 9 l S"),
  ];
  // No empty password makes this check come out.
  const [owner, check] = ["C9".repeat(32), "7D".repeat(32)];
  return file("locked.pdf", pdf(objects, `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${owner}> /U <${check}> >>`));
}

/** @param {string} text */
function drawn(text) {
  const [heading = "", ...lines] = text.split("\n");
  const rest = lines.map((line) => `0 -30 Td (${line}) Tj`).join(" ");
  return `0.1 0.35 0.6 rg 0 770 595 72 re f 1 g BT /F1 30 Tf 50 794 Td (${heading}) Tj ET 0 g BT /F1 20 Tf 50 700 Td ${rest} ET`;
}

/** @param {string} content */
function stream(content) {
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
}

/**
 * @param {string[]} objects numbered from 1; the first is the catalogue
 * @param {string} [more] of the trailer
 */
function pdf(objects, more = "") {
  let text = "%PDF-1.7\n";
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  return `${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${more} >>\nstartxref\n${table}\n%%EOF\n`;
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {File}
 */
function file(name, text) {
  return { name, mimeType: "application/pdf", buffer: Buffer.from(text, "latin1") };
}
