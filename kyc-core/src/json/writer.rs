//! Writing: everything behind everything else, without a space.

use std::fmt;

use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use super::{Malformed, scan};

/// Puts values behind a text.
pub(super) struct Writer<'a>(pub(super) &'a mut Vec<u8>);

/// A list or an object that is not closed yet.
pub(super) struct Open<'a> {
    text: &'a mut Vec<u8>,
    end: u8,
}

type Written = Result<(), Malformed>;

impl<'a> Writer<'a> {
    fn put(self, text: &[u8]) -> Written {
        self.0.extend_from_slice(text);
        Ok(())
    }

    fn open(self, begin: u8, end: u8) -> Open<'a> {
        self.0.push(begin);
        Open { text: self.0, end }
    }
}

impl Open<'_> {
    /// A comma, unless the list or the object has only just begun: no value ends like that.
    fn separate(&mut self) {
        if !matches!(self.text.last(), Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    /// The name of a field: a word of ours, in which nothing is escaped.
    fn name(&mut self, name: &'static str) {
        debug_assert_eq!(scan::plain(name.as_bytes()), name.len());
        self.separate();
        self.text.push(b'"');
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
    }

    fn close(self) {
        self.text.push(self.end);
    }
}

fn quote(text: &mut Vec<u8>, value: &[u8]) {
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

fn digits(text: &mut Vec<u8>, mut number: u64) {
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

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Malformed;
    type SerializeSeq = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeTuple = Impossible<(), Malformed>;
    type SerializeTupleStruct = Impossible<(), Malformed>;
    type SerializeTupleVariant = Impossible<(), Malformed>;
    type SerializeStructVariant = Impossible<(), Malformed>;

    fn serialize_bool(self, value: bool) -> Written {
        self.put(if value { b"true" } else { b"false" })
    }

    fn serialize_u8(self, value: u8) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written {
        digits(self.0, value);
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Written {
        quote(self.0, value.as_bytes());
        Ok(())
    }

    fn serialize_none(self) -> Written {
        self.put(b"null")
    }

    fn serialize_unit(self) -> Written {
        self.put(b"null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, Malformed> {
        Ok(self.open(b'[', b']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Malformed> {
        Ok(self.open(b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Malformed> {
        Ok(self.open(b'{', b'}'))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Written {
        Err(Malformed)
    }

    // None of the following occurs in a chart.

    fn serialize_i8(self, _: i8) -> Written {
        Err(Malformed)
    }

    fn serialize_i16(self, _: i16) -> Written {
        Err(Malformed)
    }

    fn serialize_i32(self, _: i32) -> Written {
        Err(Malformed)
    }

    fn serialize_i64(self, _: i64) -> Written {
        Err(Malformed)
    }

    fn serialize_f32(self, _: f32) -> Written {
        Err(Malformed)
    }

    fn serialize_f64(self, _: f64) -> Written {
        Err(Malformed)
    }

    fn serialize_char(self, _: char) -> Written {
        Err(Malformed)
    }

    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(Malformed)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        Err(Malformed)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        Err(Malformed)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Malformed> {
        Err(Malformed)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Malformed> {
        Err(Malformed)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Malformed> {
        Err(Malformed)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Malformed> {
        Err(Malformed)
    }
}

impl SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.separate();
        value.serialize(Writer(self.text))
    }

    fn end(self) -> Written {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.separate();
        let before = self.text.len();
        key.serialize(Writer(self.text))?;
        let is_text = self.text.get(before) == Some(&b'"');
        self.text.push(b':');
        is_text.then_some(()).ok_or(Malformed)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(Writer(self.text))
    }

    fn end(self) -> Written {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.name(name);
        value.serialize(Writer(self.text))
    }

    fn end(self) -> Written {
        self.close();
        Ok(())
    }
}
