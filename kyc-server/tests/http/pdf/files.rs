//! PDFs as honest people have them, and as others make them.

/// A PDF of these objects, numbered from 1; the first is its catalogue.
pub(crate) fn pdf(objects: &[impl AsRef<[u8]>], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        bytes.extend_from_slice(object.as_ref());
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let table = bytes.len();
    let size = objects.len() + 1;
    bytes.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
    for place in places {
        bytes.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    let end =
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

/// One page a text, of A4, in large letters.
pub(crate) fn saying(texts: &[&str]) -> Vec<u8> {
    let drawn = |text: &&str| {
        stream(
            "",
            format!("BT /F1 48 Tf 60 700 Td ({text}) Tj ET").as_bytes(),
        )
    };
    let contents: Vec<_> = texts.iter().map(drawn).collect();
    with_pages(&contents, "[0 0 595 842]", "")
}

/// One page a content, of that size; `more` stands in the catalogue.
pub(crate) fn with_pages(contents: &[Vec<u8>], media_box: &str, more: &str) -> Vec<u8> {
    let kids: Vec<_> = (0..contents.len())
        .map(|index| format!("{} 0 R", 4 + 2 * index))
        .collect();
    let (count, kids) = (kids.len(), kids.join(" "));
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {more} >>").into_bytes(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {count} /MediaBox {media_box} >>")
            .into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    for (index, content) in contents.iter().enumerate() {
        let resources = "<< /Font << /F1 3 0 R >> >>";
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {} 0 R >>",
            5 + 2 * index
        );
        objects.push(page.into_bytes());
        objects.push(content.clone());
    }
    pdf(&objects, "")
}

/// A stream object.
pub(crate) fn stream(filter: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<< /Length {} {filter} >>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// Opens without a password and may not be printed: one page, and the check of an empty password says yes or no.
pub(crate) fn encrypted(opens: bool) -> Vec<u8> {
    // RC4 with 40 bits, computed beforehand from the empty password.
    let mut check = *b"\x7C\xE4\x76\x57\x5A\xE9\x5C\x66\x3C\x9E\xD1\x4B\xE2\x89\xD9\xD6\xC8\x56\xFA\x92\xD9\x6E\x51\xC0\xBA\x7E\x11\xEA\x32\xB7\x87\x8E";
    if !opens {
        check[0] ^= 1;
    }
    let content = b"\xF8\x11\xA3\x7B\x95\xCE\xA6\x19\x56\xDD\x2C\xED\x43\x06\x96\xEA\x11\x1B\x48\xED\xB3\xDD\xB0\x73\xD2\xBC\x09\xD0\x4B\x10\x21\x49\xE6\xC1\x97\xC2\x4E\x7D\xC7\xC2\x85";
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect::<String>()
    };
    let trailer = format!(
        "/ID [<6B79632D73646B2D7465737466696C65> <6B79632D73646B2D7465737466696C65>] /Encrypt << /Filter /Standard \
         /V 1 /R 2 /P -4 /O <C92422687FACEE686E373F10B5C7D04738053152F7E2EE30E11C69EC442576AB> /U <{}> >>",
        hex(&check)
    );
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_vec(),
        stream("", content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    pdf(&objects, &trailer)
}

/// One page, and with it what a PDF may bring that acts: a script, a form, a link, an attachment, a program to start.
pub(crate) fn acting() -> Vec<u8> {
    let content = stream("", b"BT /F1 48 Tf 60 700 Td (Stadtwerke) Tj ET");
    let script = "<< /S /JavaScript /JS (app.alert\\('CANARY'\\)) >>";
    let objects = [
        format!(
            "<< /Type /Catalog /Pages 2 0 R /OpenAction {script} /AcroForm << /Fields [] /XFA (CANARY) >> \
             /Names << /JavaScript << /Names [(a) {script}] >> /EmbeddedFiles << /Names [(a) 6 0 R] >> >> >>"
        )
        .into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /Font << /F1 5 0 R >> >> /Annots [ \
          << /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI (https://canary.example) >> >> \
          << /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A << /S /Launch /F (CANARY.exe) >> >> ] >>"
            .to_vec(),
        content,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
        b"<< /Type /Filespec /F (CANARY.exe) /EF << /F 7 0 R >> >>".to_vec(),
        stream("/Type /EmbeddedFile", b"MZ CANARY"),
    ];
    pdf(&objects, "")
}

/// Its tree of pages leads back into itself.
pub(crate) fn looping() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>",
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1 /Parent 2 0 R >>",
    ];
    pdf(&objects, "")
}

/// No page at all.
pub(crate) fn without_pages() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [] /Count 0 >>",
    ];
    pdf(&objects, "")
}

/// That many pages, and it says there is one.
pub(crate) fn endless(pages: usize) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        String::new(),
    ];
    objects.extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R >>".to_owned()));
    let kids: String = (0..pages)
        .map(|index| format!("{} 0 R ", index + 3))
        .collect();
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count 1 /MediaBox [0 0 595 842] >>");
    pdf(&objects, "")
}

/// A page whose content is a gigabyte of nothing.
pub(crate) fn bomb() -> Vec<u8> {
    let content = stream("/Filter /FlateDecode", &zeros(1 << 30));
    with_pages(&[content], "[0 0 595 842]", "")
}

/// A page that draws a form that draws a form ten times, and so on: ten thousand million lines.
pub(crate) fn tireless() -> Vec<u8> {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
          /Resources << /XObject << /X 5 0 R >> >> >>"
            .to_vec(),
        stream("", b"/X Do"),
    ];
    for depth in 5..15 {
        let filter = format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X {} 0 R >> >>",
            depth + 1
        );
        objects.push(stream(&filter, "/X Do ".repeat(10).as_bytes()));
    }
    let last = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]";
    objects.push(stream(last, b"0 0 m 595 842 l S"));
    pdf(&objects, "")
}

/// That many zeros in zlib's format: every 258 of them are thirteen bits.
fn zeros(count: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // A zero, and then again and again what stands one byte before.
    bits.push_code(0b0011_0000, 8);
    for _ in 0..count / 258 {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let count = 1 + count / 258 * 258;
    let sum = u32::try_from(count % 65_521).unwrap() << 16 | 1;
    [&[0x78, 0x01][..], &bits.whole(), &sum.to_be_bytes()].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u32,
    length: u32,
}

impl Bits {
    /// From its lowest bit on.
    fn push(&mut self, bits: u32, length: u32) {
        self.waiting |= bits << self.length;
        self.length += length;
        while self.length >= 8 {
            self.bytes.push(self.waiting.to_le_bytes()[0]);
            self.waiting >>= 8;
            self.length -= 8;
        }
    }

    /// From its highest bit on, as codes are written.
    fn push_code(&mut self, code: u32, length: u32) {
        self.push(code.reverse_bits() >> (32 - length), length);
    }

    fn whole(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.bytes
    }
}
