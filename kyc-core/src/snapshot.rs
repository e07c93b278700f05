//! How a session is written down: one versioned envelope for storage, wire and tests.
//!
//! The checksum is of everything before it, and finds damage and careless edits. It is no signature: whoever can write to
//! the store can compute it again, so a store that others reach must seal what it keeps.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Debug;

use serde_json::{Map, Value};
use twox_hash::XxHash64;

use crate::flow::Flow;
use crate::ids::{FlowId, SessionId};
use crate::journal::ChartName;
use crate::json::{self, Found, Read as _, Reader, Write, key, put, records};

/// The schema that is written. Every older one can still be read.
pub const SCHEMA: u16 = 1;

records! {
    /// Which Flow a session belongs to.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FlowRef {
        /// Its name.
        pub id: FlowId,
        /// Its edition.
        pub version: u32,
        /// The hash of its definition.
        pub hash: String,
    }
}

impl FlowRef {
    /// Reads whose snapshot this is, so that the host can look the Flow up.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Malformed`] or [`DecodeError::UnknownSchema`].
    pub fn of_snapshot(text: &str) -> Result<Self, DecodeError> {
        schema_of(text)?;
        json::read_field(text, "flow").map_err(|_| DecodeError::Malformed)
    }
}

/// Why a snapshot does not open. Carries nothing of its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not a snapshot at all, or cut off.
    #[error("not a snapshot")]
    Malformed,
    /// Written by a newer release.
    #[error("the snapshot has schema {found}; this release reads up to {SCHEMA}")]
    UnknownSchema {
        /// The schema it names.
        found: u64,
    },
    /// The checksum does not fit: it was damaged or edited.
    #[error("the snapshot was altered after it was written")]
    Tampered,
    /// A snapshot of the other chart.
    #[error("the snapshot is of the {found} chart")]
    ForeignChart {
        /// Which chart's.
        found: ChartName,
    },
    /// Another Flow, another edition of it, or an edition that was changed without a new number.
    #[error("the snapshot belongs to flow {} version {} (hash {})", found.id, found.version, found.hash)]
    ForeignFlow {
        /// The Flow it names.
        found: Box<FlowRef>,
    },
    /// Well formed, but no walk leads there.
    #[error("the snapshot stands where no session can stand")]
    Impossible,
}

/// What a snapshot holds, in order.
const KEYS: [&str; 8] = [
    key!("schema"),
    key!("chart"),
    key!("flow"),
    key!("session"),
    key!("version"),
    key!("state"),
    key!("case"),
    key!("checksum"),
];

/// It holds all of them.
const NEEDED: u32 = (1 << KEYS.len()) - 1;

/// What was read of a snapshot.
#[derive(Debug)]
pub(crate) struct Read<State, Case> {
    pub(crate) session: SessionId,
    pub(crate) version: u32,
    pub(crate) state: State,
    pub(crate) case: Case,
}

/// A snapshot in its place, be it of this chart or that.
struct Opened<'a, State, Case> {
    chart: ChartName,
    flow: Named<'a>,
    read: Read<State, Case>,
}

impl<State: json::Read, Case: json::Read> json::Fields for Opened<'_, State, Case> {
    fn read_field(&mut self, place: usize, reader: &mut Reader<'_>) -> Found<()> {
        match place {
            0 => 0_u16.read(reader),
            1 => self.chart.read(reader),
            2 => self.flow.read(reader),
            3 => self.read.session.read(reader),
            4 => self.read.version.read(reader),
            5 => self.read.state.read(reader),
            6 => self.read.case.read(reader),
            _ => reader.text().map(drop),
        }
    }
}

/// The Flow that a snapshot names, beside the one that it should be of.
struct Named<'a> {
    expected: &'a Flow,
    found: Option<FlowRef>,
}

impl Named<'_> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        if reader.is_next(self.expected.named()) {
            return Ok(());
        }
        self.found.insert(FlowRef::blank()).read(reader)
    }
}

