//! JSON as the charts are written and read: the same text as serde_json's, by little code, because a browser downloads it.
//!
//! What does not fit is [`Malformed`], without its place and without a word of the text. Who has to tell a person what is wrong
//! with a file reads it with serde_json.

mod reader;
mod record;
mod scan;
mod value;
mod writer;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub(crate) use self::reader::{Fields, Reader};
pub(crate) use self::record::{
    Field, all_are_left_out, anew, field, key, keys, needed, records, start, written,
};
pub(crate) use self::value::parsed;
pub(crate) use self::writer::{close, plain, put, word};

/// Not JSON, or not of the right shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

pub(crate) type Found<T> = Result<T, Malformed>;

/// A value that can be written.
pub trait Write {
    /// Puts it behind a text.
    fn write(&self, text: &mut Vec<u8>);

    /// Whether it is left out of a record where the record leaves out what is blank.
    fn is_blank(&self) -> bool {
        false
    }
}

/// A value that is read in its place. Where a function is kept apart with `inline(never)`, a browser downloads less for it.
pub(crate) trait Read: Sized {
    /// Whether a record without it can be read, whatever it says.
    const MAY_MISS: bool = false;

    /// What stands in the place before. Nobody sees it: who fails to read lets all go.
    fn blank() -> Self;

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()>;
}

/// The value as text.
pub fn write(value: &dyn Write) -> String {
    let mut text = Vec::with_capacity(USUAL);
    value.write(&mut text);
    as_text(text)
}

/// What was written, as text.
pub(crate) fn as_text(written: Vec<u8>) -> String {
    match String::from_utf8(written) {
        Ok(text) => text,
        Err(_) => unreachable!("what is written is put together from texts"),
    }
}

/// The value that the text holds, and nothing behind it.
///
/// # Errors
///
/// [`Malformed`].
pub(crate) fn read<T: Read>(text: &str) -> Found<T> {
    let mut value = T::blank();
    let mut reader = Reader::new(text);
    value.read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// One field of the object that the text holds, whatever else it has.
pub(crate) fn read_field<T: Read>(text: &str, name: &str) -> Found<T> {
    let mut reader = Reader::new(text);
    let value = reader.field(name)?;
    reader.end()?;
    read(value)
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not JSON of the right shape")
    }
}

impl core::error::Error for Malformed {}

