//! Reading: one pass over the text, which is borrowed from wherever it needs no unescaping.

use alloc::borrow::{Cow, ToOwned as _};

use super::{Found, Malformed, scan};

/// What is left of a text.
pub(crate) struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// An object with these fields and no other, in any order.
    pub(crate) fn record(
        &mut self,
        keys: &[&str],
        needed: u32,
        record: &mut dyn Fields,
    ) -> Found<()> {
        let mut missing = u32::MAX;
        let mut expected = 0;
        let mut items = Items::within(self, b'{')?;
        while let Some(place) = items.next_field(self, keys, expected)? {
            let bit = 1 << place;
            if missing & bit == 0 {
                return Err(Malformed);
            }
            missing ^= bit;
            expected = place + 1;
            record.read_field(place, self)?;
        }
        (missing & needed == 0).then_some(()).ok_or(Malformed)
    }

    /// A list, whatever of.
    pub(super) fn list(&mut self, list: &mut dyn Grows) -> Found<()> {
        let mut items = Items::within(self, b'[')?;
        while items.next(self)? {
            list.another("", self)?;
        }
        Ok(())
    }

    /// An object with names of its own.
    pub(super) fn map(&mut self, map: &mut dyn Grows) -> Found<()> {
        let mut items = Items::within(self, b'{')?;
        while let Some(name) = items.next_name(self)? {
            map.another(&name, self)?;
        }
        Ok(())
    }

    /// One field of an object as it is written, whatever else it has.
    pub(super) fn field(&mut self, wanted: &str) -> Found<&'a str> {
        let mut found = None;
        let mut items = Items::within(self, b'{')?;
        while let Some(name) = items.next_name(self)? {
            let value = self.raw()?;
            if name == wanted && found.replace(value).is_some() {
                return Err(Malformed);
            }
        }
        found.ok_or(Malformed)
    }

    /// One of these words; tells which.
    pub(crate) fn one_of(&mut self, words: &[&str]) -> Found<usize> {
        let text = self.text()?;
        let place = words.iter().position(|word| *word == text);
        place.ok_or(Malformed)
    }

    /// A value as it is written, for whoever reads it in another way.
    pub(crate) fn raw(&mut self) -> Found<&'a str> {
        self.peek();
        let before = self.rest;
        self.pass()?;
        let length = before.len() - self.rest.len();
        before.get(..length).ok_or(Malformed)
    }

    /// Nothing is left.
    pub(crate) fn end(&mut self) -> Found<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    /// The next character that is no space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.rest.as_bytes().first() {
            self.skip(1);
        }
        self.rest.as_bytes().first().copied()
    }

    /// Whether that character comes at once.
    fn is_at(&self, wanted: u8) -> bool {
        self.rest.as_bytes().first() == Some(&wanted)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Takes that character, if it is the next one.
    fn take(&mut self, wanted: u8) -> bool {
        let is_next = self.is_at(wanted) || self.peek() == Some(wanted);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    fn need(&mut self, wanted: u8) -> Found<()> {
        self.take(wanted).then_some(()).ok_or(Malformed)
    }

    /// Takes that text, if it comes next to the letter.
    pub(crate) fn is_next(&mut self, written: &str) -> bool {
        let behind = self.rest.strip_prefix(written);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// Takes that word, if it is the next one.
    pub(super) fn word(&mut self, word: &str) -> Found<()> {
        self.peek();
        self.rest = self.rest.strip_prefix(word).ok_or(Malformed)?;
        Ok(())
    }

    /// Takes `null`, if it comes next.
    pub(super) fn null(&mut self) -> Found<bool> {
        let is_next = self.peek() == Some(b'n');
        if is_next {
            self.word("null")?;
        }
        Ok(is_next)
    }

    /// A whole number that is not negative: all that the charts know.
    pub(super) fn number(&mut self) -> Found<u64> {
        let (mut number, mut length) = (0_u64, 0);
        self.peek();
        for digit in self.rest.bytes().map(|byte| byte.wrapping_sub(b'0')) {
            if digit > 9 {
                break;
            }
            // What has so few digits fits.
            if length < 19 {
                number = number * 10 + u64::from(digit);
            } else {
                let ten_times = number.checked_mul(10).ok_or(Malformed)?;
                number = ten_times.checked_add(digit.into()).ok_or(Malformed)?;
            }
            length += 1;
        }
        let has_idle_zero = length > 1 && self.rest.starts_with('0');
        self.skip(length);
        match self.rest.as_bytes().first() {
            _ if length == 0 || has_idle_zero => Err(Malformed),
            Some(b'.' | b'e' | b'E') => Err(Malformed),
            _ => Ok(number),
        }
    }

    pub(crate) fn text(&mut self) -> Found<Cow<'a, str>> {
        self.need(b'"')?;
        let plain = self.plain()?;
        if self.is_at(b'"') {
            self.skip(1);
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            let mut behind = self.rest.chars();
            match behind.next() {
                Some('"') => {
                    self.rest = behind.as_str();
                    return Ok(Cow::Owned(text));
                }
                Some('\\') => self.rest = behind.as_str(),
                // A control character, or the end of it all.
                _ => return Err(Malformed),
            }
            text.push(self.escaped()?);
            text.push_str(self.plain()?);
        }
    }

    /// What needs no unescaping.
    fn plain(&mut self) -> Found<&'a str> {
        let length = scan::plain(self.rest.as_bytes());
        let (plain, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(plain)
    }

    /// The character that is written behind a backslash.
    fn escaped(&mut self) -> Found<char> {
        let mut behind = self.rest.chars();
        let letter = behind.next().ok_or(Malformed)?;
        self.rest = behind.as_str();
        Ok(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                match char::from_u32(first) {
                    Some(character) => character,
                    None => self.second(first)?,
                }
            }
            _ => return Err(Malformed),
        })
    }

    /// Half of a character that takes two: the other half follows.
    fn second(&mut self, first: u32) -> Found<char> {
        self.rest = self.rest.strip_prefix("\\u").ok_or(Malformed)?;
        let second = self.unit()?;
        match (first, second) {
            (0xd800..0xdc00, 0xdc00..0xe000) => {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                char::from_u32(code).ok_or(Malformed)
            }
            _ => Err(Malformed),
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Found<u32> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(Malformed)?;
        self.rest = rest;
        digits.chars().try_fold(0, |unit, digit| {
            Ok(unit << 4 | digit.to_digit(16).ok_or(Malformed)?)
        })
    }

    /// Any value at all, for one that nobody asks for. That it is balanced is enough.
    fn pass(&mut self) -> Found<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Malformed)? {
                b'"' => drop(self.text()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.skip(1);
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Malformed)?;
                    self.skip(1);
                }
                b',' | b':' if depth > 0 => {
                    self.skip(1);
                    continue;
                }
                b',' | b':' => return Err(Malformed),
                _ => self.literal()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A number or a word.
    fn literal(&mut self) -> Found<()> {
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        match self.rest.bytes().take_while(|byte| is_part(byte)).count() {
            0 => Err(Malformed),
            length => {
                self.skip(length);
                Ok(())
            }
        }
    }
}

