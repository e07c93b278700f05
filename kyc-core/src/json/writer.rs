//! Writing: everything behind everything else, without a space.

use alloc::vec::Vec;

use super::{Write, scan};

/// A field of an object, behind those that were put there before.
pub(crate) fn put(text: &mut Vec<u8>, key: &str, value: &impl Write) {
    plain(text, key);
    value.write(text);
}

/// What is JSON already: the key of a field, or a value.
#[inline(never)]
pub(crate) fn plain(text: &mut Vec<u8>, json: &str) {
    text.extend_from_slice(json.as_bytes());
}

/// Makes an object of the fields that were put behind `begin`.
pub(crate) fn close(text: &mut Vec<u8>, begin: usize) {
    // In place of the comma before the first field.
    match text.get_mut(begin) {
        Some(first) => *first = b'{',
        None => text.push(b'{'),
    }
    text.push(b'}');
}

/// Values in order: one writer for the lists of all types, in place of one for each.
pub(super) trait Listed {
    /// Writes the value at a place, with its name if it has one; tells whether there is one.
    fn write_at(&self, place: usize, text: &mut Vec<u8>) -> bool;
}

pub(super) fn list(text: &mut Vec<u8>, opening: u8, values: &dyn Listed) {
    text.push(opening);
    let mut place = 0;
    while values.write_at(place, text) {
        text.push(b',');
        place += 1;
    }
    if place > 0 {
        text.pop();
    }
    // Both lie two places apart in ASCII.
    text.push(opening + 2);
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