pub(crate) fn encode(
    chart: ChartName,
    flow: &Flow,
    session: &SessionId,
    version: u32,
    state: &impl Write,
    case: &impl Write,
) -> String {
    let mut text = Vec::with_capacity(json::USUAL);
    put(&mut text, key!("schema"), &SCHEMA);
    put(&mut text, key!("chart"), &chart);
    json::plain(&mut text, key!("flow"));
    json::plain(&mut text, flow.named());
    put(&mut text, key!("session"), session);
    put(&mut text, key!("version"), &version);
    put(&mut text, key!("state"), state);
    put(&mut text, key!("case"), case);
    json::close(&mut text, 0);
    text.pop();
    let checksum = digits(&text);
    text.extend_from_slice(SEAM.as_bytes());
    text.extend_from_slice(&checksum);
    text.extend_from_slice(END.as_bytes());
    json::as_text(text)
}

/// A [`FlowRef`] as snapshots have it: put together once, not for each.
pub(crate) fn naming(id: &FlowId, version: u32, hash: &str) -> String {
    let mut text = Vec::new();
    put(&mut text, key!("id"), id);
    put(&mut text, key!("version"), &version);
    put(&mut text, key!("hash"), &hash);
    json::close(&mut text, 0);
    json::as_text(text)
}

pub(crate) fn decode<State: json::Read, Case: json::Read>(
    text: &str,
    chart: ChartName,
    flow: &Flow,
) -> Result<Read<State, Case>, DecodeError> {
    let schema = schema_of(text)?;
    intact(text)?;
    let lifted = match schema {
        older if IS_LIFTED && older != SCHEMA => Some(lifted(text, older, chart, &CHAIN)?),
        _ => None,
    };
    let mut opened = Opened {
        chart,
        flow: Named {
            expected: flow,
            found: None,
        },
        read: Read {
            session: SessionId::blank(),
            version: 0,
            state: State::blank(),
            case: Case::blank(),
        },
    };
    let mut reader = Reader::new(lifted.as_deref().unwrap_or(text));
    let found = reader.record(&KEYS, NEEDED, &mut opened);
    if found.and_then(|()| reader.end()).is_err() {
        // The other chart's states and case do not even parse: say so before saying "malformed".
        return Err(foreign_chart(text, chart).unwrap_or(DecodeError::Malformed));
    }
    if opened.chart != chart {
        let found = opened.chart;
        return Err(DecodeError::ForeignChart { found });
    }
    match opened.flow.found {
        Some(found)
            if found.id != *flow.id()
                || found.version != flow.version()
                || found.hash != flow.hash() =>
        {
            let found = Box::new(found);
            Err(DecodeError::ForeignFlow { found })
        }
        _ => Ok(opened.read),
    }
}

/// Lifts the body of a snapshot of that chart to the next schema; nothing when it cannot.
type Lift = fn(ChartName, &mut Map<String, Value>) -> Option<()>;

/// The migration chain: the first lifts schema 1 to 2, the next 2 to 3. Only one schema was ever released.
const CHAIN: [Lift; SCHEMA as usize - 1] = [];

/// Whether there is anything to lift: a browser downloads no way to do it before that.
const IS_LIFTED: bool = SCHEMA > 1;

/// The text of a snapshot in the present schema. Text, so that there is one way to read a case, and browsers load one.
fn lifted(
    text: &str,
    schema: u16,
    chart: ChartName,
    chain: &[Lift],
) -> Result<String, DecodeError> {
    let mut body: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| DecodeError::Malformed)?;
    for (lift, reached) in chain.iter().zip(2..).skip(usize::from(schema) - 1) {
        lift(chart, &mut body).ok_or(DecodeError::Malformed)?;
        body.insert("schema".to_owned(), Value::from(reached));
    }
    Ok(Value::Object(body).to_string())
}

