//! Reading: one pass over the text, which is borrowed from wherever it needs no unescaping.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::{Malformed, scan};

/// What is left of a text.
pub(super) struct Reader<'de> {
    rest: &'de str,
}

type Found<T> = Result<T, Malformed>;

impl<'de> Reader<'de> {
    pub(super) const fn new(text: &'de str) -> Self {
        Self { rest: text }
    }

    /// Nothing is left.
    pub(super) fn end(&mut self) -> Found<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Malformed),
        }
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.rest.as_bytes().first() {
            self.skip(1);
        }
        self.rest.as_bytes().first().copied()
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Takes that character, if it is the next one.
    fn take(&mut self, wanted: u8) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    fn need(&mut self, wanted: u8) -> Found<()> {
        self.take(wanted).then_some(()).ok_or(Malformed)
    }

    /// Takes that word, if it is the next one.
    fn word(&mut self, word: &str) -> Found<()> {
        self.peek();
        self.rest = self.rest.strip_prefix(word).ok_or(Malformed)?;
        Ok(())
    }

    /// Takes `null`, if it comes next.
    fn null(&mut self) -> Found<bool> {
        let is_next = self.peek() == Some(b'n');
        if is_next {
            self.word("null")?;
        }
        Ok(is_next)
    }

    /// A whole number that is not negative: all that the charts know.
    fn number(&mut self) -> Found<u64> {
        let (mut number, mut length) = (0_u64, 0);
        self.peek();
        for digit in self.rest.bytes().take_while(u8::is_ascii_digit) {
            let ten_times = number.checked_mul(10).ok_or(Malformed)?;
            number = ten_times
                .checked_add((digit - b'0').into())
                .ok_or(Malformed)?;
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

    fn text(&mut self) -> Found<Cow<'de, str>> {
        self.need(b'"')?;
        let plain = self.plain()?;
        if self.rest.starts_with('"') {
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
    fn plain(&mut self) -> Found<&'de str> {
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
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        match self.rest.bytes().take_while(|byte| is_part(byte)).count() {
            0 => Err(Malformed),
            length => {
                self.skip(length);
                Ok(())
            }
        }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        match self.peek().ok_or(Malformed)? {
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'"' => self.deserialize_str(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => self.deserialize_u64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        if self.peek() == Some(b't') {
            self.word("true")?;
            return visitor.visit_bool(true);
        }
        self.word("false")?;
        visitor.visit_bool(false)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        visitor.visit_str(&self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        match self.null()? {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Found<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.need(b'[')?;
        visitor.visit_seq(Items::new(self, b']'))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.need(b'{')?;
        visitor.visit_map(Items::new(self, b'}'))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Found<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Found<V::Value> {
        self.pass()?;
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Found<V::Value> {
        // Words read themselves, and no chart has another enum that is not named inside.
        Err(Malformed)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 f32 f64 char bytes byte_buf unit_struct tuple tuple_struct
    }
}

/// The elements of a list or an object, one by one. Whoever reads them reads all.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    end: u8,
    is_first: bool,
}

impl<'a, 'de> Items<'a, 'de> {
    const fn new(reader: &'a mut Reader<'de>, end: u8) -> Self {
        Self {
            reader,
            end,
            is_first: true,
        }
    }

    /// Goes on to the next one, or behind the end.
    fn next(&mut self) -> Found<bool> {
        if self.reader.take(self.end) {
            return Ok(false);
        }
        if !self.is_first {
            self.reader.need(b',')?;
        }
        self.is_first = false;
        Ok(true)
    }

    /// Goes on to the next name, or behind the end.
    fn next_name(&mut self) -> Found<bool> {
        match self.next()? {
            true if self.reader.peek() != Some(b'"') => Err(Malformed),
            is_there => Ok(is_there),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Found<Option<T::Value>> {
        if !self.next()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Found<Option<K::Value>> {
        match self.next_name()? {
            true => seed.deserialize(&mut *self.reader).map(Some),
            false => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Found<V::Value> {
        self.reader.need(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}