/// What most snapshots and views fit in.
pub(crate) const USUAL: usize = 1024;

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use proptest::prelude::*;

    use super::*;
    use crate::small_map::SmallMap;

    records! {
        /// Of everything that a chart has, something.
        #[derive(Clone, Debug, PartialEq)]
        struct Sample {
            text: String,
            number: u64,
            #[serde(rename = "type")]
            small: u16,
            truth: bool,
            nothing: Option<u32>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            inner: Option<Inner>,
            #[serde(default)]
            list: Vec<Option<u32>>,
            #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
            map: SmallMap<String, Vec<String>>,
            #[serde(default)]
            usual: Usual,
        }

        #[derive(Clone, Debug, PartialEq)]
        struct Inner {
            #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
            number: Option<u64>,
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            truth: bool,
        }

        /// Left out, it is not what it is when it is empty.
        #[derive(Clone, Debug, PartialEq)]
        struct Usual {
            number: Option<u32>,
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            list: Vec<u32>,
        }
    }

    impl Default for Usual {
        fn default() -> Self {
            Self {
                number: Some(10),
                list: vec![1, 2],
            }
        }
    }

    fn samples() -> impl Strategy<Value = Sample> {
        let text = || {
            prop_oneof![
                any::<String>(),
                "[ -~]{0,20}",
                "[\0-\u{1f}\"\\\\/é😀]{0,12}"
            ]
        };
        let map =
            proptest::collection::btree_map(text(), proptest::collection::vec(text(), 0..3), 0..4);
        let list = proptest::collection::vec(any::<Option<u32>>(), 0..4);
        let inner =
            any::<(Option<u64>, bool)>().prop_map(|(number, truth)| Inner { number, truth });
        let numbers = any::<(u64, u16, bool, Option<u32>)>();
        let usual = (
            any::<Option<u32>>(),
            proptest::collection::vec(0_u32..9, 0..3),
        )
            .prop_map(|(number, list)| Usual { number, list });
        (
            text(),
            numbers,
            proptest::option::of(inner),
            list,
            map,
            usual,
        )
            .prop_map(
                |(text, (number, small, truth, nothing), inner, list, map, usual)| Sample {
                    text,
                    number,
                    small,
                    truth,
                    nothing,
                    inner,
                    list,
                    map: map.into_iter().collect(),
                    usual,
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_serde_json_writes(sample in samples()) {
            prop_assert_eq!(write(&sample), serde_json::to_string(&sample).unwrap());
        }

        #[test]
        fn what_is_written_is_read_however_it_is_spaced_and_escaped(sample in samples()) {
            let pretty = serde_json::to_string_pretty(&sample).unwrap();
            let escaped: String = write(&sample).chars().map(|character| match character {
                ascii if ascii.is_ascii() => ascii.to_string(),
                other => other.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
            }).collect();
            for text in [write(&sample), pretty, escaped] {
                prop_assert_eq!(read::<Sample>(&text), Ok(sample.clone()));
            }
        }

        #[test]
        fn a_damaged_text_is_read_as_serde_json_reads_it(
            sample in samples(),
            place in any::<proptest::sample::Index>(),
            put in "[\\[\\]{},:\"\\\\0-9a-fnltrsu.eE+ -]{0,3}",
            cut in 0_usize..4,
        ) {
            let mut characters: Vec<char> = write(&sample).chars().collect();
            let place = place.index(characters.len());
            let end = (place + cut).min(characters.len());
            characters.splice(place..end, put.chars());
            let text: String = characters.into_iter().collect();
            prop_assert_eq!(read::<Sample>(&text).ok(), serde_json::from_str(&text).ok());
        }
    }

    #[test]
    fn what_is_there_has_nothing_of_what_would_be_there_without_it() {
        let read = |usual: &str| {
            let text =
                format!(r#"{{"text":"","number":1,"type":1,"truth":true,"nothing":null{usual}}}"#);
            let sample = read::<Sample>(&text).ok();
            assert_eq!(sample, serde_json::from_str(&text).ok(), "{text}");
            sample.map(|sample| sample.usual)
        };
        let of = |number, list| Some(Usual { number, list });
        assert_eq!(read(""), Some(Usual::default()));
        assert_eq!(read(r#","usual":{}"#), of(None, vec![]));
        assert_eq!(read(r#","usual":{"number":null}"#), of(None, vec![]));
        assert_eq!(read(r#","usual":{"list":[7]}"#), of(None, vec![7]));
        assert_eq!(read(r#","usual":null"#), None);
    }

    #[test]
    fn what_nobody_asks_for_is_passed_over() {
        let schema = |text: &str| read_field::<u64>(text, "schema");
        for behind in [
            r#"{"a":[1,-2.5e3,{"b":"]}\""}],"c":null}"#,
            "true",
            r#""\u00e4""#,
            "[]",
        ] {
            let text = format!(r#" {{ "other" : {behind} , "schema" : 7 , "more":{behind}}} "#);
            assert_eq!(schema(&text), Ok(7), "{text}");
        }
        for text in [
            "",
            "{",
            "{}",
            "[]",
            r#"{"schema":7"#,
            r#"{"schema":7}}"#,
            r#"{"other":]},"schema":7}"#,
            r#"{"schema":7,}"#,
            r#"{"schema":7,"schema":7}"#,
        ] {
            assert_eq!(schema(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn a_number_is_whole_and_fits() {
        assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read::<u16>("65535"), Ok(u16::MAX));
        for text in [
            "18446744073709551616",
            "01",
            "-1",
            "1.0",
            "1e3",
            "+1",
            "",
            "1 2",
        ] {
            assert_eq!(read::<u64>(text), Err(Malformed), "{text}");
        }
        assert_eq!(read::<u16>("65536"), Err(Malformed));
    }
}
