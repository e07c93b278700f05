//! How a session is written down: one versioned envelope for storage, wire and tests.
//!
//! The checksum finds damage and careless edits. It is no signature: whoever can write to the store can compute it again,
//! so a store that others reach must seal what it keeps.

use std::fmt::Debug;
use std::hash::Hasher as _;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::flow::Flow;
use crate::ids::{FlowId, SessionId};
use crate::journal::ChartName;

/// The schema that is written. Every older one can still be read.
pub const SCHEMA: u16 = 1;

/// Which Flow a session belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowRef {
    /// Its name.
    pub id: FlowId,
    /// Its edition.
    pub version: u32,
    /// The hash of its definition.
    pub hash: String,
}

impl FlowRef {
    /// Reads whose snapshot this is, so that the host can look the Flow up.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Malformed`] or [`DecodeError::UnknownSchema`].
    pub fn of_snapshot(text: &str) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Header {
            flow: FlowRef,
        }
        known_schema(text)?;
        serde_json::from_str(text)
            .map(|header: Header| header.flow)
            .map_err(|_| DecodeError::Malformed)
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

#[derive(Serialize)]
struct Written<'a, State, Case> {
    schema: u16,
    chart: ChartName,
    flow: WrittenFlow<'a>,
    session: &'a SessionId,
    version: u32,
    state: State,
    case: &'a Case,
}

#[derive(Serialize)]
struct WrittenFlow<'a> {
    id: &'a FlowId,
    version: u32,
    hash: &'a str,
}

/// What a snapshot holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read<State, Case> {
    #[serde(rename = "schema")]
    _schema: u16,
    chart: ChartName,
    flow: FlowRef,
    pub(crate) session: SessionId,
    pub(crate) version: u32,
    pub(crate) state: State,
    pub(crate) case: Case,
    #[serde(rename = "checksum")]
    _checksum: String,
}

pub(crate) fn encode<State: Serialize, Case: Serialize>(
    chart: ChartName,
    flow: &Flow,
    session: &SessionId,
    version: u32,
    state: State,
    case: &Case,
) -> String {
    let flow = WrittenFlow {
        id: flow.id(),
        version: flow.version(),
        hash: flow.hash(),
    };
    let written = Written {
        schema: SCHEMA,
        chart,
        flow,
        session,
        version,
        state,
        case,
    };
    let mut text = match serde_json::to_string(&written) {
        Ok(text) => text,
        Err(error) => {
            unreachable!("strings, numbers and maps with string keys can be written: {error}")
        }
    };
    let checksum = checksum(text.as_bytes());
    text.pop();
    text.push_str(SEAM);
    text.push_str(&checksum);
    text.push_str(END);
    text
}

pub(crate) fn decode<State: DeserializeOwned, Case: DeserializeOwned>(
    text: &str,
    chart: ChartName,
    flow: &Flow,
) -> Result<Read<State, Case>, DecodeError> {
    known_schema(text)?;
    intact(text)?;
    let read: Read<State, Case> = match serde_json::from_str(text) {
        Ok(read) => read,
        // The other chart's states and case do not even parse: say so before saying "malformed".
        Err(_) => return Err(foreign_chart(text, chart).unwrap_or(DecodeError::Malformed)),
    };
    if read.chart != chart {
        return Err(DecodeError::ForeignChart { found: read.chart });
    }
    if read.flow.id != *flow.id()
        || read.flow.version != flow.version()
        || read.flow.hash != flow.hash()
    {
        return Err(DecodeError::ForeignFlow {
            found: Box::new(read.flow),
        });
    }
    Ok(read)
}

/// Only one schema was ever released. The next one adds its step here: the older text is lifted, schema by schema, as a
/// `serde_json::Value` before it is read.
fn known_schema(text: &str) -> Result<(), DecodeError> {
    if text.starts_with(OPENING) {
        return Ok(());
    }
    #[derive(Deserialize)]
    struct Header {
        schema: u64,
    }
    match serde_json::from_str(text) {
        Ok(Header { schema }) if schema == u64::from(SCHEMA) => Ok(()),
        Ok(Header { schema }) => Err(DecodeError::UnknownSchema { found: schema }),
        Err(_) => Err(DecodeError::Malformed),
    }
}

fn intact(text: &str) -> Result<(), DecodeError> {
    let (body, tail) = text.rsplit_once(SEAM).ok_or(DecodeError::Malformed)?;
    let written = tail.strip_suffix(END).ok_or(DecodeError::Malformed)?;
    let mut hasher = hasher();
    hasher.write(body.as_bytes());
    hasher.write(b"}");
    if written == digits(&hasher) {
        Ok(())
    } else {
        Err(DecodeError::Tampered)
    }
}

fn foreign_chart(text: &str, chart: ChartName) -> Option<DecodeError> {
    #[derive(Deserialize)]
    struct Header {
        chart: ChartName,
    }
    let Header { chart: found } = serde_json::from_str(text).ok()?;
    (found != chart).then_some(DecodeError::ForeignChart { found })
}

/// SipHash-2-4 with 128 bits under a fixed key, as 32 hexadecimal digits.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    let mut hasher = hasher();
    hasher.write(bytes);
    digits(&hasher)
}

fn hasher() -> SipHasher24 {
    SipHasher24::new_with_key(b"kyc snapshot v1 ")
}

fn digits(hasher: &SipHasher24) -> String {
    format!("{:032x}", hasher.finish128().as_u128())
}

const OPENING: &str = "{\"schema\":1,";
const SEAM: &str = ",\"checksum\":\"";
const END: &str = "\"}";
