//! JSON as the charts are written and read: the same text as serde_json's, by little code, because a browser downloads it.
//!
//! What does not fit is [`Malformed`], without its place and without a word of the text. Who has to tell a person what is wrong
//! with a file reads it with serde_json.

mod reader;
mod scan;
mod writer;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::reader::Reader;
use self::writer::Writer;

/// Not JSON, or not of the right shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The value as text.
///
/// # Panics
///
/// At what occurs in no chart: negative numbers and broken ones, bytes, variants that are not named inside, keys that are no text.
pub fn write(value: &impl Serialize) -> String {
    let mut text = Vec::with_capacity(USUAL);
    let written = value.serialize(Writer(&mut text));
    match written.map(|()| String::from_utf8(text)) {
        Ok(Ok(text)) => text,
        _ => unreachable!("texts, whole numbers, lists and objects can be written"),
    }
}

/// The value that the text holds, and nothing behind it.
///
/// # Errors
///
/// [`Malformed`].
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Malformed> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not JSON of the right shape")
    }
}

impl std::error::Error for Malformed {}

/// What is wrong in detail is dropped, and with it the code that would tell.
impl serde::de::Error for Malformed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl serde::ser::Error for Malformed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// What most snapshots and views fit in.
const USUAL: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::small_map::SmallMap;

    /// Of everything that a chart has, something.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        text: String,
        number: u64,
        small: u16,
        truth: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inner: Option<Box<Self>>,
        list: Vec<Option<u32>>,
        map: SmallMap<String, Vec<String>>,
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
        let leaf = (text(), any::<u64>(), any::<u16>(), any::<bool>(), list, map).prop_map(
            |(text, number, small, truth, list, map)| Sample {
                text,
                number,
                small,
                truth,
                inner: None,
                list,
                map: map.into_iter().collect(),
            },
        );
        let pair = (leaf.clone(), proptest::option::of(leaf));
        pair.prop_map(|(sample, inner)| Sample {
            inner: inner.map(Box::new),
            ..sample
        })
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
    fn what_nobody_asks_for_is_passed_over() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Header {
            schema: u64,
        }
        for behind in [
            r#"{"a":[1,-2.5e3,{"b":"]}\""}],"c":null}"#,
            "true",
            r#""\u00e4""#,
            "[]",
        ] {
            let text = format!(r#" {{ "other" : {behind} , "schema" : 7 , "more":{behind}}} "#);
            assert_eq!(read(&text), Ok(Header { schema: 7 }), "{text}");
        }
        for text in [
            "",
            "{",
            r#"{"schema":7"#,
            r#"{"schema":7}}"#,
            r#"{"other":]},"schema":7}"#,
            r#"{"schema":7,}"#,
        ] {
            assert_eq!(read::<Header>(text), Err(Malformed), "{text}");
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