/// What one value after the other is read into: one reader for the lists of all types, in place of one for each.
pub(super) trait Grows {
    /// Reads the next value, which has that name if it has one.
    fn another(&mut self, name: &str, reader: &mut Reader<'_>) -> Found<()>;
}

/// What the fields of an object are read into, whatever of.
pub(crate) trait Fields {
    fn read_field(&mut self, place: usize, reader: &mut Reader<'_>) -> Found<()>;
}

/// The elements of a list or an object, one by one. Whoever reads them reads all.
pub(crate) struct Items {
    end: u8,
    is_first: bool,
}

impl Items {
    /// Those between `[` or `{` and its counterpart.
    pub(crate) fn within(reader: &mut Reader<'_>, opening: u8) -> Found<Self> {
        reader.need(opening)?;
        Ok(Self {
            // Both lie two places apart in ASCII.
            end: opening + 2,
            is_first: true,
        })
    }

    /// Goes on to the next one, or behind the end.
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>) -> Found<bool> {
        if reader.take(self.end) {
            return Ok(false);
        }
        if !self.is_first {
            reader.need(b',')?;
        }
        self.is_first = false;
        Ok(true)
    }

    /// Goes on to the next value and tells which of the fields it is, or goes behind the end.
    fn next_field(
        &mut self,
        reader: &mut Reader<'_>,
        keys: &[&str],
        expected: usize,
    ) -> Found<Option<usize>> {
        let behind = keys.get(expected..).unwrap_or_default();
        // Whoever writes a record writes its fields in order, and no space.
        let opening = if self.is_first { b'"' } else { b',' };
        if reader.is_at(opening) {
            for (place, key) in behind.iter().enumerate() {
                let key = key.get(usize::from(self.is_first)..);
                if reader.is_next(key.unwrap_or_default()) {
                    self.is_first = false;
                    return Ok(Some(expected + place));
                }
            }
        }
        let Some(name) = self.next_name(reader)? else {
            return Ok(None);
        };
        let is_it = |key: &&str| key.get(2..key.len() - 2) == Some(&*name);
        let place = keys.iter().position(is_it);
        place.ok_or(Malformed).map(Some)
    }

    /// Goes on to the next value and tells its name, or goes behind the end.
    pub(crate) fn next_name<'a>(&mut self, reader: &mut Reader<'a>) -> Found<Option<Cow<'a, str>>> {
        if !self.next(reader)? {
            return Ok(None);
        }
        let name = reader.text()?;
        reader.need(b':')?;
        Ok(Some(name))
    }
}
