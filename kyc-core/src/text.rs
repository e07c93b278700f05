//! How what is one text in JSON is read: one of a few words, or a name that is parsed.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};

/// Reads one of the words; tells which.
pub(crate) fn one_of<'de, D: Deserializer<'de>>(
    words: &'static [&'static str],
    deserializer: D,
) -> Result<usize, D::Error> {
    deserializer.deserialize_str(Words(words))
}

/// Reads what can be parsed.
pub(crate) fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Parsed(PhantomData))
}

/// Reading and writing of what is one text: parsed from it, and written as `as_str` has it.
macro_rules! as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::parsed(deserializer)
            }
        }
    };
}
pub(crate) use as_text;

/// The same of what JSON escapes no letter of, in the charts as well.
macro_rules! as_word {
    ($name:ty = $blank:expr) => {
        crate::text::as_text!($name);

        impl crate::json::Write for $name {
            fn write(&self, text: &mut alloc::vec::Vec<u8>) {
                crate::json::word(text, self.as_str());
            }
        }

        impl crate::json::Read for $name {
            fn blank() -> Self {
                $blank
            }

            #[inline(never)]
            fn read(&mut self, reader: &mut crate::json::Reader<'_>) -> crate::json::Found<()> {
                *self = crate::json::parsed(&reader.text()?)?;
                Ok(())
            }
        }
    };
}
pub(crate) use as_word;

struct Words(&'static [&'static str]);

impl Visitor<'_> for Words {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a word")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<usize, E> {
        let place = self.0.iter().position(|word| *word == text);
        place.ok_or_else(|| E::unknown_variant(text, self.0))
    }
}

struct Parsed<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
