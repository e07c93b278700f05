//! Writing: everything behind everything else, without a space.

use alloc::vec::Vec;

use super::{Field, Write, scan};

/// An object with these fields. Those that are left out when they are blank are left out.
pub(crate) fn object(text: &mut Vec<u8>, fields: &[Field], values: &[&dyn Write]) {
    let start = text.len();
    for (field, value) in fields.iter().zip(values) {
        if field.is_left_out && value.is_blank() {
            continue;
        }
        text.extend_from_slice(field.key.as_bytes());
        value.write(text);
    }
    // The comma before the first field.
    match text.get_mut(start) {
        Some(first) => *first = b'{',
        None => text.push(b'{'),
    }
    text.push(b'}');
}

/// Values in order: one writer for the lists of all types, in place of one for each.
pub(super) trait Listed {
    fn at(&self, place: usize) -> Option<&dyn Write>;
}

/// Values in order, each with its name.
pub(super) trait ListedByName {
    fn at(&self, place: usize) -> Option<(&dyn Write, &dyn Write)>;
}

pub(super) fn list(text: &mut Vec<u8>, values: &dyn Listed) {
    text.push(b'[');
    let mut place = 0;
    while let Some(value) = values.at(place) {
        place += 1;
        if place > 1 {
            text.push(b',');
        }
        value.write(text);
    }
    text.push(b']');
}

pub(super) fn map(text: &mut Vec<u8>, entries: &dyn ListedByName) {
    text.push(b'{');
    let mut place = 0;
    while let Some((name, value)) = entries.at(place) {
        place += 1;
        if place > 1 {
            text.push(b',');
        }
        name.write(text);
        text.push(b':');
        value.write(text);
    }
    text.push(b'}');
}

pub(super) fn quote(text: &mut Vec<u8>, value: &[u8]) {
    text.push(b'"');
    let mut rest = value;
    loop {
        let (plain, behind) = rest
            .split_at_checked(scan::plain(rest))
            .unwrap_or((rest, &[]));
        text.extend_from_slice(plain);
        let Some((special, behind)) = behind.split_first() else {
            break;
        };
        escape(text, *special);
        rest = behind;
    }
    text.push(b'"');
}

/// A text of which nothing is escaped, as all words and names of the charts are.
pub(crate) fn word(text: &mut Vec<u8>, word: &str) {
    debug_assert_eq!(scan::plain(word.as_bytes()), word.len());
    text.push(b'"');
    text.extend_from_slice(word.as_bytes());
    text.push(b'"');
}

#[cold]
fn escape(text: &mut Vec<u8>, special: u8) {
    let short = match special {
        b'"' | b'\\' => special,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        control => {
            text.extend_from_slice(b"\\u00");
            text.extend(
                [control >> 4, control & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]),
            );
            return;
        }
    };
    text.extend_from_slice(&[b'\\', short]);
}

pub(super) fn digits(text: &mut Vec<u8>, mut number: u64) {
    if number < 10 {
        text.push(b'0' + number as u8);
        return;
    }
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        first -= 1;
        if number == 0 {
            break;
        }
    }
    text.extend_from_slice(digits.get(first..).unwrap_or_default());
}