/// The schema a snapshot names, if this release reads it.
fn schema_of(text: &str) -> Result<u16, DecodeError> {
    if text.starts_with(OPENING) {
        return Ok(SCHEMA);
    }
    let schema = json::read_field(text, "schema").map_err(|_| DecodeError::Malformed)?;
    match u16::try_from(schema) {
        Ok(known @ 1..=SCHEMA) => Ok(known),
        _ => Err(DecodeError::UnknownSchema { found: schema }),
    }
}

fn intact(text: &str) -> Result<(), DecodeError> {
    let parts = || {
        let text = text.strip_suffix(END)?;
        let (text, written) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
        Some((text.strip_suffix(SEAM)?, written))
    };
    let (body, written) = parts().ok_or(DecodeError::Malformed)?;
    if written.as_bytes() == digits(body.as_bytes()) {
        Ok(())
    } else {
        Err(DecodeError::Tampered)
    }
}

fn foreign_chart(text: &str, chart: ChartName) -> Option<DecodeError> {
    let found = json::read_field(text, "chart").ok()?;
    (found != chart).then_some(DecodeError::ForeignChart { found })
}

/// XXH64 without a seed, as 16 hexadecimal digits.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    as_text(&digits(bytes)).to_owned()
}

fn digits(bytes: &[u8]) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    let hash = XxHash64::oneshot(0, bytes).to_be_bytes();
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(hash) {
        *pair = [byte >> 4, byte & 15].map(|digit| HEXADECIMAL[usize::from(digit)]);
    }
    digits
}

fn as_text(digits: &[u8]) -> &str {
    core::str::from_utf8(digits).unwrap_or_default()
}

const OPENING: &str = "{\"schema\":1,";
const SEAM: &str = ",\"checksum\":\"";
const END: &str = "\"}";
/// How long a checksum is.
const DIGITS: usize = 16;
const HEXADECIMAL: [u8; 16] = *b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    fn renames_state(_: ChartName, body: &mut Map<String, Value>) -> Option<()> {
        let state = body.get_mut("state")?;
        if *state == "photo" {
            *state = Value::from("document_photo");
        }
        Some(())
    }

    fn counts_rounds(chart: ChartName, body: &mut Map<String, Value>) -> Option<()> {
        let first = if chart == ChartName::Collection { 1 } else { 0 };
        body.get_mut("case")?
            .as_object_mut()?
            .entry("round")
            .or_insert(Value::from(first));
        Some(())
    }

    #[test]
    fn an_older_snapshot_is_lifted_schema_by_schema() {
        let chain: [Lift; 2] = [renames_state, counts_rounds];
        let lift = |text: &str, schema| {
            let lifted = lifted(text, schema, ChartName::Collection, &chain).unwrap();
            serde_json::from_str::<Value>(&lifted).unwrap()
        };
        assert_eq!(
            lift(r#"{"schema":1,"state":"photo","case":{}}"#, 1),
            serde_json::json!({"schema": 3, "state": "document_photo", "case": {"round": 1}})
        );
        assert_eq!(
            lift(r#"{"schema":2,"state":"photo","case":{"round":2}}"#, 2),
            serde_json::json!({"schema": 3, "state": "photo", "case": {"round": 2}})
        );
    }

    #[test]
    fn a_snapshot_that_cannot_be_lifted_is_malformed() {
        let chain: [Lift; 1] = [renames_state];
        let lift = |text: &str| lifted(text, 1, ChartName::Collection, &chain);
        assert_eq!(lift(r#"{"schema":1}"#), Err(DecodeError::Malformed));
        assert_eq!(lift("[]"), Err(DecodeError::Malformed));
    }

    #[test]
    fn only_schemas_up_to_the_present_one_are_known() {
        assert_eq!(schema_of(r#"{ "schema": 1 }"#), Ok(1));
        for (text, found) in [
            (r#"{"schema":0}"#, 0),
            (r#"{"schema":2}"#, 2),
            (r#"{"schema":65537}"#, 65_537),
        ] {
            assert_eq!(schema_of(text), Err(DecodeError::UnknownSchema { found }));
        }
    }
}
