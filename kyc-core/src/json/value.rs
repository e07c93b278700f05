//! Values that read and write themselves: what every chart is made of.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

use super::reader::{Grows, Reader};
use super::writer::{self, Listed};
use super::{Found, Malformed, Read, Write};
use crate::small_map::SmallMap;

impl Write for bool {
    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(if *self { b"true" } else { b"false" });
    }

    fn is_blank(&self) -> bool {
        !self
    }
}

impl Read for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        *self = reader.peek() == Some(b't');
        reader.word(if *self { "true" } else { "false" })
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Write for $number {
            fn write(&self, text: &mut Vec<u8>) {
                writer::digits(text, u64::from(*self));
            }
        }

        impl Read for $number {
            fn blank() -> Self {
                0
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
                *self = Self::try_from(reader.number()?).map_err(|_| Malformed)?;
                Ok(())
            }
        }
    )*};
}

numbers!(u16, u32, u64);

impl Write for str {
    fn write(&self, text: &mut Vec<u8>) {
        writer::quote(text, self.as_bytes());
    }
}

impl Write for String {
    fn write(&self, text: &mut Vec<u8>) {
        writer::quote(text, self.as_bytes());
    }
}

impl Read for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        *self = reader.text()?.into_owned();
        Ok(())
    }
}

impl Write for &str {
    fn write(&self, text: &mut Vec<u8>) {
        writer::quote(text, self.as_bytes());
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, text: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(text),
            None => text.extend_from_slice(b"null"),
        }
    }

    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T: Read> Read for Option<T> {
    const MAY_MISS: bool = true;

    fn blank() -> Self {
        None
    }

    #[inline(never)]
    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        if reader.null()? {
            return Ok(());
        }
        self.get_or_insert_with(T::blank).read(reader)
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, text: &mut Vec<u8>) {
        writer::list(text, b'[', self);
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Read> Read for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        reader.list(self)
    }
}

impl<T: Write> Listed for Vec<T> {
    fn write_at(&self, place: usize, text: &mut Vec<u8>) -> bool {
        let value = self.get(place);
        if let Some(value) = value {
            value.write(text);
        }
        value.is_some()
    }
}

impl<T: Read> Grows for Vec<T> {
    fn another(&mut self, _: &str, reader: &mut Reader<'_>) -> Found<()> {
        self.push(T::blank());
        self.last_mut().ok_or(Malformed)?.read(reader)
    }
}

impl<K: Write, V: Write> Write for SmallMap<K, V> {
    fn write(&self, text: &mut Vec<u8>) {
        writer::list(text, b'{', self);
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<K: FromStr + Ord, V: Read> Read for SmallMap<K, V> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        reader.map(self)
    }
}

impl<K: Write, V: Write> Listed for SmallMap<K, V> {
    fn write_at(&self, place: usize, text: &mut Vec<u8>) -> bool {
        let entry = self.entry(place);
        if let Some((name, value)) = entry {
            name.write(text);
            text.push(b':');
            value.write(text);
        }
        entry.is_some()
    }
}

impl<K: FromStr + Ord, V: Read> Grows for SmallMap<K, V> {
    fn another(&mut self, name: &str, reader: &mut Reader<'_>) -> Found<()> {
        self.lay(parsed(name)?, V::blank()).read(reader)
    }
}

/// Reads what can be parsed from a text.
pub(crate) fn parsed<T: FromStr>(text: &str) -> Found<T> {
    text.parse().map_err(|_| Malformed)
}
