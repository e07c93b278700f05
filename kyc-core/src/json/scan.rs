//! Where a text stops being what it looks like: the next character that JSON escapes.

/// How many bytes stand before the next quotation mark, backslash or control character; all of them when there is none.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let mut length = 0;
    // Eight at a time: most texts are plain to their end.
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest.iter().position(is_special).unwrap_or(rest.len())
}

fn is_special(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..0x20)
}

/// The highest bit of each byte that is special. Behind the first one others may be marked that are not.
const fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * 0x20);
    let zero = quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash;
    (control & !word | zero) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_at_every_place_and_no_other() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'a'; 20];
                bytes[place] = byte;
                let expected = if is_special(&byte) { place } else { 20 };
                assert_eq!(plain(&bytes), expected, "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn of_several_the_first_is_found() {
        assert_eq!(plain(b"abc\"\\d\"e"), 3);
        assert_eq!(plain("äöü \u{7f}\n".as_bytes()), 8);
        assert_eq!(plain(b""), 0);
    }
}
